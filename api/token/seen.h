/* Tokens that were verified, by their hash, until they expire: a fixed number of them. Thread-safe. */
#pragma once
#include "token/token.h"

enum { SEEN_KEY_SIZE = 32 };

/* Under which keys a token was verified. */
struct seen_under {
    unsigned issuer;     /* a number of the caller's */
    uint64_t generation; /* of its key set */
};

struct seen;

/* Lent by arena, which has no cap. */
struct seen *seen_new(struct arena *arena);

/* The claims but for the issuer, copied to arena; false if key is not there or has expired by now. */
bool seen_get(struct seen *seen, const unsigned char *key, int64_t now, struct arena *arena, struct claims *claims,
              struct seen_under *under);

/* Keeps the claims if there is room for their texts; replaces what key had, else what has expired, else another. */
void seen_put(struct seen *seen, const unsigned char *key, int64_t now, const struct claims *claims,
              struct seen_under under);
