#include "pg/pool.h"
#include "base/log.h"
#include "pg/connection.h"
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

enum { BACKOFF_FIRST_US = 50000, BACKOFF_MAX_US = 1000000 };

struct waiter {
    STAILQ_ENTRY(waiter) next;
    pthread_cond_t wake;
    struct connection *connection; /* handed over, or NULL: look again */
    bool woken;
};

struct pool {
    struct pool_options options;
    pthread_mutex_t lock; /* guards all below */
    struct connection **idle;
    STAILQ_HEAD(, waiter) waiters; /* in the order in which they came */
    unsigned generation;
    int64_t retry_at, backoff; /* after a failed connect: not before, and how long */
    struct pool_stats stats;
};

struct pool *pool_new(const struct pool_options *options) {
    struct pool *pool = calloc(1, sizeof *pool);
    struct connection **idle = calloc(options->size, sizeof *idle);
    if (!pool || !idle)
        log_fatal("out of memory");
    *pool = (struct pool){.options = *options, .idle = idle, .lock = PTHREAD_MUTEX_INITIALIZER};
    STAILQ_INIT(&pool->waiters);
    pool->stats.size = options->size;
    return pool;
}

static void close_connection(struct connection *connection) {
    PQfinish(connection->pg);
    free(connection);
}

void pool_free(struct pool **pool) {
    if (!*pool)
        return;
    for (unsigned i = 0; i < (*pool)->stats.idle; i++)
        close_connection((*pool)->idle[i]);
    free((*pool)->idle);
    free(*pool);
    *pool = NULL;
}

bool connection_wait(PGconn *pg, short events, int64_t deadline_us) {
    struct pollfd poller = {.fd = PQsocket(pg), .events = events};
    for (;;) {
        int64_t left = deadline_us - clock_us();
        int ready = left <= 0 ? 0 : poll(&poller, 1, (int)(left / 1000) + 1);
        if (ready > 0)
            return true;
        if (ready == 0 || errno != EINTR)
            return false;
    }
}

/* Session settings ride on the start-up packet: no extra round trip. What is not needed to read the answers gives way
 * to the operator's own: libpq takes the last one of a name, those of the URL (dbname) among them. Whether there may be
 * writes is the database's to say. */
static PGconn *start_connecting(const struct pool_options *options) {
    char settings[1024];
    PQconninfoOption *given = PQconninfoParse(options->url, NULL), *one = given;
    while (one && one->keyword && strcmp(one->keyword, "options") != 0)
        one++;
    snprintf(settings, sizeof settings,
             "-c statement_timeout=%lld%s %s -c TimeZone=UTC -c DateStyle=ISO "
             "-c extra_float_digits=1 -c client_min_messages=error",
             (long long)(options->query_timeout_us / 1000),
             options->read_only ? " -c default_transaction_read_only=on" : "", one && one->val ? one->val : "");
    PQconninfoFree(given);
    const char *keys[] = {"application_name", "keepalives_idle", "keepalives_interval", "tcp_user_timeout",
                          "dbname",           "options",         "client_encoding",     NULL};
    const char *values[] = {options->name, "30", "10", "10000", options->url, settings, "UTF8", NULL};
    return PQconnectStartParams(keys, values, 1);
}

/* Connects without ever blocking past deadline_us. NULL, and logged, when it did not work. */
static struct connection *connect_to(const struct pool_options *options, int64_t deadline_us) {
    PGconn *pg = start_connecting(options);
    PostgresPollingStatusType state =
        pg && PQstatus(pg) != CONNECTION_BAD ? PGRES_POLLING_WRITING : PGRES_POLLING_FAILED;
    while (state == PGRES_POLLING_READING || state == PGRES_POLLING_WRITING) {
        short events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        state = connection_wait(pg, events, deadline_us) ? PQconnectPoll(pg) : PGRES_POLLING_FAILED;
    }
    struct connection *connection = state == PGRES_POLLING_OK ? calloc(1, sizeof *connection) : NULL;
    if (!connection || PQsetnonblocking(pg, 1) != 0 || !PQenterPipelineMode(pg)) {
        log_event(LOG_WARN, "database connect failed", LOG_TEXT("reason", pg ? PQerrorMessage(pg) : "out of memory"));
        PQfinish(pg);
        free(connection);
        return NULL;
    }
    connection->pg = pg;
    connection->query_timeout_us = options->query_timeout_us;
    return connection;
}

