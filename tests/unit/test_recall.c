/* What was made before, and the cache: an old answer that stands in is never kept as the new one. */
#include "base/log.h"
#include "http/request.h"
#include "suite.h"
#include <string.h>

static struct app app;
static struct header token = {"Authorization", "Bearer x"};
static const struct spec spec = {.id = "getThing", .method = "GET", .path = "/things/{id}", .shared = true};
static struct operation operation = {.spec = &spec};
static struct request request;

static void set_up(void) {
    app = (struct app){.config = {.response_limit = 1 << 20, .pool_wait_ms = 1000}};
    app.cache = cache_new(1 << 20, app.keys[KEY_CACHE]);
    cache_checked(app.cache, clock_us() + 60000000, false); /* the watch is trusted for a minute */
    request.arena = arena_new(1 << 24);
}

static void tear_down(void) {
    cache_free(&app.cache);
    arena_free(&request.arena);
}

/* As request_serve begins and reaches the step; what the database would answer is body. */
static void begin(const char *id) {
    struct arena *arena = request.arena;
    request = (struct request){.app = &app, .arena = arena, .method = "GET", .media = "application/json"};
    request.match = (struct route_match){.spec = &spec, .values = {{id, strlen(id)}, {"of an earlier route", 19}}};
    request.operation = &operation;
    request.response = (struct response){.status = 200, .content_type = "application/json"};
    ck_assert(recall(&request));
}

static void end(void) {
    static const struct answer nothing;
    if (!request.problem.status) /* else the walk has ended */
        ck_assert(remember(&request));
    cache_settle(app.cache, &request.ticket, request.problem.status < 500 ? &nothing : NULL);
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
    ck_assert(recall(&request));
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

int main(void) {
    return run_cases("recall", set_up, tear_down,
                     (const TTest *const[]){an_old_answer_is_never_kept_as_the_new_one,
                                            without_an_old_answer_the_problem_stays, a_token_passes_the_cache_by,
                                            keys_are_what_the_answer_depends_on, NULL});
}
