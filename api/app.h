/* Everything a request may use: built once by main, constant after start but for what says otherwise. */
#pragma once
#include "config.h"
#include "contract/contract.h"
#include "op/bind.h"
#include "op/cache.h"
#include "op/operation.h"
#include "op/transaction.h"
#include "op/uses.h"
#include "pg/pool.h"
#include "token/token.h"
#include <stdatomic.h>

enum app_key { KEY_CURSORS, KEY_ETAGS, KEY_CACHE, KEY_LIMITER, KEY_TOKENS, APP_KEYS };

struct app {
    struct arena *arena; /* of the start; also of links made later, by the one thread that links */
    struct config config;
    const struct contract *contract;
    struct service service;           /* what it says of itself */
    struct operation *operations;     /* one a spec, in the contract's order */
    struct pool *pool;                /* anonymous reads */
    struct transactions transactions; /* of callers with a token, in a pool of their own */
    struct uses *uses;                /* counted, through the same pool */
    struct token_service *tokens;
    struct limiter *limiter;
    struct pool *watch_pool;    /* one connection that asks what has changed */
    char freshness_token[4096]; /* what the last answer was; of the watching thread alone */
    struct cache *cache;        /* of shared answers, or NULL: without the question there is none */
    struct asset *assets;       /* files of the pages, the handlers' */
    const char *problem_template;
    /* Appends a page about a problem; NULL: there are none. The handlers', as its template. */
    void (*problem_page)(const struct app *app, const struct problem *problem, const char *instance, struct buf *buf);
    unsigned char keys[APP_KEYS][32]; /* one a purpose, from SECRET_FILE */
    struct metrics *metrics;          /* atomic counters */
    atomic_bool linked;               /* the database has been asked about every statement */
    atomic_bool draining;
};

/* Builds everything from app->config but connects to nothing: contract, router, operations, keys.
 * Faults go to gate, one line each. */
void app_load(struct app *app, const struct handler_entry *handlers, struct gate *gate);

/* Asks the database about every statement that is not linked yet. False when it is away, or with faults
 * in gate; may be called again. One thread at a time. */
bool app_link(struct app *app, struct gate *gate);

/* Asks the database what has changed and notifies the cache. One thread, some times a second. */
void app_watch(struct app *app);

/* What can be asked for now: records, when everything is linked, nothing ends, and the database answers; changes, when
 * it takes them too: a standby does not. */
struct readiness {
    bool reads, writes;
};
struct readiness app_ready(struct app *app);

void app_free(struct app *app);
