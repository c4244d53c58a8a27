/* What was made before, and the cache: an old answer that stands in is never kept as the new one. */
#include "base/log.h"
#include "http/request.h"
#include "http/transfer.h"
#include "suite.h"
#include <string.h>

static struct app app;
static struct header token = {"Authorization", "Bearer x"};
static const struct spec spec = {.id = "getThing", .method = "GET", .path = "/things/{id}", .shared = true};
static struct operation operation = {.spec = &spec};
static struct request request;

static void set_up(void) {
    app = (struct app){.config = {.response_limit = 1 << 20, .pool_wait_ms = 1000, .cors_origins = ""}};
    app.operations = &operation;
    app.cache = cache_new(1 << 20, app.keys[KEY_CACHE]);
    cache_checked(app.cache, clock_us() + 60000000, false); /* the watch is trusted for a minute */
    request.arena = arena_new(1 << 24);
}

static void tear_down(void) {
    cache_give_back(&request.recalled);
    cache_free(&app.cache);
    arena_free(&request.arena);
}

/* As request_serve begins and reaches the step; what the database would answer is body. */
static void begin(const char *id) {
    struct arena *arena = request.arena;
    cache_give_back(&request.recalled);
    request = (struct request){.app = &app, .arena = arena, .method = "GET", .media = "application/json"};
    request.match = (struct route_match){.spec = &spec, .values = {{id, strlen(id)}, {"of an earlier route", 19}}};
    request.operation = &operation;
    request.name = (struct text){"/a name ", 8};
    request.response = (struct response){.status = 200, .content_type = "application/json"};
    ck_assert(recall(&request));
}

static void end(void) {
    static const struct answer nothing;
    if (!request.problem.status) /* else the walk has ended */
        ck_assert(remember(&request));
    cache_settle(app.cache, &request.ticket, request.problem.status < 500 ? &nothing : NULL);
    cache_give_back(&request.recalled);
}

static void answer(const char *id, const char *body) {
    begin(id);
    ck_assert(!request.recalled && request.ticket.entry);
    buf_str(response_body(&request), body);
    end();
}

static bool gave(const char *body) {
    struct text text = response_text(&request.response);
    return text.bytes && text.length == strlen(body) && memcmp(text.bytes, body, text.length) == 0;
}

/* The database cannot be asked: what is kept stands in. */
static bool stand_in(const char *slug) {
    problem_set(&request.problem, slug, "The database is away.");
    return recall_stale(&request);
}

START_TEST(an_old_answer_is_never_kept_as_the_new_one) {
    answer("a", "old");
    begin("a");
    ck_assert(request.recalled && gave("old") && !request.response.age);
    end();
    static const char *const reasons[] = {"unavailable", "timeout"};
    for (int i = 0; i < 2; i++) {
        cache_changed(app.cache);
        begin("a");
        ck_assert(!request.recalled && request.ticket.entry);
        ck_assert(stand_in(reasons[i]));
        ck_assert(request.recalled && gave("old") && request.response.age >= 1 && !request.problem.status &&
                  !request.ticket.entry);
        end();
        for (int again = 0; again < 2; again++) {
            begin("a");
            ck_assert(!request.recalled && request.ticket.entry);
            ck_assert(stand_in(reasons[i]));
            end();
        }
    }
    answer("a", "new");
    begin("a");
    ck_assert(request.recalled && gave("new") && !request.response.age);
    end();
}
END_TEST

START_TEST(without_an_old_answer_the_problem_stays) {
    begin("a");
    ck_assert(!stand_in("unavailable"));
    ck_assert_int_eq(request.problem.status, 503);
    end();
    answer("a", "one");
    cache_changed(app.cache);
    begin("a");
    ck_assert(!stand_in("not-found")); /* the database has spoken */
    ck_assert_int_eq(request.problem.status, 404);
    end();
}
END_TEST

