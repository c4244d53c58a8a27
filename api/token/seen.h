/* Tokens that were verified, by their hash, until they expire: a fixed number of them. Thread-safe. */
#pragma once
#include "token/token.h"

enum { SEEN_KEY_SIZE = 32 };

struct seen;

/* Lent by arena, which has no cap. */
struct seen *seen_new(struct arena *arena);

/* The claims, copied to arena, with the issuer's number instead of its name; false if key is not there or has expired
 * by now. */
bool seen_get(struct seen *seen, const unsigned char *key, int64_t now, struct arena *arena, struct claims *claims,
              unsigned *issuer);

/* Keeps the claims if there is room for their texts; replaces what key had, else what has expired, else another. */
void seen_put(struct seen *seen, const unsigned char *key, int64_t now, const struct claims *claims, unsigned issuer);
