/* Who used something, as keys: hashes with salts that the database makes and destroys. Nothing else of an address or an
 * agent leaves here. */
#pragma once
#include "op/transaction.h"

/* Each the text of a uuid, lent by an arena. */
struct visitor_keys {
    const char *day;
    const char *previous; /* by the salt of the day before, while a click may follow one of it, or NULL */
    const char *month;
};

struct visitors;

struct visitors *visitors_new(struct arena *arena, const struct transactions *transactions);

/* The keys of a visitor at this second, in Europe/London. False with a problem. One thread; the arena is the caller's.
 */
bool visitor_find(struct visitors *visitors, struct arena *arena, const char *address, const char *user_agent,
                  int64_t at, struct visitor_keys *keys, struct problem *problem);
