/* What must hold, whatever is asked: where it does not, the process ends before it can answer wrongly. Each assertion
 * stays on in production (b_ndebug=false), and is shown to bite. */
#include "base/log.h"
#include "http/request.h"
#include "pg/connection.h"
#include "suite.h"
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct arena *arena;
static struct app app;
static const struct spec spec = {.id = "getThing", .method = "GET", .path = "/things", .shared = true};
static struct operation operation = {.spec = &spec};
static struct request request;

static void set_up(void) {
    arena = arena_new(1 << 24);
    app = (struct app){.config = {.response_limit = 1 << 20, .pool_wait_ms = 1000}};
    app.cache = cache_new(1 << 20, app.keys[KEY_CACHE]);
    cache_checked(app.cache, clock_us() + 60000000, false);
    request = (struct request){.app = &app, .arena = arena, .media = "application/json", .operation = &operation};
    request.match.spec = &spec;
    request.name = (struct text){"/things ", 8};
    request.response.status = 200;
}

static void tear_down(void) {
    cache_free(&app.cache);
    arena_free(&arena);
}

/* Whether it aborts, in a process of its own. */
static bool trips(void (*wrong)(void)) {
    int status;
    pid_t child = fork();
    if (!child) {
        dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
        wrong();
        _exit(0);
    }
    return waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void nothing(void) {
}

static void no_arena(void) {
    arena_alloc(NULL, 1);
}

static void unknown_slug(void) {
    problem_set(&request.problem, "no-such-problem", "It is on no list.");
}

static void given_back_twice(void) {
    struct pool *pool = pool_new(&(struct pool_options){.size = 1});
    struct connection connection = {0}, *lent = &connection;
    pool_give(pool, &lent);
    pool_give(pool, &(struct connection *){&connection});
}

static void send(unsigned count, unsigned index) {
    static const oid no_types[1];
    struct statement statement = {.index = index, .name = "x", .text = "SELECT 1", .types = no_types};
    struct command commands[COMMANDS_MAX + 1] = {{.statement = &statement}};
    struct connection connection = {0};
    for (int i = 0; i <= COMMANDS_MAX; i++)
        commands[i].statement = &statement;
    pg_pipeline(&connection, commands, count, &request.problem);
}

static void too_many_commands(void) {
    send(COMMANDS_MAX + 1, 1);
}

static void number_out_of_range(void) {
    send(1, STATEMENTS_MAX);
}

static void too_many_columns(void) {
    static PGresAttDesc columns[COLUMNS_MAX + 1];
    PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    for (int i = 0; i <= COLUMNS_MAX; i++)
        columns[i].name = "a";
    PQsetResultAttrs(result, COLUMNS_MAX + 1, columns);
    struct buf buf = buf_new(arena, 64, 64);
    render_rows(&render_csv, &(struct rendering){.buf = &buf}, (struct result *)result, 0, -1);
}

static void two_bodies(void) {
    buf_str(response_body(&request), "one");
    request.response.lent = (struct text){"another", 7};
    response_text(&request.response);
}

static void ticket_lost(void) {
    recall(&request);
    recall(&request);
}

static void settled_twice(void) {
    recall(&request);
    struct ticket again = request.ticket;
    cache_settle(app.cache, &request.ticket, NULL);
    cache_settle(app.cache, &again, NULL);
}

static void recalled_kept_as_new(void) {
    recall(&request);
    request.recalled = &(struct answer){0};
    remember(&request);
}

START_TEST(each_bites) {
    static const struct {
        const char *name;
        void (*wrong)(void);
    } cases[] = {{"no arena", no_arena},
                 {"unknown slug", unknown_slug},
                 {"a connection given back twice", given_back_twice},
                 {"too many commands", too_many_commands},
                 {"a statement's number out of range", number_out_of_range},
                 {"too many columns", too_many_columns},
                 {"two bodies in one response", two_bodies},
                 {"a ticket lost", ticket_lost},
                 {"a ticket settled twice", settled_twice},
                 {"an old answer kept as the new one", recalled_kept_as_new}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(trips(cases[i].wrong), "%s passes", cases[i].name);
    ck_assert(!trips(nothing));
}
END_TEST

int main(void) {
    return run_cases("invariants", set_up, tear_down, (const TTest *const[]){each_bites, NULL});
}
