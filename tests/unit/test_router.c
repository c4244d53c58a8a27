/* The router against a contract made here: best match, decoding, refusals, 404 against 405. */
#include "contract/router.h"
#include "suite.h"
#include <stdlib.h>
#include <string.h>

static struct arena *arena;
static const struct router *router;
static struct problem problem;
static struct route_match match;

static const struct spec specs[] = {
    {.id = "listHubs", .method = "GET", .path = "/v1/hubs", .allow = "GET, HEAD, OPTIONS"},
    {.id = "getHub", .method = "GET", .path = "/v1/hubs/{slug}", .allow = "GET, HEAD, PATCH, OPTIONS"},
    {.id = "patchHub", .method = "PATCH", .path = "/v1/hubs/{slug}", .allow = "GET, HEAD, PATCH, OPTIONS"},
    {.id = "getNew", .method = "GET", .path = "/v1/hubs/new"},
    {.id = "getLead", .method = "GET", .path = "/v1/hubs/{slug}/leads/{lead}"},
    {.id = "getRoot", .method = "GET", .path = "/"},
};

static void set_up(void) {
    static const struct contract contract = {.specs = specs, .spec_count = sizeof specs / sizeof *specs};
    static struct gate gate;
    arena = arena_new(1 << 20);
    router = router_new(arena, &contract, &gate);
    ck_assert_uint_eq(gate.faults, 0);
}

static void tear_down(void) {
    arena_free(&arena);
}

static const char *go(const char *method, const char *path) {
    memset(&problem, 0, sizeof problem);
    if (!router_match(router, arena, method, path, strlen(path), &match, &problem))
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
    ck_assert(!router_match(router, small, "GET", path, strlen(path), &match, &problem));
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
