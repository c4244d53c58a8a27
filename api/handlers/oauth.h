/* Handlers of the service's own tokens and keys. */
#pragma once
#include "http/request.h"

bool oauth_token(struct request *request, struct response *response, struct problem *problem);
bool oauth_revoke(struct request *request, struct response *response, struct problem *problem);
bool oauth_keys(struct request *request, struct response *response, struct problem *problem);
bool oauth_metadata(struct request *request, struct response *response, struct problem *problem);

/* Both endpoints refuse in the words of RFC 6749, section 5.2. */
bool oauth_refuse(struct response *response, const struct problem *problem);
