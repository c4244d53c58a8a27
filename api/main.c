/* scip-api: serves a contract from a database, or checks that the two agree. */
#include "app.h"
#include "base/log.h"
#include "commands.h"
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

enum { LINK_RETRY_US = 250000, LINK_FAULT_US = 2000000, WATCH_MS = 100, KEYS_MS = 1000, DRAIN_STEP_MS = 20 };

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

/* Links when the database lets it, however late (an operation that disagrees with it stays unlinked and answers 503),
 * and asks again and again what has changed. Faults are told once. */
static void *keep_in_touch(void *argument) {
    struct app *app = argument;
    struct gate gate = {.out = stderr};
    for (int64_t link_us = 0; !atomic_load(&app->draining); sleep_ms(WATCH_MS)) {
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
    for (long waited = KEYS_MS; !atomic_load(&app->draining); waited += WATCH_MS) {
        if (waited >= KEYS_MS) {
            token_service_tick(app->tokens);
            waited = 0;
        }
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
    pthread_t watcher, key_keeper;
    pthread_create(&watcher, NULL, keep_in_touch, app);
    pthread_create(&key_keeper, NULL, keep_keys, app);
    int number;
    sigwait(&signals, &number);
    drain(app);
    pthread_join(watcher, NULL);
    pthread_join(key_keeper, NULL);
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

/* A command by its words; those after them are its arguments. */
static const struct command {
    const char *words[2];
    int arguments;
} commands[] = {{{"serve"}, 0},
                {{"check"}, 0},
                {{"check", "--db"}, 0},
                {{"routes"}, 0},
                {{"account", "add"}, 4},
                {{"client", "add"}, 2},
                {{"keys", "rotate"}, 0},
                {{"retention"}, 0},
                {{"erasures", "list"}, 0},
                {{"erasures", "replay"}, 1},
                {{"recount"}, 0},
                {{"recount", "--verify"}, 0},
                {{"robots", "import"}, 1}};

static const struct command *find_command(int count, char **words) {
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const struct command *command = &commands[i];
        int length = command->words[1] ? 2 : 1;
        if (count == length + command->arguments && strcmp(words[0], command->words[0]) == 0 &&
            (length == 1 || strcmp(words[1], command->words[1]) == 0))
            return command;
    }
    return NULL;
}

static int run(struct app *app, struct gate *gate, const char *command, char **words) {
    if (strcmp(command, "routes") == 0)
        return routes(app);
    if (strcmp(command, "check") == 0)
        return check(app, gate, words[1] != NULL);
    if (gate->faults)
        return 1;
    if (strcmp(command, "account") == 0)
        return command_account_add(app, words[2], words[3], words[4], words[5]);
    if (strcmp(command, "client") == 0)
        return command_client_add(app, words[2], words[3]);
    if (strcmp(command, "keys") == 0)
        return command_keys_rotate(app);
    if (strcmp(command, "retention") == 0)
        return command_retention(app);
    if (strcmp(command, "erasures") == 0)
        return words[2] ? command_erasures_replay(app, words[2]) : command_erasures_list(app);
    if (strcmp(command, "recount") == 0)
        return command_recount(app, words[1] != NULL);
    if (strcmp(command, "robots") == 0)
        return command_robots_import(app, words[2]);
    return serve(app, gate);
}

static int usage(FILE *out, int status) {
    fprintf(out, "usage: scip-api serve | check [--db] | routes | version\n"
                 "       scip-api account add ISSUER SUBJECT ROLE LABEL | client add ROLE LABEL   (as the owner)\n"
                 "       scip-api retention | erasures list | erasures replay FILE              (as the owner)\n"
                 "       scip-api recount [--verify] | robots import FILE                        (as the owner)\n"
                 "       scip-api keys rotate\n\nenvironment:\n");
    config_describe(out);
    return status;
}

int main(int count, char **arguments) {
    const char *word = count > 1 ? arguments[1] : "";
    if (strcmp(word, "version") == 0)
        return puts("scip-api " SCIP_VERSION) < 0;
    if (strcmp(word, "help") == 0 || strcmp(word, "--help") == 0)
        return usage(stdout, 0);
    const struct command *command = count > 1 ? find_command(count - 1, arguments + 1) : NULL;
    if (!command)
        return usage(stderr, 64);
    mallopt(M_ARENA_MAX, 2); /* hundreds of threads would otherwise keep an arena for every eight */
    static struct app app;
    if (!config_load(&app.config, stderr))
        return 78; /* EX_CONFIG */
    log_set_level(app.config.log_level);
    app.arena = arena_new(0);
    struct gate gate = {.out = stderr};
    app_load(&app, handlers, &gate);
    int status = run(&app, &gate, word, arguments + 1);
    app_free(&app);
    return status;
}
