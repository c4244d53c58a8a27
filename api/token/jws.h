/* A JWT as text: the compact form of a JWS (RFC 7515, section 7.1), read strictly before anything is verified. */
#pragma once
#include "token/keys.h"
#include "token/token.h"
#include <jansson.h>

enum {
    TOKEN_LENGTH_MAX = 8192,
    JSON_DEPTH_MAX = 8,
    JSON_VALUES_MAX = 1000,
    LEEWAY_S = 60,
    NAME_LENGTH_MAX = 255,
    SCOPE_LENGTH_MAX = 1024
};

/* The one of three kinds of token that somebody expects. */
enum token_kind { TOKEN_OWN, TOKEN_OUTSIDE, TOKEN_ASSERTION };

struct jws {
    enum algorithm algorithm;
    const char *kid;          /* or NULL; lent by header */
    const char *type;         /* typ without "application/", or NULL; lent by header */
    json_t *header, *payload; /* objects, owned: jws_end */
    const char *text;         /* the signature is over the first signed_length bytes */
    size_t signed_length;
    const unsigned char *signature; /* lent by the arena */
    size_t signature_length;
};

/* False for anything but three strict base64url segments of which two are strict JSON objects, the header with a
 * known algorithm and without a member that changes what is verified. jws_end is due in any case. */
bool jws_read(struct arena *arena, const char *token, size_t length, struct jws *jws);
void jws_end(struct jws *jws);

/* An object of JSON: no deeper than JSON_DEPTH_MAX, no member twice, no NUL, nothing after it; or NULL. The caller
 * owns it. */
json_t *json_strict(const char *text, size_t length);

/* The string called name if it is there with 1 to max bytes and no control character, else NULL. */
const char *json_name(const json_t *object, const char *name, size_t max);

/* The claims of a token of that kind, still unverified, copied to the arena; now in seconds since 1970. */
bool jws_claims(const struct jws *jws, enum token_kind kind, int64_t now, struct arena *arena, struct claims *claims,
                struct problem *problem);

/* Whether aud, a string or an array of strings (RFC 7519, section 4.1.3), names one of audiences, which end with NULL;
 * with only, whether it names nothing else. */
bool jws_is_for(const struct jws *jws, const char *const *audiences, bool only);
