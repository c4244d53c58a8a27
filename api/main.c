/* scip-api: serves a contract from a database, or checks that the two agree. */
#include "app.h"
#include "base/file.h"
#include "base/log.h"
#include "commands.h"
#include "handlers/handlers.h"
#include "http/server.h"
#include "http/wire.h"
#include "metrics.h"
#include "token/fetch.h"
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { LINK_RETRY_US = 250000, LINK_FAULT_US = 2000000, WATCH_US = 100000, KEYS_TICKS = 10, DRAIN_STEP_NS = 20000000 };

/* The terminating signals are taken by sigwait alone; SIGPIPE is an error code of write, and SIGHUP asks for what
 * there is not: files to be opened again. */
static sigset_t block_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGQUIT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    return set;
}

/* Links when the database lets it, however late (an operation that disagrees with it stays unlinked and answers 503),
 * and asks again and again what has changed. Faults are logged once. */
static void *link_and_watch(void *argument) {
    struct app *app = argument;
    struct gate gate = {.out = stderr};
    for (int64_t link_us = 0; !atomic_load(&app->draining); usleep(WATCH_US)) {
        if (!atomic_load(&app->linked) && clock_us() > link_us) {
            gate.faults = 0;
            if (app_link(app, &gate))
                log_event(LOG_INFO, "linked");
            else if (gate.faults && gate.out)
                log_event(LOG_ERROR, "the database does not fit the contract", LOG_NUMBER("faults", gate.faults));
            gate.out = gate.faults ? NULL : gate.out;
            link_us = clock_us() + (gate.faults ? LINK_FAULT_US : LINK_RETRY_US);
        }
        if (app->cache)
            app_watch(app);
    }
    return NULL;
}

/* Keeps the keys up to date; waits for outside issuers, so it has a thread of its own. */
static void *keep_keys(void *argument) {
    struct app *app = argument;
    for (int tick = 0; !atomic_load(&app->draining); tick = (tick + 1) % KEYS_TICKS) {
        if (!tick)
            token_service_tick(app->tokens);
        usleep(WATCH_US);
    }
    return NULL;
}

/* Refuses what is new and answers the rest, until no connection is left and the threads have ended. False when the time
 * is over, or when a second Ctrl-C says so. */
static bool drain(struct app *app, const pthread_t *threads, int count) {
    int64_t until = clock_us() + app->config.drain_ms * 1000;
    sigset_t again;
    sigemptyset(&again);
    sigaddset(&again, SIGINT);
    atomic_store(&app->draining, true);
    log_event(LOG_INFO, "draining", LOG_NUMBER("in_flight", atomic_load(&app->metrics->in_flight)));
    fetch_stop();
    wire_drain(false);
    while ((count && (count -= pthread_tryjoin_np(threads[count - 1], NULL) == 0)) || wire_connections())
        if (clock_us() > until || sigtimedwait(&again, NULL, &(struct timespec){.tv_nsec = DRAIN_STEP_NS}) > 0)
            return false;
    return true;
}

static int serve_api(struct app *app, struct gate *gate) {
    sigset_t signals = block_signals();
    if (!app_link(app, gate) && gate->faults) {
        log_event(LOG_ERROR, "the database does not fit the contract", LOG_NUMBER("faults", gate->faults));
        return 1;
    }
    wire_start();
    pthread_t threads[2];
    if (pthread_create(&threads[0], NULL, link_and_watch, app) || pthread_create(&threads[1], NULL, keep_keys, app))
        log_fatal("out of memory");
    struct server *admin = app->config.admin_port ? server_start(app, admin_page) : NULL,
                  *server = server_start(app, NULL); /* the last: who is answered is served by all that there is */
    if (!server || (app->config.admin_port && !admin))
        _exit(1); /* the threads have the app */
    log_event(LOG_INFO, "listening", LOG_TEXT("host", app->config.host), LOG_NUMBER("port", app->config.port),
              LOG_NUMBER("linked", atomic_load(&app->linked)));
    sigwait(&signals, &(int){0});
    if (!drain(app, threads, 2)) {
        log_event(LOG_WARN, "stopped with open connections", LOG_NUMBER("connections", wire_connections()));
        _exit(0); /* their threads may wait for the database yet */
    }
    wire_drain(true);
    server_stop(&server);
    server_stop(&admin);
    log_event(LOG_INFO, "stopped");
    return 0;
}

