/* Public keys of tokens' issuers (RFC 7517): parsed once, constant, shared by threads, replaced as a whole. */
#pragma once
#include "base/arena.h"
#include <stdbool.h>
#include <stddef.h>

/* The algorithms there are, as bits. None of them is symmetric. */
enum algorithm { RS256 = 1, PS256 = 2, ES256 = 4, EDDSA = 8, ALGORITHMS = 15 };

/* By its registered name; 0 if it is none of these. */
enum algorithm algorithm_named(const char *name);

struct key;

/* A private key of the service's own. */
struct signer {
    const char *pem; /* NULL: cannot sign */
    size_t length;
    const char *kid;
    enum algorithm algorithm;
};

struct key_set {
    struct arena *arena; /* lends all below */
    const char *text;    /* the set as JSON, as it came */
    size_t length;
    const struct key *keys; /* those that can verify a token */
    unsigned count;
    struct signer signer; /* of the service's own set */
};

/* Parses a key set; keys that do not serve are left out (RFC 7517, section 5). NULL if it is not a key set at
 * all. The caller owns it. */
struct key_set *key_set_new(const char *text, size_t length);
void key_set_free(struct key_set **set);

/* The one key that fits algorithm and, unless that is NULL, is called kid. NULL if there is none, or
 * there are two different ones. */
const struct key *key_set_find(const struct key_set *set, enum algorithm algorithm, const char *kid);

/* Whether signature is the key's over text. Never with a NULL key. */
bool key_verify(const struct key *key, enum algorithm algorithm, const char *text, size_t length,
                const unsigned char *signature, size_t signature_length);