START_TEST(a_token_passes_the_cache_by) {
    answer("a", "everybody's");
    struct arena *arena = request.arena;
    request = (struct request){.app = &app, .arena = arena, .method = "GET", .headers = &token, .header_count = 1};
    request.match.spec = &spec;
    request.operation = &operation;
    request.response = (struct response){.status = 200};
    ck_assert(known(&request) && recall(&request));
    ck_assert(!request.recalled && !request.ticket.entry && !request.key.bytes);
    ck_assert(!stand_in("unavailable"));
}
END_TEST

START_TEST(keys_are_what_the_answer_depends_on) {
    answer("a", "a");
    answer("b", "b");
    begin("a");
    ck_assert(request.recalled && gave("a"));
    request.target = "/things/%61"; /* however it was written */
    struct text key = request.key;
    begin("a");
    ck_assert(key.length == request.key.length && memcmp(key.bytes, request.key.bytes, key.length) == 0);
    ck_assert_ptr_null(memmem(key.bytes, key.length, "earlier", 7));
}
END_TEST

/* As it is written, before it is known what it means; false: it has to be found out. */
static bool ask(const char *method, const char *target, struct header *header) {
    struct arena *arena = request.arena;
    request = (struct request){.app = &app, .arena = arena, .method = method, .target = target};
    request.inflow = &(struct inflow){.ended = true};
    request.headers = header;
    request.header_count = header != NULL;
    return !known(&request);
}

/* That, and then what it means: "a". */
static void ask_and_find(const char *target) {
    ck_assert(!ask("GET", target, NULL));
    struct text name = request.name;
    begin("a");
    end();
    request.name = name;
    recall(&request);
    cache_give_back(&request.recalled);
}

START_TEST(a_target_is_known_while_its_answer_is_true) {
    struct header pictures = {"Accept", "image/png"}, tag = {"If-None-Match", "*"};
    answer("a", "old");
    ask_and_find("/things/a");
    ask_and_find("/things/%61");
    ck_assert(ask("GET", "/things/a", NULL) && gave("old") && request.response.status == 200);
    ck_assert(request.response.common.length && request.match.spec == &spec);
    cache_give_back(&request.recalled);
    ck_assert(ask("HEAD", "/things/%61", NULL) && gave("old"));
    cache_give_back(&request.recalled);
    ck_assert(ask("GET", "/things/a", &tag) && gave("") && request.response.status == 304);
    cache_give_back(&request.recalled);
    ck_assert(!ask("POST", "/things/a", NULL) && !ask("GET", "/things/b", NULL) && !ask("GET", "/things/a", &token));
    ck_assert(!ask("GET", "/things/a", &pictures));
    cache_changed(app.cache);
    ck_assert(!ask("GET", "/things/a", NULL));
    answer("a", "new");
    ck_assert(ask("GET", "/things/a", NULL) && gave("new"));
    cache_give_back(&request.recalled);
    cache_checked(app.cache, clock_us() - 60000000, false); /* the watch is late */
    ck_assert(!ask("GET", "/things/a", NULL));
}
END_TEST

START_TEST(names_are_bounded_with_all_else) {
    char target[32], id[8];
    size_t most = 0;
    for (int i = 0; i < 20000; i++) {
        snprintf(target, sizeof target, "/things/a?%d", i);
        snprintf(id, sizeof id, "%d", i % 100);
        if (i < 100)
            answer(id, "one");
        ask("GET", target, NULL);
        struct text name = request.name;
        begin(id);
        request.name = name;
        if (request.recalled)
            cache_name(app.cache, name, request.key);
        end();
        arena_reset(request.arena);
        most = cache_stats(app.cache).bytes > most ? cache_stats(app.cache).bytes : most;
    }
    ck_assert(ask("GET", target, NULL));
    cache_give_back(&request.recalled);
    ck_assert(most > 1 << 19 && most <= 1 << 20);
}
END_TEST

int main(void) {
    return run_cases(
        "recall", set_up, tear_down,
        (const TTest *const[]){an_old_answer_is_never_kept_as_the_new_one, without_an_old_answer_the_problem_stays,
                               a_token_passes_the_cache_by, keys_are_what_the_answer_depends_on,
                               a_target_is_known_while_its_answer_is_true, names_are_bounded_with_all_else, NULL});
}
