/* A bounded pool of PostgreSQL connections. Waiting is bounded and first come, first served. */
#pragma once
#include "base/problem.h"
#include <stdbool.h>
#include <stdint.h>

struct pool;
struct connection;

struct pool_options {
    const char *url;          /* libpq connection string or URI */
    const char *name;         /* application_name */
    unsigned size;            /* most connections at once */
    int64_t wait_us;          /* longest wait for one, and for connecting */
    int64_t query_timeout_us; /* statement_timeout of the sessions; the client's deadline is a little longer */
    bool read_only;           /* default_transaction_read_only */
};

struct pool_stats {
    unsigned size, open, idle, waiting;
    uint64_t connects, connect_failures, waits, timeouts, lost;
};

/* Opens nothing yet. The pool keeps the options' strings. */
struct pool *pool_new(const struct pool_options *options);
void pool_free(struct pool **pool);

/* Lends an idle or new connection. NULL with a problem (503) when none comes free in time or the
 * database is away; after a failed attempt further ones wait out a back-off of at most a second. */
struct connection *pool_take(struct pool *pool, struct problem *problem);

/* Gives the connection back and nulls the caller's pointer. A broken one is closed, and idle ones of
 * the same age with it: they most likely went down together. */
void pool_give(struct pool *pool, struct connection **connection);

struct pool_stats pool_stats(struct pool *pool);
