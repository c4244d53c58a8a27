/* Signed tokens of the service's own. */
#pragma once
#include "token/keys.h"
#include "token/token.h"

/* claims as an access token (RFC 9068) for audience, in the compact form; the subject is the client_id too. Lent
 * by arena, NULL when it could not be made. */
const char *sign_token(struct arena *arena, const struct signer *signer, const char *audience,
                       const struct claims *claims);