/* The gates without serving: contract and queries, and with --db the database too. */
static int check_contract(struct app *app, struct gate *gate, bool database) {
    if (database && !app_link(app, gate) && !gate->faults)
        gate_fault(gate,
                   !pool_stats(app->pool).open                ? "DATABASE_URL"
                   : !pool_stats(app->transactions.pool).open ? "WRITER_DATABASE_URL"
                                                              : "CENTRAL_DATABASE_URL",
                   "the database is not reachable");
    if (gate->faults)
        return 1;
    printf("%u operations agree%s\n", app->contract->spec_count, database ? ", with the database too" : "");
    return 0;
}

static int routes(const struct app *app) {
    for (unsigned i = 0; i < app->contract->spec_count; i++) {
        const struct operation *operation = &app->operations[i];
        printf("%-6s %-34s %-26s %s\n", operation->spec->method, operation->spec->path, operation->spec->id,
               operation->handler ? "handler" : operation->spec->file);
    }
    return 0;
}

/* One operation as the contract has it, complete, and its statement. */
static int show(const struct app *app, const char *id) {
    const struct operation *operation = operation_find(app->operations, app->contract->spec_count, id, strlen(id));
    if (!operation) {
        fprintf(stderr, "there is no operation %s\n", id);
        return 1;
    }
    const struct spec *spec = operation->spec;
    json_t *document = json_loadb(app->contract->json.bytes, app->contract->json.length, 0, NULL), *found;
    json_t *item = json_object_get(json_object_get(document, "paths"), spec->path);
    const char *method;
    struct text text;
    printf("%s: %s %s\n", spec->where, spec->method, spec->path);
    json_object_foreach (item, method, found)
        if (strcasecmp(method, spec->method) == 0)
            json_dumpf(found, stdout, JSON_INDENT(2));
    json_decref(document);
    puts("");
    if (!spec->text)
        return 0;
    if (!file_map(spec->file, &text)) /* it is installed without */
        text = (struct text){spec->text, strlen(spec->text)};
    printf("\n%s:\n%.*s", spec->file, (int)text.length, text.bytes);
    return 0;
}

static int usage(FILE *out, int status) {
    fprintf(out, "usage: scip-api serve | check [--db] | routes | show OPERATION | version\n"
                 "       scip-api account add ISSUER SUBJECT ROLE LABEL | client add ROLE LABEL   (as the owner)\n"
                 "       scip-api retention | erasures list | erasures replay FILE              (as the owner)\n"
                 "       scip-api recount [--verify] | robots import FILE                        (as the owner)\n"
                 "       scip-api keys rotate\n\nenvironment:\n");
    config_describe(out);
    return status;
}

int main(int count, char **words) {
    const char *word = count > 1 ? words[1] : "", *more = count == 3 ? words[2] : "";
    bool serves = count == 2 && strcmp(word, "serve") == 0, lists = count == 2 && strcmp(word, "routes") == 0,
         shows = count == 3 && strcmp(word, "show") == 0, asks = strcmp(more, "--db") == 0,
         checks = strcmp(word, "check") == 0 && (count == 2 || asks);
    if (strcmp(word, "version") == 0)
        return puts("scip-api " SCIP_VERSION) < 0;
    if (strcmp(word, "help") == 0 || strcmp(word, "--help") == 0)
        return usage(stdout, 0);
    const struct action *found = count > 1 ? command_find(count - 1, words + 1) : NULL;
    if (!found && !serves && !lists && !shows && !checks)
        return usage(stderr, 64);
    mallopt(M_ARENA_MAX, 2); /* hundreds of threads would otherwise keep an arena for every eight */
    static struct app app;
    if (!config_load(&app.config, stderr))
        return 78; /* EX_CONFIG */
    log_set_level(app.config.log_level);
    app.arena = arena_new(0);
    struct gate gate = {.out = stderr};
    app_load(&app, handlers, &gate);
    assets_load(&app);
    int status = lists         ? routes(&app)
                 : shows       ? show(&app, more)
                 : checks      ? check_contract(&app, &gate, asks)
                 : gate.faults ? 1
                 : serves      ? serve_api(&app, &gate)
                               : command_run(found, &app, words + 1);
    app_free(&app);
    return status;
}
