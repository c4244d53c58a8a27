/* Bearer tokens (RFC 6750) as signed JWTs: the service's own, and those of outside OpenID providers.
 *
 * A token says who; what they may is not its business. RFC 8725 and RFC 9068 are the yardstick. What `typ`
 * must be (RFC 8725, sections 3.11 and 3.12; RFC 9068, section 4):
 *   own tokens         JWT, which libjwt writes whatever it is given, or at+jwt, for the day that it does not. That
 *                      is no confusion: the service's keys sign nothing but access tokens
 *   outside tokens     at+jwt, JWT or none: RFC 7519 leaves it open and many providers send none; the pinned
 *                      audience keeps ID tokens out, which are made for a client and not for this service
 *   client assertions  client-authentication+jwt, JWT or none; they are met by the client's keys only
 * Everything is thread-safe except where it says so. */
#pragma once
#include "base/arena.h"
#include "base/gate.h"
#include "base/problem.h"
#include <stdint.h>

/* What a verified token says. */
struct claims {
    const char *issuer, *subject; /* lent by the arena of the request, or longer */
    const char *id;               /* jti, or NULL */
    const char *scope;            /* or NULL */
    int64_t issued_at;            /* iat, seconds since 1970; 0 without */
    int64_t expires_at;           /* exp */
};

struct token_options {           /* strings are kept, not copied */
    const char *issuer;          /* the service's own issuer URL */
    const char *audience;        /* its own audience */
    const char *keys;            /* folder of its private keys, *.pem; "": none, and no own tokens */
    const char *issuers_file;    /* outside issuers, see issuers.h; "": none */
    int64_t lifetime_s;          /* of own tokens */
    const unsigned char *secret; /* 32 bytes */
    int64_t (*now)(void);        /* seconds since 1970; NULL: the system's clock */
};

struct token_service;

/* The caller owns it. Makes the key folder (mode 0700) and its first key where there is none. What is wrong with
 * the files is a fault; after faults the service refuses more than it should, never less. Not thread-safe. */
struct token_service *token_service_new(const struct token_options *options, struct gate *gate);
void token_service_free(struct token_service **service);

/* Re-reads the key folder if it changed and fetches the issuers' key sets that are due; called about once a second
 * by one thread. Takes 10 s for each issuer that does not answer; nobody waits for it. */
void token_service_tick(struct token_service *service);

/* False with the problem "unauthorized", whose detail has nothing of the token. */
bool token_verify(struct token_service *service, struct arena *arena, const char *token, size_t length,
                  struct claims *claims, struct problem *problem);

/* A client's assertion (RFC 7523, section 3: private_key_jwt) against the client's key set as JSON text.
 * audiences: what may stand in aud, NULL-terminated; nothing else may. iss must be sub, jti is required, exp at
 * most 5 minutes ahead. That a jti comes once is the caller's to hold. */
bool token_verify_assertion(struct token_service *service, struct arena *arena, const char *jwt, size_t length,
                            const char *jwks, const char *const *audiences, struct claims *claims,
                            struct problem *problem);

/* The subject of an assertion, unverified: good for finding the client's keys and nothing else. */
bool token_peek_subject(struct arena *arena, const char *jwt, size_t length, const char **subject);

/* A signed access token (RFC 9068) for subject, which is also its client_id; scope may be NULL. Lent by arena;
 * NULL with the problem "unavailable" when there is no key. */
const char *token_issue(struct token_service *service, struct arena *arena, const char *subject, const char *scope,
                        struct problem *problem);

/* The service's public key set (RFC 7517) as JSON, lent by arena; NULL over its cap. */
const char *token_jwks(struct token_service *service, struct arena *arena);

/* Adds a new ES256 key to folder (made if missing) and removes those that were superseded more than max_age_s
 * ago; says on out what it did and what failed. The new key signs once it has been published for ten seconds. */
bool token_keys_rotate(const char *folder, int64_t max_age_s, FILE *out);
