/* What a list's statement becomes by what is given: its first page with constants, and all else without what is absent.
 */
#include "op/plan.h"
#include "suite.h"
#include <string.h>

static struct arena *arena;
static struct gate gate;
static struct spec spec;
static json_t *nodes; /* of the schemas */
static struct query query;
static struct operation operation;
static struct inputs inputs;
static struct parameter parameters[4];
static struct binding bindings[5];

/* $1 of the path, $2 a filter, $3 of the cursor, $4 the order, $5 the limit. */
static const char text[] = "SELECT '$' FROM t WHERE h = $1 AND ($2 IS NULL OR a OR b = $2) AND ($3 IS NULL OR s > $3)"
                           " ORDER BY CASE WHEN $4 = '-n' THEN n END LIMIT $5";

static const struct schema *schema(const char *json) {
    json_t *node = json_loads(json, 0, NULL);
    json_array_append_new(nodes, node);
    return schema_compile(schema_set_new(arena, node, "test", &gate), node);
}

static void set_up(void) {
    arena = arena_new(1 << 20);
    gate = (struct gate){0};
    nodes = json_array();
    parameters[0] = (struct parameter){.name = "slug", .place = IN_PATH, .schema = schema("{\"type\":\"string\"}")};
    parameters[1] = (struct parameter){.name = "kind", .place = IN_QUERY, .schema = schema("{\"type\":\"string\"}")};
    parameters[2] = (struct parameter){
        .name = "sort", .place = IN_QUERY, .schema = schema("{\"type\":\"string\",\"default\":\"n\"}")};
    parameters[3] = (struct parameter){
        .name = "limit", .place = IN_QUERY, .schema = schema("{\"type\":\"integer\",\"default\":50}")};
    bindings[0] = (struct binding){.name = "slug", .kind = BIND_PARAMETER, .parameter = &parameters[0]};
    bindings[1] = (struct binding){.name = "kind", .kind = BIND_PARAMETER, .parameter = &parameters[1]};
    bindings[2] = (struct binding){.name = "after_s", .kind = BIND_AFTER, .parameter = NULL};
    bindings[3] = (struct binding){.name = "sort", .kind = BIND_PARAMETER, .parameter = &parameters[2]};
    bindings[4] = (struct binding){.name = "limit", .kind = BIND_LIMIT, .parameter = &parameters[3]};
    spec = (struct spec){.id = "listThings", .cursor = true, .list = true};
    query = (struct query){.text = text, .count = 5};
    operation = (struct operation){.spec = &spec,
                                   .query = &query,
                                   .bindings = bindings,
                                   .splits = true,
                                   .statement = {.name = spec.id, .text = text, .count = 5}};
    inputs = (struct inputs){0};
}

static void tear_down(void) {
    json_decref(nodes);
    arena_free(&arena);
}

/* The statement's text, after a check of whether it is planned for this request alone. */
static const char *planned(const char *asked, bool once) {
    struct problem problem = {0};
    ck_assert(bind_parse_query(arena, asked, strlen(asked), &inputs.query, &problem));
    const struct statement *statement = plan_statement(arena, &operation, &inputs);
    ck_assert_int_eq(statement->once, once);
    return statement->text;
}

START_TEST(first_page_has_constants) {
    ck_assert_str_eq(plan_text(arena, &operation, NULL),
                     "SELECT '$' FROM t WHERE h = $1 AND (true OR a OR b = $2) AND (true OR s > $3)"
                     " ORDER BY CASE WHEN 'n' = '-n' THEN n END LIMIT 51");
}
END_TEST

START_TEST(nothing_given_is_prepared) {
    ck_assert_ptr_eq(planned("format=csv", false), text);
}
END_TEST

START_TEST(a_filter_stands_alone) {
    ck_assert_str_eq(planned("kind=x", true), "SELECT '$' FROM t WHERE h = $1 AND (a OR b = $2) AND (true OR s > $3)"
                                              " ORDER BY CASE WHEN 'n' = '-n' THEN n END LIMIT 51");
}
END_TEST

START_TEST(a_code_that_is_given_alone_keeps_its_plan) {
    parameters[1].schema = schema("{\"enum\":[\"x\",\"y\"]}");
    statement_number(&operation.statement, "here", &gate);
    plan_split(arena, &operation, bindings, &gate);
    ck_assert_str_eq(operation.statement.text, plan_text(arena, &operation, NULL));
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(bindings[i].alone != NULL,
                         i == 1); /* path, cursor and order, whose default is a constant, not */
    ck_assert_str_eq(planned("kind=x", false), "SELECT '$' FROM t WHERE h = $1 AND (a OR b = $2) AND (true OR s > $3)"
                                               " ORDER BY CASE WHEN 'n' = '-n' THEN n END LIMIT 51");
    ck_assert_str_eq(bindings[1].alone->name, "listThings.kind");
    ck_assert_int_ne(bindings[1].alone->index, operation.statement.index);
    inputs.after = (struct pairs){.items = {{"after_s", {"z", 1}}}, .count = 1};
    planned("kind=x", true);
}
END_TEST

START_TEST(a_day_that_is_given_alone_keeps_its_plan) {
    parameters[1].schema = schema("{\"type\":\"string\",\"format\":\"date\"}");
    plan_split(arena, &operation, bindings, &gate);
    planned("kind=2024-09-01", false);
    planned("kind=2024-09-01&limit=3", true);
}
END_TEST

START_TEST(cursor_order_and_limit_are_given_too) {
    inputs.after = (struct pairs){.items = {{"after_s", {"z", 1}}}, .count = 1};
    ck_assert_str_eq(planned("sort=-n&limit=3", true),
                     "SELECT '$' FROM t WHERE h = $1 AND (true OR a OR b = $2) AND (s > $3)"
                     " ORDER BY CASE WHEN $4 = '-n' THEN n END LIMIT $5");
}
END_TEST

START_TEST(all_of_it_has_no_limit) {
    inputs.whole = true;
    ck_assert_ptr_nonnull(strstr(planned("", true), "LIMIT $5"));
}
END_TEST

START_TEST(a_list_without_filters_is_left_as_it_is) {
    operation.splits = false;
    ck_assert_ptr_eq(planned("kind=x", false), text);
}
END_TEST

int main(void) {
    return run_cases("plan", set_up, tear_down,
                     (const TTest *const[]){first_page_has_constants, nothing_given_is_prepared, a_filter_stands_alone,
                                            a_code_that_is_given_alone_keeps_its_plan,
                                            a_day_that_is_given_alone_keeps_its_plan,
                                            cursor_order_and_limit_are_given_too, all_of_it_has_no_limit,
                                            a_list_without_filters_is_left_as_it_is, NULL});
}
