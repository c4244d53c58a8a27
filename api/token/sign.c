#include "token/sign.h"
#include "token/jws.h"
#include <jwt.h>
#include <stdio.h>
#include <string.h>

/* RFC 9068, section 2.2. Its typ, at+jwt, is beyond libjwt 1.10, which always writes JWT. */
static bool add_claims(jwt_t *jwt, const char *audience, const struct claims *claims) {
    return jwt_add_grant(jwt, "iss", claims->issuer) == 0 && jwt_add_grant(jwt, "sub", claims->subject) == 0 &&
           jwt_add_grant(jwt, "client_id", claims->subject) == 0 && jwt_add_grant(jwt, "aud", audience) == 0 &&
           jwt_add_grant(jwt, "jti", claims->id) == 0 && jwt_add_grant_int(jwt, "iat", (long)claims->issued_at) == 0 &&
           jwt_add_grant_int(jwt, "exp", (long)claims->expires_at) == 0 &&
           (!claims->scope || jwt_add_grant(jwt, "scope", claims->scope) == 0);
}

const char *sign_token(struct arena *arena, const struct signer *signer, const char *audience,
                       const struct claims *claims) {
    jwt_t *jwt = NULL;
    char *text = arena_alloc(arena, TOKEN_LENGTH_MAX + 1);
    FILE *out = text ? fmemopen(text, TOKEN_LENGTH_MAX, "w") : NULL; /* libjwt would give memory to free */
    jwt_alg_t algorithm = signer->algorithm == ES256 ? JWT_ALG_ES256 : JWT_ALG_RS256;
    bool ok = out && jwt_new(&jwt) == 0 &&
              jwt_set_alg(jwt, algorithm, (const unsigned char *)signer->pem, (int)signer->length) == 0 &&
              jwt_add_header(jwt, "kid", signer->kid) == 0 && add_claims(jwt, audience, claims) &&
              jwt_encode_fp(jwt, out) == 0;
    if (out)
        ok &= fclose(out) == 0;
    jwt_free(jwt);
    return ok && strlen(text) < TOKEN_LENGTH_MAX - 1 ? text : NULL; /* else it may be cut off */
}
