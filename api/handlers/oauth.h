/* Handlers of the service's own tokens and keys. */
#pragma once
#include "http/request.h"

bool oauth_token(struct request *request);
bool oauth_revoke(struct request *request);
bool oauth_keys(struct request *request);
bool oauth_metadata(struct request *request);

/* Both endpoints refuse in the words of RFC 6749, section 5.2. */
bool oauth_refuse(struct request *request);
