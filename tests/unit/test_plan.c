/* Which statement a list is asked by, and its text: of its first page, of a filter that is given alone, or of all that
 * is given. What stands between the pieces is script/contract's. */
#include "op/plan.h"
#include "suite.h"
#include <string.h>

static struct arena *arena;
static struct operation operation;
static struct inputs inputs;
static struct statement alone[5];
static struct spec spec;

static const char first[] = "SELECT '$' FROM t WHERE h = $1 AND (true OR a OR b = $2) AND (true OR s > $3)"
                            " ORDER BY CASE WHEN 'n' = '-n' THEN n END LIMIT 51";

/* $1 of the path, $2 a filter, $3 of the cursor, $4 the order, $5 the limit. */
static const struct parameter path = {.name = "slug", .place = IN_PATH}, kind = {.name = "kind", .place = IN_QUERY},
                              sort = {.name = "sort", .place = IN_QUERY, .standard = "n"},
                              limit = {.name = "limit", .place = IN_QUERY, .standard = "50"};
static const struct binding bindings[] = {{.name = "slug", .kind = BIND_PARAMETER, .parameter = &path},
                                          {.name = "kind", .kind = BIND_PARAMETER, .parameter = &kind},
                                          {.name = "after_s", .kind = BIND_AFTER},
                                          {.name = "sort", .kind = BIND_PARAMETER, .parameter = &sort},
                                          {.name = "limit", .kind = BIND_LIMIT, .parameter = &limit}};
static const struct piece pieces[] = {{"SELECT '$' FROM t WHERE h = $1 AND (", 1, "", "true OR "},
                                      {"a OR b = $2) AND (", 2, "", "true OR "},
                                      {"s > $3) ORDER BY CASE WHEN ", 3, "$4", "'n'"},
                                      {" = '-n' THEN n END LIMIT ", 4, "$5", "51"},
                                      {"", 0, "", ""}};

static void set_up(void) {
    arena = arena_new(1 << 20);
    spec = (struct spec){.id = "listThings",
                         .cursor = true,
                         .list = true,
                         .text = first,
                         .bindings = bindings,
                         .binding_count = 5,
                         .pieces = pieces,
                         .piece_count = 5};
    memset(alone, 0, sizeof alone);
    operation = (struct operation){
        .spec = &spec, .alone = alone, .statement = {.name = "listThings", .text = first, .count = 5}};
    inputs = (struct inputs){0};
}

static void tear_down(void) {
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

START_TEST(nothing_given_is_prepared) {
    ck_assert_ptr_eq(planned("format=csv", false), first);
}
END_TEST

START_TEST(a_filter_stands_alone) {
    ck_assert_str_eq(planned("kind=x", true), "SELECT '$' FROM t WHERE h = $1 AND (a OR b = $2) AND (true OR s > $3)"
                                              " ORDER BY CASE WHEN 'n' = '-n' THEN n END LIMIT 51");
}
END_TEST

START_TEST(a_code_that_is_given_alone_keeps_its_plan) {
    alone[1] = (struct statement){.index = 7, .name = "listThings.kind", .text = first, .count = 5};
    ck_assert_str_eq(planned("kind=x", false), "SELECT '$' FROM t WHERE h = $1 AND (a OR b = $2) AND (true OR s > $3)"
                                               " ORDER BY CASE WHEN 'n' = '-n' THEN n END LIMIT 51");
    const struct statement *kept = plan_statement(arena, &operation, &inputs);
    ck_assert(strcmp(kept->name, "listThings.kind") == 0 && kept->index == 7);
    inputs.after = (struct pairs){.items = {{"after_s", {"z", 1}}}, .count = 1};
    planned("kind=x", true);
    inputs.after.count = 0;
    planned("kind=x&limit=3", true);
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
    spec.pieces = NULL;
    ck_assert_ptr_eq(planned("kind=x", false), first);
}
END_TEST

int main(void) {
    return run_cases("plan", set_up, tear_down,
                     (const TTest *const[]){nothing_given_is_prepared, a_filter_stands_alone,
                                            a_code_that_is_given_alone_keeps_its_plan,
                                            cursor_order_and_limit_are_given_too, all_of_it_has_no_limit,
                                            a_list_without_filters_is_left_as_it_is, NULL});
}
