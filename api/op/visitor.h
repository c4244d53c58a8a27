/* Who used something, as keys: hashes with salts that the database makes and destroys. Nothing else of an address or an
 * agent leaves here. */
#pragma once
#include "op/transaction.h"

enum { VISITOR_KEY = 33 };

/* Each the text of a uuid. */
struct visitor_keys {
    char day[VISITOR_KEY];
    char previous[VISITOR_KEY]; /* by the salt of the day before, while a click may follow one of it; "" */
    char month[VISITOR_KEY];
};

struct visitors;

/* wait_us: how long to wait for the salts that another thread fetches. */
struct visitors *visitors_new(struct arena *arena, const struct transactions *transactions, int64_t wait_us);

/* The keys of a visitor at this second, in Europe/London. False with a problem. Thread-safe; the arena is the caller's.
 */
bool visitor_find(struct visitors *visitors, struct arena *arena, const char *address, const char *user_agent,
                  int64_t at, struct visitor_keys *keys, struct problem *problem);
