/* What rules say about values that do not fit, and which patterns are refused. The verdicts are the official suite's
 * business; what rules a schema becomes, and with which words, is held by tests/lint/test_contract.py. */
#include "contract/schema.h"
#include "suite.h"
#include <stdlib.h>
#include <string.h>

/* Two patterns: of capitals, and one that tries much. */
static const char patterns_text[] =
    "[[\"^[a-z]+$\",false],[\"^(a+)+$\",true],[\"^\\\\d{4}-\\\\d\\\\d-\\\\d\\\\dt\",true]]";

static struct arena *arena;
static struct gate gate;
static struct problem problem;
static json_t *patterns, *components;

static void set_up(void) {
    arena = arena_new(0);
    gate = (struct gate){0};
    patterns = json_loads(patterns_text, 0, NULL);
    components =
        json_loads("{\"A\":[[0,\"must be an object\",64],[11,null,[{\"a\":\"A\"},true]]],\"B\":\"A\"}", 0, NULL);
}

static void tear_down(void) {
    json_decref(patterns);
    json_decref(components);
    arena_free(&arena);
}

/* "pointer detail" of the first error, "" when the value fits. */
static const char *check(const char *rules_text, const char *value_text) {
    json_t *rules = json_loads(rules_text, JSON_DECODE_ANY, NULL),
           *value = json_loads(value_text, JSON_DECODE_ANY, NULL);
    ck_assert_msg(rules && value, "%s %s", rules_text, value_text);
    struct schema_set *set = schema_set_new(arena, components, patterns, "test", &gate);
    ck_assert_uint_eq(gate.faults, 0);
    problem = (struct problem){0};
    const char *text = schema_validate(schema_new(set, rules), value, "/body", &problem)
                           ? ""
                           : arena_printf(arena, "%s %s", problem.errors[0].pointer, problem.errors[0].detail);
    json_decref(rules);
    json_decref(value);
    return text;
}

