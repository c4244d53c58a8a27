/* The router against a contract made here: best match, decoding, refusals, 404 against 405. */
#include "contract/router.h"
#include "suite.h"
#include <stdlib.h>
#include <string.h>

static struct arena *arena;
static struct contract contract;
static struct problem problem;
static struct route_match match;

static const struct spec specs[] = {
    {.id = "listHubs"}, {.id = "getHub"}, {.id = "patchHub"}, {.id = "getNew"}, {.id = "getLead"}, {.id = "getRoot"},
};

static const char routes[] =
    "{\"parts\": {\"\": {\"GET\": 5, \"allow\": \"GET, HEAD, OPTIONS\"}, \"v1\": {\"parts\": {\"hubs\": {"
    "\"GET\": 0, \"allow\": \"GET, HEAD, OPTIONS\", \"parts\": {\"new\": {\"GET\": 3, \"allow\": \"GET, HEAD, "
    "OPTIONS\"}},"
    "\"any\": {\"GET\": 1, \"PATCH\": 2, \"allow\": \"GET, HEAD, PATCH, OPTIONS\","
    "\"parts\": {\"leads\": {\"any\": {\"GET\": 4, \"allow\": \"GET, HEAD, OPTIONS\"}}}}}}}}}";

static void set_up(void) {
    arena = arena_new(1 << 20);
    contract = (struct contract){.specs = specs, .facts = json_loads(routes, 0, NULL)};
    ck_assert_ptr_nonnull(contract.routes = contract.facts);
}

static void tear_down(void) {
    json_decref(contract.facts);
    arena_free(&arena);
}

static const char *go(const char *method, const char *path) {
    memset(&problem, 0, sizeof problem);
    if (!router_match(&contract, arena, method, path, strlen(path), &match, &problem))
        return problem.slug;
    return match.spec ? match.spec->id : "options";
}

START_TEST(finds_operations) {
    ck_assert_str_eq(go("GET", "/v1/hubs"), "listHubs");
    ck_assert_str_eq(go("GET", "/v1/hubs/scotland-hub"), "getHub");
    ck_assert_str_eq(match.values[0].bytes, "scotland-hub");
    ck_assert_str_eq(go("PATCH", "/v1/hubs/x"), "patchHub");
    ck_assert_str_eq(go("GET", "/v1/hubs/a/leads/b"), "getLead");
    ck_assert_str_eq(match.values[1].bytes, "b");
    ck_assert_str_eq(go("GET", "/"), "getRoot");
}
END_TEST

START_TEST(prefers_literals) {
    ck_assert_str_eq(go("GET", "/v1/hubs/new"), "getNew");
    ck_assert_str_eq(go("GET", "/v1/hubs/new/leads/b"), "getLead"); /* which goes on with a parameter alone */
    ck_assert_str_eq(match.values[0].bytes, "new");
    ck_assert_str_eq(match.values[1].bytes, "b");
    ck_assert_str_eq(go("GET", "/v1/hubs/"), "listHubs"); /* no parameter is empty */
    ck_assert_str_eq(go("allow", "/v1/hubs"), "method-not-allowed");
}
END_TEST

START_TEST(head_is_get) {
    ck_assert_str_eq(go("HEAD", "/v1/hubs"), "listHubs");
    ck_assert(match.head);
    ck_assert_str_eq(go("HEAD", "/v1/nothing"), "not-found");
}
END_TEST

START_TEST(tells_404_from_405) {
    ck_assert_str_eq(go("GET", "/v1/nope"), "not-found");
    ck_assert_str_eq(go("GET", "/v1//hubs"), "not-found");
    ck_assert_str_eq(go("GET", "/v1/nope/"), "not-found");
    ck_assert_str_eq(go("DELETE", "/v1/hubs/x"), "method-not-allowed");
    ck_assert_str_eq(problem.allow, "GET, HEAD, PATCH, OPTIONS");
    ck_assert_str_eq(go("get", "/v1/hubs"), "method-not-allowed");
    ck_assert_str_eq(go("OPTIONS", "/v1/hubs"), "options");
    ck_assert_str_eq(match.allow, "GET, HEAD, OPTIONS");
}
END_TEST

START_TEST(tells_where_a_path_with_slashes_stands) {
    ck_assert_str_eq(go("GET", "/v1/hubs"), "listHubs");
    ck_assert_uint_eq(match.stands_at, 0);
    ck_assert_str_eq(go("GET", "/v1/hubs/"), "listHubs");
    ck_assert_uint_eq(match.stands_at, strlen("/v1/hubs"));
    ck_assert_str_eq(go("GET", "/v1/hubs///"), "listHubs");
    ck_assert_uint_eq(match.stands_at, strlen("/v1/hubs"));
    ck_assert_str_eq(go("GET", "/v1/hubs/x/"), "getHub");
    ck_assert_uint_eq(match.stands_at, strlen("/v1/hubs/x"));
    ck_assert_str_eq(go("GET", "//"), "getRoot");
    ck_assert_uint_eq(match.stands_at, 1);
    ck_assert_str_eq(go("GET", "/"), "getRoot");
    ck_assert_uint_eq(match.stands_at, 0);
    ck_assert_str_eq(go("DELETE", "/v1/hubs/x/"), "method-not-allowed");
}
END_TEST

START_TEST(decodes_once) {
    ck_assert_str_eq(go("GET", "/v1/hubs/a%20b"), "getHub");
    ck_assert_str_eq(match.values[0].bytes, "a b");
    ck_assert_str_eq(go("GET", "/v1/hubs/%2541"), "getHub");
    ck_assert_str_eq(match.values[0].bytes, "%41");
    ck_assert_str_eq(go("GET", "/v1/hubs/caf%C3%A9"), "getHub");
}
END_TEST

START_TEST(refuses) {
    static const char *const paths[] = {"/v1/hubs/%00",
                                        "/v1/hubs/a%2fb",
                                        "/v1/hubs/..",
                                        "/v1/hubs/%2e%2e",
                                        "/v1/./hubs",
                                        "/v1/hubs/a\\b",
                                        "/v1/hubs/%5c",
                                        "/v1/hubs/%ff",
                                        "/v1/hubs/%c0%af",
                                        "/v1/hubs/%",
                                        "/v1/hubs/%4",
                                        "/v1/hubs/%zz",
                                        "/v1/hubs/%ed%a0%80",
                                        "v1/hubs",
                                        "",
                                        "*"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        ck_assert_msg(strcmp(go("GET", paths[i]), "bad-request") == 0, "%s", paths[i]);
    ck_assert_str_eq(go("GET", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r"), "not-found");
}
END_TEST

START_TEST(survives_a_full_arena) {
    struct arena *small = arena_new(64);
    memset(&problem, 0, sizeof problem);
    const char *path = "/v1/hubs/a-slug-that-does-not-fit-into-what-is-left-of-the-arena-at-all-any-more";
    ck_assert(!router_match(&contract, small, "GET", path, strlen(path), &match, &problem));
    ck_assert_int_ne(problem.status, 0);
    arena_free(&small);
}
END_TEST

int main(void) {
    return run_cases("router", set_up, tear_down,
                     (const TTest *const[]){finds_operations, prefers_literals, head_is_get, tells_404_from_405,
                                            tells_where_a_path_with_slashes_stands, decodes_once, refuses,
                                            survives_a_full_arena, NULL});
}
