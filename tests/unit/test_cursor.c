/* Cursors: whatever is changed of one, or of the question that it belongs to, it is refused. */
#include "http/cursor.h"
#include "suite.h"
#include <string.h>

static struct app app;
static struct spec spec;
static struct operation operation;
static struct request request;
static const struct column columns[] = {
    {.name = "slug"}, {.name = "_after_slug", .engine = true}, {.name = "_after_n"}};
static const struct link keys = {.columns = columns, .count = 3};

static void set_up(void) {
    memset(app.keys, 7, sizeof app.keys);
    spec = (struct spec){.id = "listThings", .method = "GET", .path = "/things", .cursor = true, .list = true};
    operation = (struct operation){.spec = &spec};
    request = (struct request){.app = &app, .arena = arena_new(1 << 22), .operation = &operation};
    request.match.spec = &spec;
}

static void tear_down(void) {
    arena_free(&request.arena);
}

static void ask(const char *query) {
    request.problem = (struct problem){0};
    ck_assert(bind_parse_query(request.arena, query, strlen(query), &request.inputs.query, &request.problem));
}

static const char *made_for(const char *query) {
    static const struct text row[] = {{"london", 6}, {"l\xC3\xB3ndon", 7}, {"", 0}};
    ask(query);
    return cursor_make(&request, &keys, row);
}

static bool opens(const char *format, const char *cursor) {
    ask(arena_printf(request.arena, format, cursor));
    return cursor_open(&request);
}

START_TEST(gives_back_its_keys) {
    const char *cursor = made_for("q=a&limit=5");
    ck_assert(opens("q=a&cursor=%s&limit=90&format=csv", cursor));
    ck_assert_str_eq(pairs_get(&request.inputs.after, "after_slug")->bytes, "l\xC3\xB3ndon");
    ck_assert_str_eq(pairs_get(&request.inputs.after, "after_n")->bytes, "");
    ck_assert_ptr_null(pairs_get(&request.inputs.after, "slug"));
    ck_assert(opens("q=a", ""));
    ck_assert_uint_eq(request.inputs.after.count, 0);
}
END_TEST

START_TEST(is_for_its_question_alone) {
    const char *cursor = made_for("q=a");
    ck_assert(!opens("q=b&cursor=%s", cursor));
    ck_assert_str_eq(request.problem.errors[0].pointer, "/query/cursor");
    ck_assert(!opens("cursor=%s", cursor));
    ck_assert(!opens("q=a&from=x&cursor=%s", cursor)); /* a filter of a list */
    spec.id = "listOthers";
    ck_assert(!opens("q=a&cursor=%s", cursor));
    spec.id = "listThings";
    ck_assert(opens("q=a&cursor=%s", cursor));
    app.keys[KEY_CURSORS][0]++;
    ck_assert(!opens("q=a&cursor=%s", cursor));
}
END_TEST

START_TEST(a_feed_may_be_asked_from_a_start) {
    spec.feed = true;
    const char *cursor = made_for("start=oldest&limit=2");
    ck_assert(opens("cursor=%s", cursor));
    ck_assert(opens("start=now&cursor=%s", cursor));
    ck_assert(!opens("cursor=%s", "no cursor here"));
    ck_assert(!opens("kind=hub&cursor=%s", cursor));
    ck_assert_str_eq(request.problem.errors[0].pointer, "/query/cursor");
}
END_TEST

START_TEST(nothing_else_opens) {
    const char *cursor = made_for("q=a");
    size_t length = strlen(cursor);
    for (size_t i = 0; i < length; i++) {
        char *bent = arena_copy(request.arena, cursor, length);
        bent[i] = bent[i] == 'A' ? 'B' : 'A';
        ck_assert_msg(!opens("q=a&cursor=%s", bent), "at %zu", i);
        bent = arena_copy(request.arena, cursor, i);
        ck_assert(!opens("q=a&cursor=%s", bent));
    }
    ck_assert(!opens("q=a&cursor=%sA", cursor) && !opens("q=a&cursor=%s=", cursor) && !opens("q=a&cursor=+%s", cursor));
    char *long_one = arena_alloc(request.arena, 5000);
    memset(long_one, 'A', 4000);
    ck_assert(!opens("q=a&cursor=%s", long_one));
}
END_TEST

int main(void) {
    return run_cases("cursor", set_up, tear_down,
                     (const TTest *const[]){gives_back_its_keys, is_for_its_question_alone,
                                            a_feed_may_be_asked_from_a_start, nothing_else_opens, NULL});
}
