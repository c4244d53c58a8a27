/* scip-api: serves a contract from a database, or checks that the two agree. */
#include "app.h"
#include "base/log.h"
#include "handlers/handlers.h"
#include "http/server.h"
#include "metrics.h"
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINK_RETRY_MS = 250, WATCH_MS = 100, DRAIN_STEP_MS = 20 };

static void sleep_ms(long ms) {
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

/* The terminating signals are taken by sigwait alone; SIGPIPE is an error code of write. */
static sigset_t block_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    return set;
}

/* Links as soon as the database lets it (an operation that disagrees with it stays unlinked and answers 503),
 * then asks again and again what has changed. */
static void *keep_in_touch(void *argument) {
    struct app *app = argument;
    struct gate gate = {.out = stderr};
    while (!atomic_load(&app->linked) && !atomic_load(&app->draining) && !gate.faults) {
        if (app_link(app, &gate))
            log_event(LOG_INFO, "linked");
        else
            sleep_ms(LINK_RETRY_MS);
    }
    while (app->cache && !atomic_load(&app->draining)) {
        app_watch(app);
        sleep_ms(WATCH_MS);
    }
    return NULL;
}

static void drain(struct app *app) {
    atomic_store(&app->draining, true);
    log_event(LOG_INFO, "draining", LOG_NUMBER("in_flight", metrics_in_flight(app->metrics)));
    int64_t until = clock_us() + app->config.drain_ms * 1000;
    while (metrics_in_flight(app->metrics) && clock_us() < until)
        sleep_ms(DRAIN_STEP_MS);
}

static int serve(struct app *app, struct gate *gate) {
    sigset_t signals = block_signals();
    if (!app_link(app, gate) && gate->faults) {
        log_event(LOG_ERROR, "the database does not fit the contract", LOG_NUMBER("faults", gate->faults));
        return 1;
    }
    struct server *server = server_start(app), *admin = app->config.admin_port ? server_start_admin(app) : NULL;
    if (!server || (app->config.admin_port && !admin))
        return 1;
    log_event(LOG_INFO, "listening", LOG_TEXT("host", app->config.host), LOG_NUMBER("port", app->config.port),
              LOG_NUMBER("linked", atomic_load(&app->linked)));
    pthread_t watcher;
    pthread_create(&watcher, NULL, keep_in_touch, app);
    int number;
    sigwait(&signals, &number);
    drain(app);
    pthread_join(watcher, NULL);
    server_stop(&server);
    server_stop(&admin);
    log_event(LOG_INFO, "stopped");
    return 0;
}

/* The gates without serving: contract and queries, and with --db the database too. */
static int check(struct app *app, struct gate *gate, bool database) {
    if (database && !app_link(app, gate) && !gate->faults)
        gate_fault(gate, "DATABASE_URL", "the database is not reachable");
    if (gate->faults)
        return 1;
    printf("%u operations agree%s\n", app->contract->spec_count, database ? ", with the database too" : "");
    return 0;
}

static int routes(const struct app *app) {
    for (unsigned i = 0; i < app->contract->spec_count; i++) {
        const struct operation *operation = &app->operations[i];
        printf("%-6s %-34s %-26s %s\n", operation->spec->method, operation->spec->path, operation->spec->id,
               operation->handler ? "handler"
               : operation->query ? operation->query->path
                                  : "");
    }
    return 0;
}

static int usage(FILE *out, int status) {
    fprintf(out, "usage: scip-api serve | check [--db] | routes | version\n\nenvironment:\n");
    config_describe(out);
    return status;
}

int main(int count, char **arguments) {
    const char *command = count > 1 ? arguments[1] : "";
    bool database = count == 3 && strcmp(command, "check") == 0 && strcmp(arguments[2], "--db") == 0;
    if (strcmp(command, "version") == 0)
        return puts("scip-api " SCIP_VERSION) < 0;
    if (strcmp(command, "help") == 0 || strcmp(command, "--help") == 0)
        return usage(stdout, 0);
    bool known = strcmp(command, "serve") == 0 || strcmp(command, "check") == 0 || strcmp(command, "routes") == 0;
    if (!known || (count > 2 && !database))
        return usage(stderr, 64);
    mallopt(M_ARENA_MAX, 2); /* hundreds of threads would otherwise keep an arena for every eight */
    static struct app app;
    if (!config_load(&app.config, stderr))
        return 78; /* EX_CONFIG */
    log_set_level(app.config.log_level);
    app.arena = arena_new(0);
    struct gate gate = {.out = stderr};
    app_load(&app, handlers, &gate);
    int status = strcmp(command, "routes") == 0  ? routes(&app)
                 : strcmp(command, "check") == 0 ? check(&app, &gate, database)
                 : gate.faults                   ? 1
                                                 : serve(&app, &gate);
    app_free(&app);
    return status;
}
