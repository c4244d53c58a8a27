/* What the schema says about values that do not fit, and which patterns it refuses. The verdicts are the
 * official suite's business, and what is no schema is refused by script/contract. */
#include "contract/format.h"
#include "contract/schema.h"
#include "suite.h"
#include <stdlib.h>
#include <string.h>

static struct arena *arena;
static struct gate gate;
static struct problem problem;

static void set_up(void) {
    arena = arena_new(0);
    gate = (struct gate){0};
}

static void tear_down(void) {
    arena_free(&arena);
}

/* "pointer detail" of the first error, "" when the value fits, NULL when the schema is refused. */
static const char *check(const char *schema_text, const char *value_text) {
    json_t *node = json_loads(schema_text, 0, NULL), *value = json_loads(value_text, JSON_DECODE_ANY, NULL);
    ck_assert_msg(node && value, "%s %s", schema_text, value_text);
    struct schema_set *set = schema_set_new(arena, node, "test", &gate);
    const struct schema *schema = schema_compile(set, node);
    const char *text = NULL;
    problem = (struct problem){0};
    if (!gate.faults)
        text = schema_validate(schema, value, "/body", &problem)
                   ? ""
                   : arena_printf(arena, "%s %s", problem.errors[0].pointer, problem.errors[0].detail);
    json_decref(node);
    json_decref(value);
    return text;
}

START_TEST(says_what_is_wrong) {
    static const char *const cases[][3] = {
        {"{\"type\":\"integer\"}", "\"1\"", "/body must be an integer"},
        {"{\"type\":[\"string\",\"null\"]}", "1", "/body must be null or a string"},
        {"{\"type\":\"number\"}", "true", "/body must be a number"},
        {"{\"enum\":[\"a\",\"b\",null]}", "\"c\"", "/body is not one of: a, b, null"},
        {"{\"properties\":{\"a\":{\"minimum\":3}}}", "{\"a\":2}", "/body/a must be at least 3"},
        {"{\"items\":{\"maxLength\":2}}", "[\"ab\",\"abc\"]", "/body/1 must have at most 2 characters"},
        {"{\"required\":[\"a\"]}", "{}", "/body/a is missing"},
        {"{\"additionalProperties\":false}", "{\"x\":1}", "/body/x is not a known property"},
        {"{\"additionalProperties\":false}", "{\"a/b~c\":1}", "/body/a~1b~0c is not a known property"},
        {"{\"pattern\":\"^[a-z]+$\"}", "\"A\"", "/body does not have the form ^[a-z]+$"},
        {"{\"format\":\"date\"}", "\"2025\"", "/body must be a date such as 2025-08-31"},
        {"{\"uniqueItems\":true}", "[1,2,1.0]", "/body has the same item twice (0 and 2)"},
        {"{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"boolean\"}]}", "3",
         "/body fits none of the forms that are allowed"},
        {"{\"uniqueItems\":true,\"maxItems\":2}", "[1,1,1]", "/body must have at most 2 items"},
        {"{\"pattern\":\"^a\",\"maxLength\":2}", "\"bbb\"", "/body must have at most 2 characters"},
        {"{\"type\":\"integer\"}", "1e300", "/body must be an integer"},
        {"{\"format\":\"date\"}", "\"0000-01-01\"", "/body must be a date such as 2025-08-31"},
        {"{\"maxLength\":1}", "\"😀\"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_str_eq(check(cases[i][0], cases[i][1]), cases[i][2]);
}
END_TEST

START_TEST(names_every_fault_at_once) {
    check("{\"properties\":{\"a\":{\"type\":\"string\"},\"b\":{\"minimum\":1}},\"required\":[\"c\"],"
          "\"additionalProperties\":false}",
          "{\"a\":1,\"b\":0,\"d\":1}");
    ck_assert_uint_eq(problem.error_count, 4);
}
END_TEST

static bool fits(const char *format, const char *text) {
    return format_fits(format_of(format), format_patterns_new(arena), text, strlen(text));
}

START_TEST(dates) {
    static const char *const good[] = {"2024-02-29", "2000-02-29", "2025-12-31"}, *const bad[] = {
                                                                                      "2025-02-29",  "1900-02-29",
                                                                                      "2025-13-01",  "2025-00-01",
                                                                                      "2025-01-00",  "2025-04-31",
                                                                                      "2025-1-1",    "20250101",
                                                                                      "2025-01-01 ", ""};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        ck_assert_msg(fits("date", good[i]), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!fits("date", bad[i]), "%s", bad[i]);
    static const char *const instants[] = {"2025-08-31T23:30:00Z", "2025-08-31t23:30:00.123456z",
                                           "2025-08-31T23:30:00+01:00", "2016-12-31T23:59:60Z",
                                           "1990-12-31T15:59:60-08:00"},
                             *const not_instants[] = {"2025-08-31T23:30:00",  "2025-08-31 23:30:00Z",
                                                      "2025-08-31T24:00:00Z", "2025-08-31T23:60:00Z",
                                                      "2025-08-31T22:59:60Z", "2025-08-31T23:30:00+24:00",
                                                      "2025-08-31T23:30Z"};
    for (size_t i = 0; i < sizeof instants / sizeof *instants; i++)
        ck_assert_msg(fits("date-time", instants[i]), "%s", instants[i]);
    for (size_t i = 0; i < sizeof not_instants / sizeof *not_instants; i++)
        ck_assert_msg(!fits("date-time", not_instants[i]), "%s", not_instants[i]);
    ck_assert(fits("uuid", "0188D2e4-89ab-7cde-8f01-23456789abcd") &&
              !fits("uuid", "0188d2e489ab-7cde-8f01-23456789abcd-"));
}
END_TEST

START_TEST(refuses_a_pattern_that_is_none) {
    ck_assert_ptr_null(check("{\"pattern\":\"(\"}", "1"));
}
END_TEST

START_TEST(recursion_ends) {
    json_t *node = json_loads("{\"components\":{\"schemas\":{\"A\":{\"properties\":{\"a\":\"A\"},"
                              "\"type\":\"object\"}}}}",
                              0, NULL);
    json_t *name = json_string("A");
    struct schema_set *set = schema_set_new(arena, node, "test", &gate);
    const struct schema *schema = schema_compile(set, name);
    json_decref(name);
    json_t *deep = json_integer(1);
    for (int i = 0; i < 20; i++)
        deep = json_pack("{s:o}", "a", deep);
    ck_assert(!schema_validate(schema, deep, "", &problem));
    for (int i = 0; i < 200; i++)
        deep = json_pack("{s:o}", "a", deep);
    ck_assert(!schema_validate(schema, deep, "", NULL));
    json_decref(deep);
    json_decref(node);
}
END_TEST

START_TEST(a_pattern_has_a_budget) {
    char value[64];
    snprintf(value, sizeof value, "\"%s!\"", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    ck_assert_ptr_nonnull(strstr(check("{\"pattern\":\"^(a+)+$\"}", value), "does not have the form"));
}
END_TEST

int main(void) {
    return run_cases("schema", set_up, tear_down,
                     (const TTest *const[]){says_what_is_wrong, names_every_fault_at_once, dates,
                                            refuses_a_pattern_that_is_none, recursion_ends, a_pattern_has_a_budget,
                                            NULL});
}
