/* Who uses something, as keyed hashes that nobody can lead back once the database has destroyed their salts. */
#pragma once
#include "op/transaction.h"

enum { USER_KEY = 33 }; /* 128 bits as the text of a uuid */

/* A user's keys on a day and in a month; in a day's first seconds that of the day before as well, else "". */
struct user_keys {
    char day[USER_KEY], previous[USER_KEY], month[USER_KEY];
};

struct salts;

/* Knows none yet: they are asked for by USAGE_SALTS, a day's at a time. Lent by arena. */
struct salts *salts_new(struct arena *arena, const struct transactions *transactions);

/* The keys of address and user agent at the instant `at` (seconds since 1970). False with a problem. Thread-safe. */
bool salts_keys(struct salts *salts, struct arena *arena, const char *address, const char *user_agent, int64_t at,
                struct user_keys *keys, struct problem *problem);
