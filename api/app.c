#include "app.h"
#include "base/file.h"
#include "base/limit.h"
#include "metrics.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <string.h>

enum { WATCH_TIMEOUT_US = 1000000 }; /* how long the watch may wait */

/* A key for each purpose (NIST SP 800-108: HMAC over its number), of the SHA-256 of the secret file, or of a secret
 * that is this process's alone. What is seen of one reveals nothing of another. */
static void load_keys(struct app *app, struct gate *gate) {
    struct text text;
    unsigned char secret[32] = {0};
    if (!*app->config.secret_file)
        RAND_bytes(secret, sizeof secret);
    else if (!file_map(app->config.secret_file, &text) || text.length < sizeof secret)
        gate_fault(gate, app->config.secret_file, "SECRET_FILE needs a readable file of at least 32 bytes");
    else if (EVP_Digest(text.bytes, text.length, secret, NULL, EVP_sha256(), NULL))
        file_unmap(&text);
    for (unsigned char purpose = 0; purpose < APP_KEYS; purpose++)
        HMAC(EVP_sha256(), secret, sizeof secret, &purpose, 1, app->keys[purpose], NULL);
}

/* The watch has a connection of its own: it must not wait behind the requests that wait for it. */
static void load_cache(struct app *app, struct pool_options options) {
    if (!app->transactions.statements[FRESHNESS].text || !app->config.cache_bytes)
        return;
    options.name = "scip-api watch";
    options.size = 1;
    options.wait_us = options.query_timeout_us = WATCH_TIMEOUT_US;
    app->watch_pool = pool_new(&options);
    app->cache = cache_new((size_t)app->config.cache_bytes, app->keys[KEY_CACHE]);
}

/* All that callers with a token need. */
static void load_callers(struct app *app, struct pool_options options, struct gate *gate) {
    const struct config *config = &app->config;
    struct token_options tokens = {.issuer = config->issuer,
                                   .audience = config->issuer,
                                   .keys = config->keys,
                                   .issuers_file = config->issuers_file,
                                   .lifetime_s = config->token_seconds,
                                   .secret = app->keys[KEY_TOKENS]};
    options.url = config->writer_database_url;
    options.name = "scip-api writer";
    options.read_only = false;
    app->tokens = token_service_new(&tokens, gate);
    app->limiter = limiter_new(app->keys[KEY_LIMITER]);
    transactions_load(&app->transactions, app->contract->statements, gate);
    app->transactions.pool = pool_new(&options);
    options.url = config->central_database_url;
    options.name = "scip-api central";
    app->transactions.central = pool_new(&options);
    app->uses = uses_new(app->arena, &app->transactions, options.wait_us);
}

void app_load(struct app *app, const struct handler_entry *handlers, struct gate *gate) {
    app->contract = contract_load(app->arena, app->config.contract, gate);
    app->service = (struct service){app->contract->operations, app->config.issuer,
                                    *app->config.contact ? app->config.contact : NULL};
    app->operations = operations_load(app->arena, app->contract, handlers, gate);
    app->metrics = metrics_new(app->arena, app->contract);
    load_keys(app, gate);
    struct pool_options options = {.url = app->config.database_url,
                                   .name = "scip-api",
                                   .size = (unsigned)app->config.pool_size,
                                   .wait_us = app->config.pool_wait_ms * 1000,
                                   .query_timeout_us = app->config.query_timeout_ms * 1000,
                                   .read_only = true};
    app->pool = pool_new(&options);
    load_callers(app, options, gate);
    load_cache(app, options);
}

/* Links the operations that pool will run: those that need a token, or the others. */
static bool link_those(struct app *app, struct pool *pool, bool secured, struct gate *gate) {
    struct problem problem = {0};
    struct connection *connection = NULL;
    for (unsigned i = 0; i < app->contract->spec_count && problem.status != 503; i++) {
        struct operation *operation = &app->operations[i];
        problem.status = 0;
        if (operation->spec->text && operation->spec->secured == secured && !atomic_load(&operation->link) &&
            (connection || (connection = pool_take(pool, &problem))))
            operation_link(app->arena, operation, connection, gate, &problem);
    }
    pool_give(pool, &connection);
    return problem.status != 503;
}

/* Whether the database answers through the pool, and may be written to. */
static struct readiness ask_pool(const struct app *app, struct pool *pool) {
    struct problem problem = {0};
    struct result *result = /* once more: the first connection may be dead */
        pool_run(pool, &app->transactions.statements[PING], NULL, true, &problem);
    struct readiness readiness = {result, *(result_cell(result, 0, 0) ?: "") == 't'};
    result_free(&result);
    return readiness;
}

/* Whether the terms that requests may name are those of the database. */
static bool link_terms(struct app *app, struct gate *gate) {
    struct problem problem = {0};
    const char *fault, *terms = app->contract->terms;
    struct result *faults =
        terms ? pool_run(app->pool, &app->transactions.statements[TERMS], &terms, true, &problem) : NULL;
    for (unsigned i = 0; (fault = result_cell(faults, i, 0)); i++)
        gate_fault(gate, "db/terms", "%s", fault);
    result_free(&faults);
    return !problem.status;
}

bool app_link(struct app *app, struct gate *gate) {
    bool linked = link_terms(app, gate) && link_those(app, app->pool, false, gate) &&
                  link_those(app, app->transactions.pool, true, gate) &&
                  (strcmp(app->contract->operations, "{}") == 0 || ask_pool(app, app->transactions.central).reads) &&
                  !gate->faults;
    atomic_store(&app->linked, linked);
    return linked;
}

void app_watch(struct app *app) {
    int64_t asked_us = clock_us();
    struct problem problem = {0};
    const char *token = *app->freshness_token ? app->freshness_token : NULL;
    struct result *result =
        pool_run(app->watch_pool, &app->transactions.statements[FRESHNESS], &token, false, &problem);
    const char *next = result_cell(result, 0, 0), *changed = result_cell(result, 0, 1);
    *app->freshness_token = '\0'; /* what has happened is unknown: the next answer begins again */
    if (next && changed) {
        cache_checked(app->cache, asked_us, *changed == 't');
        if (strlen(next) < sizeof app->freshness_token)
            memcpy(app->freshness_token, next, strlen(next) + 1);
    }
    result_free(&result);
}

struct readiness app_ready(struct app *app) {
    if (!atomic_load(&app->linked) || atomic_load(&app->draining) || !ask_pool(app, app->pool).reads)
        return (struct readiness){0};
    return (struct readiness){true, ask_pool(app, app->transactions.pool).writes &&
                                        ask_pool(app, app->transactions.central).writes};
}

void app_free(struct app *app) {
    pool_free(&app->pool);
    uses_free(&app->uses);
    pool_free(&app->transactions.pool);
    pool_free(&app->transactions.central);
    token_service_free(&app->tokens);
    limiter_free(&app->limiter);
    pool_free(&app->watch_pool);
    cache_free(&app->cache);
    contract_release(app->contract);
    arena_free(&app->arena);
}