START_TEST(says_what_is_wrong) {
    static const char *const cases[][3] = {
        {"[[0,\"must be it\",4]]", "\"1\"", "/body must be it"},
        {"[[0,\"must be it\",4]]", "1.0", ""},
        {"[[0,\"must be it\",4]]", "1.5", "/body must be it"},
        {"[[0,\"must be it\",4]]", "1e300", "/body must be it"},
        {"[[0,\"must be it\",12]]", "1e300", ""},
        {"[[0,\"must be it\",17]]", "null", ""},
        {"[[0,\"must be it\",17]]", "true", "/body must be it"},
        {"[[2,\"is not one\",[\"a\",null,1]]]", "\"c\"", "/body is not one"},
        {"[[2,\"is not one\",[\"a\",null,1]]]", "1.0", ""},
        {"[[11,null,[{\"a\":[[3,\"must be more\",[\"minimum\",3]]]},true]]]", "{\"a\":2}", "/body/a must be more"},
        {"[[9,null,[[1,\"must be shorter\",[\"maxLength\",2]]]]]", "[\"ab\",\"abc\"]", "/body/1 must be shorter"},
        {"[[13,null,[\"a\"]]]", "{}", "/body/a is missing"},
        {"[[11,null,[{},false]]]", "{\"x\":1}", "/body/x is not a known property"},
        {"[[11,null,[{},false]]]", "{\"a/b~c\":1}", "/body/a~1b~0c is not a known property"},
        {"[[11,null,[{},[[0,\"must be it\",4]]]]]", "{\"x\":\"\"}", "/body/x must be it"},
        {"[[4,\"has another form\",0]]", "\"A\"", "/body has another form"},
        {"[[4,\"has another form\",0]]", "7", ""},
        {"[[4,\"has another form\",9]]", "\"a\"", "/body has another form"},
        {"[[5,\"is none\",2]]", "\"2025-08-31T22:59:60Z\"", "/body is none"},
        {"[[5,\"is none\",2]]", "\"2016-12-31t23:59:60z\"", ""},
        {"[[5,\"is none\",2]]", "\"no\"", "/body is none"},
        {"[[5,\"is none\",2]]", "[]", ""},
        {"[[10,null,true]]", "[1,2,1.0]", "/body has the same item twice (0 and 2)"},
        {"[[6,\"fits none\",[[[0,null,1]],[[0,null,2]]]]]", "3", "/body fits none"},
        {"[[6,\"fits none\",[[[0,null,1]],[[0,null,4]]]]]", "3", ""},
        {"[[7,null,[true,[[0,null,4]]]]]", "3", "/body fits more than one of the forms that are allowed"},
        {"[[7,null,[false,[[0,null,1]]]]]", "3", "/body fits none of the forms that are allowed"},
        {"[[8,\"must not\",[[0,null,4]]]]", "3", "/body must not"},
        {"[[12,null,[[1,null,[\"maxLength\",1]]]]]", "{\"ab\":1}", "/body has a member whose name is not allowed: ab"},
        {"[[1,\"must be fewer\",[\"maxItems\",2]],[10,null,true]]", "[1,1,1]", "/body must be fewer"},
        {"[[1,\"must be shorter\",[\"maxLength\",2]],[4,\"has another form\",0]]", "\"BBB\"", "/body must be shorter"},
        {"[[1,\"must be shorter\",[\"maxLength\",1]]]", "\"😀\"", ""},
        {"[[99,\"is unknown\",1]]", "1", "/body is unknown"},
        {"[[3,\"is unknown\",[\"m\",1]]]", "1", ""},
        {"\"B\"", "[]", "/body must be an object"},
        {"\"C\"", "[]", "/body is not a known property"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_str_eq(check(cases[i][0], cases[i][1]), cases[i][2]);
}
END_TEST

START_TEST(names_every_fault_at_once) {
    check("[[11,null,[{\"a\":[[0,\"a\",16]],\"b\":[[3,\"b\",[\"minimum\",1]]]},false]],[13,null,[\"c\"]]]",
          "{\"a\":1,\"b\":0,\"d\":1}");
    ck_assert_uint_eq(problem.error_count, 4);
    check("[[0,\"a\",16],[13,null,[\"c\"]]]", "{}"); /* a value of another type is not looked at further */
    ck_assert_uint_eq(problem.error_count, 1);
}
END_TEST

START_TEST(refuses_a_pattern_that_is_none) {
    json_t *none = json_loads("[[\"(\",false]]", 0, NULL);
    schema_set_new(arena, NULL, none, "test", &gate);
    ck_assert_uint_eq(gate.faults, 1);
    json_decref(none);
}
END_TEST

START_TEST(recursion_ends) {
    json_t *name = json_string("A"), *deep = json_integer(1);
    struct schema_set *set = schema_set_new(arena, components, patterns, "test", &gate);
    const struct schema *schema = schema_new(set, name);
    ck_assert(schema_has(schema, "a") && !schema_has(schema, "b") && !schema_has(NULL, "a"));
    for (int i = 0; i < 20; i++)
        deep = json_pack("{s:o}", "a", deep);
    ck_assert(!schema_validate(schema, deep, "", &problem));
    for (int i = 0; i < 200; i++)
        deep = json_pack("{s:o}", "a", deep);
    ck_assert(!schema_validate(schema, deep, "", NULL));
    json_decref(deep);
    json_decref(name);
}
END_TEST

START_TEST(a_pattern_has_a_budget) {
    ck_assert_str_eq(check("[[4,\"has another form\",1]]", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\""),
                     "/body has another form");
}
END_TEST

int main(void) {
    return run_cases("schema", set_up, tear_down,
                     (const TTest *const[]){says_what_is_wrong, names_every_fault_at_once,
                                            refuses_a_pattern_that_is_none, recursion_ends, a_pattern_has_a_budget,
                                            NULL});
}
