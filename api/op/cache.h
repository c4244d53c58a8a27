/* Answers that many ask for: made once, kept while nothing has changed, given again. Thread-safe.
 *
 * What a request computes is fresh as long as no change was committed after its statement began. A poller
 * asks the database what changed and says so here; every change starts a new generation, and an answer is
 * given only in the generation that its making began in. Where the poller is late, nothing is given. */
#pragma once
#include "base/arena.h"
#include <stdbool.h>
#include <stdint.h>

struct cache;

/* A rendered answer with status 200. */
struct answer {
    const char *content_type; /* static */
    const char *etag;
    struct text head, body; /* of the head, what is the same for everybody */
    unsigned operation;     /* its place in the contract */
    int64_t made_us;        /* clock_us; what cache_get gives is as good as new whatever its age */
};

/* The right to make the answer for a key; its holder settles it. */
struct ticket {
    void *entry; /* NULL: nothing to settle */
    uint64_t generation;
};

struct cache_stats {
    uint64_t hits, misses, bypasses, stale;
    size_t bytes, entries;
};

/* capacity: most bytes kept; seed: 8 secret bytes, so that nobody can aim at one bucket. */
struct cache *cache_new(size_t capacity, const unsigned char *seed);
void cache_free(struct cache **cache);

/* Lends the answer for key. NULL: make it; then ticket, which holds none yet, may hold the right to, and everybody else
 * who asks the same waits for it, no longer than wait_us. */
const struct answer *cache_get(struct cache *cache, struct text key, int64_t wait_us, struct ticket *ticket);

/* Another name by which the answer for key is asked for; no key itself. */
void cache_name(struct cache *cache, struct text name, struct text key);

/* Lends the answer of that name or key, without a duty to make it: where it is as good as new, or, stale, the last
 * there was, however old, for when no new one can be made. */
const struct answer *cache_find(struct cache *cache, struct text name, bool stale);

/* Ends a loan and nulls the caller's pointer. */
void cache_give_back(const struct answer **answer);

/* Ends a ticket: with the answer, with one without a body when the key has none to keep (then nobody waits for
 * it until something changes), or with NULL when none came about this time. No ticket, no effect. */
void cache_settle(struct cache *cache, struct ticket *ticket, const struct answer *answer);

/* The poller's word: all that was committed before asked_us (clock_us) is known; whether any of it is new. */
void cache_checked(struct cache *cache, int64_t asked_us, bool changed);

/* A number that is another one after each change; 0 where the poller is late and it would not be known. */
uint64_t cache_generation(struct cache *cache);

/* This process has just committed a change. */
void cache_changed(struct cache *cache);

struct cache_stats cache_stats(struct cache *cache);
