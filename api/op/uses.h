/* Uses of documents and resources, counted by COUNTER's rule in the database (scip.record_uses). Those that come at
 * the same time are one statement and one commit, which one thread sends for all that wait. */
#pragma once
#include "op/transaction.h"

/* A request (a download, a visit) is an investigation too. USE_NONE only asks for the item's address; a visit is 404
 * where there is none. */
enum use_kind { USE_NONE, USE_INVESTIGATION, USE_REQUEST, USE_VISIT };

struct use {
    const char *item; /* document/<slug> or resource/<slug>, document:<id> or resource:<id> */
    enum use_kind kind;
    const char *address, *user_agent; /* who: hashed here with salts, and kept nowhere */
    int64_t at;                       /* clock_now_s() */
};

struct uses;

/* Runs RECORD_USES, USAGE_SALTS and AGENT_PATTERNS in the pool of the transactions. wait_us: how long a use may wait
 * before it is sent. */
struct uses *uses_new(struct arena *arena, const struct transactions *transactions, int64_t wait_us);
/* Ends the writer. */
void uses_free(struct uses **uses);

/* Returns when the use is committed: true. Otherwise false with a problem: 404 no such item, 410 it is withdrawn,
 * 503 when it could not be committed in time. Sent again within the same second it counts once, so doing so is safe.
 * url: where the item is on the web, lent by arena, or NULL without one. Thread-safe; the arena is the caller's. */
bool uses_record(struct uses *uses, struct arena *arena, const struct use *use, const char **url,
                 struct problem *problem);