static void wake(struct pool *pool, struct connection *connection) {
    struct waiter *waiter = STAILQ_FIRST(&pool->waiters);
    STAILQ_REMOVE_HEAD(&pool->waiters, next);
    waiter->connection = connection;
    waiter->woken = true;
    pthread_cond_signal(&waiter->wake);
}

/* Called and returns with the lock held; gives it up while connecting. */
static struct connection *open_one(struct pool *pool) {
    pool->stats.open++;
    unsigned generation = pool->generation;
    pthread_mutex_unlock(&pool->lock);
    struct connection *connection = connect_to(&pool->options, clock_us() + pool->options.wait_us);
    pthread_mutex_lock(&pool->lock);
    if (connection) {
        connection->generation = generation;
        pool->backoff = 0;
        pool->stats.connects++;
        return connection;
    }
    pool->stats.open--;
    pool->stats.connect_failures++;
    pool->backoff = pool->backoff ? pool->backoff * 2 : BACKOFF_FIRST_US;
    if (pool->backoff > BACKOFF_MAX_US)
        pool->backoff = BACKOFF_MAX_US;
    pool->retry_at = clock_us() + pool->backoff;
    while (!STAILQ_EMPTY(&pool->waiters) && !pool->stats.open) /* nobody is left to hand one over */
        wake(pool, NULL);
    return NULL;
}

/* Waits its turn, with the lock held; false when the time is over. */
static bool wait_turn(struct pool *pool, const struct timespec *until, struct connection **connection) {
    struct waiter waiter = {.wake = PTHREAD_COND_INITIALIZER};
    STAILQ_INSERT_TAIL(&pool->waiters, &waiter, next);
    pool->stats.waiting++;
    pool->stats.waits++;
    while (!waiter.woken && pthread_cond_clockwait(&waiter.wake, &pool->lock, CLOCK_MONOTONIC, until) == 0)
        ;
    pool->stats.waiting--;
    if (!waiter.woken)
        STAILQ_REMOVE(&pool->waiters, &waiter, waiter, next);
    pthread_cond_destroy(&waiter.wake);
    *connection = waiter.connection;
    return waiter.woken;
}

static struct connection *take_connection(struct pool *pool, const struct timespec *until, struct problem *problem) {
    for (;;) {
        while (pool->stats.idle) {
            struct connection *connection = pool->idle[--pool->stats.idle];
            if (connection->generation == pool->generation)
                return connection;
            pool->stats.open--;
            close_connection(connection);
        }
        struct connection *connection = NULL;
        if (pool->stats.open < pool->stats.size && clock_us() >= pool->retry_at) {
            connection = open_one(pool);
        } else if (!pool->stats.open) {
            problem_set(problem, "unavailable", "The database is not reachable.");
            return NULL;
        } else if (!wait_turn(pool, until, &connection)) {
            pool->stats.timeouts++;
            problem_set(problem, "unavailable", "All database connections are busy.");
            return NULL;
        }
        if (connection)
            return connection;
    }
}

struct connection *pool_take(struct pool *pool, struct problem *problem) {
    struct timespec until = clock_after(pool->options.wait_us);
    pthread_mutex_lock(&pool->lock);
    struct connection *connection = take_connection(pool, &until, problem);
    pthread_mutex_unlock(&pool->lock);
    return connection;
}

void pool_give(struct pool *pool, struct connection **lent) {
    struct connection *connection = *lent, *closing = NULL;
    *lent = NULL;
    if (!connection)
        return;
    pthread_mutex_lock(&pool->lock);
    if (connection->broken) {
        closing = connection;
        pool->stats.open--;
        pool->stats.lost++;
        if (!connection->timed_out && connection->generation == pool->generation)
            pool->generation++;
        if (!STAILQ_EMPTY(&pool->waiters))
            wake(pool, NULL); /* there is room to open another */
    } else {
        connection->generation = pool->generation; /* it has just answered */
        if (!STAILQ_EMPTY(&pool->waiters))
            wake(pool, connection);
        else {
            assert(pool->stats.idle < pool->stats.size); /* each is given back once, where it was lent */
            pool->idle[pool->stats.idle++] = connection;
        }
    }
    pthread_mutex_unlock(&pool->lock);
    if (closing)
        close_connection(closing);
}

struct pool_stats pool_stats(struct pool *pool) {
    pthread_mutex_lock(&pool->lock);
    struct pool_stats stats = pool->stats;
    pthread_mutex_unlock(&pool->lock);
    return stats;
}
