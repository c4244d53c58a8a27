/* Where a request ends, by its headers. */
#include "http/framing.h"
#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct arena *arena;
static char block[16384];
static struct header headers[64];
static struct request request;
static struct framing framing;

/* The headers of a block, as civetweb reports them of one that arrival_read has let through. */
static void parse(const char *method, const char *text) {
    snprintf(block, sizeof block, "%s", text);
    request = (struct request){.arena = arena, .method = method, .target = "/v1/hubs", .headers = headers};
    for (char *at = block, *end; (end = strstr(at, "\r\n")); at = end + 2) {
        char *value = strchr(at, ':');
        *value = *end = '\0';
        value += 1 + strspn(value + 1, " \t");
        headers[request.header_count++] = (struct header){at, value};
    }
}

static const char *read_as(const char *method, const char *text, const char *version) {
    request.problem = (struct problem){0};
    parse(method, text);
    return framing_read(&request, version, &framing) ? "fine" : request.problem.slug;
}

static const char *read_it(const char *method, const char *text) {
    return read_as(method, text, "1.1");
}

START_TEST(plain_requests) {
    ck_assert_str_eq(read_it("GET", "Host: x\r\n"), "fine");
    ck_assert_int_eq(framing.body, FRAMING_NO_BODY);
    ck_assert(!framing.close);
    ck_assert_str_eq(read_it("GET", "Host: x\r\nEmpty:\r\n"), "fine");
    ck_assert_str_eq(read_it("POST", "Host: x\r\nContent-Length: 3\r\n"), "fine");
    ck_assert_int_eq(framing.length, 3);
    ck_assert(!framing.close);
    ck_assert_str_eq(read_it("POST", "Host: x\r\nContent-Length: 3 \t\r\n"), "fine"); /* RFC 9110, section 5.5 */
    ck_assert_int_eq(framing.length, 3);
    ck_assert_str_eq(request_header(&request, "content-length"), "3");
    ck_assert_str_eq(read_it("POST", "Host: x\r\nTransfer-Encoding: chunked\r\n"), "fine");
    ck_assert(framing.close);
    ck_assert_str_eq(read_it("DELETE", "Host: x\r\n"), "fine");
    ck_assert(framing.close);
    ck_assert_str_eq(read_it("GET", "Host: x\r\nContent-Length: 3\r\n"), "fine");
    ck_assert(framing.close);
}
END_TEST

START_TEST(keep_alive) {
    read_it("GET", "Host: x\r\nConnection: close\r\n");
    ck_assert(framing.close);
    read_it("GET", "Host: x\r\nConnection: Upgrade\r\n");
    ck_assert(framing.close);
    read_as("GET", "Host: x\r\n", "1.0");
    ck_assert(framing.close);
    read_as("GET", "Host: x\r\nConnection: keep-alive\r\n", "1.0");
    ck_assert(!framing.close);
}
END_TEST

START_TEST(bad_framing) {
    static const char *const blocks[] = {
        "Host: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Host: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n",
        "Host: x\r\nContent-Length: 5x\r\n",
        "Host: x\r\nContent-Length: 0x3\r\n",
        "Host: x\r\nContent-Length: +3\r\n",
        "Host: x\r\nContent-Length: 03\r\n",
        "Host: x\r\nContent-Length: -1\r\n",
        "Host: x\r\nContent-Length: \r\n",
        "Host: x\r\nContent-Length: 99999999999999999999\r\n",
        "Host: x\r\nTransfer-Encoding: chunked, identity\r\n",
        "Host: x\r\nTransfer-Encoding: identity\r\n",
        "Host: x\r\nHost: y\r\nContent-Length: 3\r\n",
        "Content-Length: 3\r\n",
    };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        ck_assert_msg(strcmp(read_it("POST", blocks[i]), "bad-framing") == 0, "block %zu", i);
        ck_assert(request.problem.close);
    }
}
END_TEST

START_TEST(lengths_and_expectations) {
    ck_assert_str_eq(read_it("POST", "Host: x\r\n"), "length-required");
    ck_assert_str_eq(read_it("PATCH", "Host: x\r\n"), "length-required");
    ck_assert_str_eq(read_it("PUT", "Host: x\r\nContent-Length: 0\r\n"), "fine");
    ck_assert_str_eq(read_it("POST", "Host: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n"), "fine");
    ck_assert(framing.expects);
    ck_assert_str_eq(read_it("POST", "Host: x\r\nContent-Length: 3\r\nExpect: tea\r\n"), "expectation-failed");
    static char target[9000];
    memset(target, 'a', sizeof target - 1);
    parse("GET", "Host: x\r\n");
    request.target = target;
    request.problem = (struct problem){0};
    ck_assert(!framing_read(&request, "1.1", &framing));
    ck_assert_str_eq(request.problem.slug, "uri-too-long");
}
END_TEST

static void set_up(void) {
    arena = arena_new(0);
}

static void tear_down(void) {
    arena_free(&arena);
}

int main(void) {
    return run_cases("framing", set_up, tear_down,
                     (const TTest *const[]){plain_requests, keep_alive, bad_framing, lengths_and_expectations, NULL});
}
