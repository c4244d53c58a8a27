/* Who may issue tokens: the service itself, and outside OpenID providers from a file of the operator's:
 *
 *   {"issuers": [{"issuer": "https://login.example.org", "audience": "https://api.example.org",
 *                 "algorithms": ["RS256"], "jwks_uri": "https://login.example.org/jwks"}]}
 *
 * Instead of jwks_uri there may be "jwks", the key set itself, which is then never fetched; with neither, OpenID
 * Discovery says where it is. */
#pragma once
#include "base/gate.h"
#include "token/keys.h"
#include <stdatomic.h>
#include <stdint.h>

enum { ISSUERS_MAX = 32 };

struct issuer {
    const char *name, *audience;
    const char *jwks_uri; /* NULL: by discovery */
    unsigned algorithms;  /* allowed ones */
    bool fetched;         /* its keys come from the network */

    struct key_set *keys;           /* NULL: not known; guarded by the service's lock, written by the tick only */
    atomic_int_fast64_t good_until; /* seconds since 1970: keys are too old after it */
    atomic_bool wanted;             /* somebody came with a key that is not in keys */
    int64_t tried_at, fetched_at;   /* seconds since 1970; the tick's own */
};

/* Appends the issuers of the file to issuers, which has room for ISSUERS_MAX; texts are lent by arena. What is
 * wrong is a fault, and such an issuer is left out. */
void issuers_read(const char *file, struct arena *arena, struct issuer *issuers, unsigned *count, struct gate *gate);

/* The one of that name, or NULL. */
struct issuer *issuers_find(struct issuer *issuers, unsigned count, const char *name);

/* Asks the network for the issuer's key set: NULL with a static text of what went wrong. The caller owns it. */
struct key_set *issuers_fetch(const struct issuer *issuer, const char **wrong);
