/* Heads as raw bytes: where they end, and which everyone reads the same way. */
#include "http/arrival.h"
#include "http/wire.h"
#include "suite.h"
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static char bytes[ARRIVAL_MAX + 2];
static struct arrival head;

/* The slug of what is wrong with a head, or its request line after the reading. */
static const char *read_it(const char *text) {
    snprintf(bytes, sizeof bytes, "%s", text);
    size_t length = strlen(text);
    ck_assert_uint_eq(arrival_end(bytes, length), length);
    head = arrival_read(bytes, length);
    ck_assert(head.fault || strlen(bytes) == head.length);
    static char line[256];
    snprintf(line, sizeof line, "%.*s", (int)strcspn(bytes, "\r"), bytes);
    return head.fault ? head.fault : line;
}

static const char *with_lines(const char *lines) {
    static char text[ARRIVAL_MAX];
    snprintf(text, sizeof text, "GET /a HTTP/1.1\r\n%s\r\n", lines);
    return read_it(text);
}

START_TEST(ends) {
    ck_assert_uint_eq(arrival_end("", 0), 0);
    ck_assert_uint_eq(arrival_end("GET / HTTP/1.1\r\nHost: x\r\n", 25), 0);
    ck_assert_uint_eq(arrival_end("GET / HTTP/1.1\r\nHost: x\r\n\r", 26), 0);
    ck_assert_uint_eq(arrival_end("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET", 30), 27);
    ck_assert_uint_eq(arrival_end("a\n\nb", 4), 3);
    ck_assert_uint_eq(arrival_end("a\n\r\nb", 5), 4);
    ck_assert_uint_eq(arrival_end("a\r\r\n\rb", 6), 0);
}
END_TEST

START_TEST(request_lines) {
    static const char *const cases[][2] = {
        {"GET /a HTTP/1.1", "GET /a HTTP/1.1"},
        {"DELETE /a?b=c HTTP/1.0", "DELETE /a?b=c HTTP/1.0"},
        {"GET http://x/a?b HTTP/1.1", "GET /a?b HTTP/1.1"},
        {"GET hTTps://x:1/ HTTP/1.1", "GET / HTTP/1.1"},
        {"GET http://x HTTP/1.1", "GET / HTTP/1.1"},
        {"GET http://x?b HTTP/1.1", "GET /?b HTTP/1.1"},
        {"OPTIONS * HTTP/1.1", "OPTIONS /* HTTP/1.1"},
        {"OPTIONS http://x HTTP/1.1", "OPTIONS /* HTTP/1.1"},
        {"OPTIONS http://x/ HTTP/1.1", "OPTIONS / HTTP/1.1"},
        {"GET * HTTP/1.1", "bad-request"},
        {"OPTIONS *a HTTP/1.1", "bad-request"},
        {"GET http:///a HTTP/1.1", "bad-request"},
        {"GET http://a@b/ HTTP/1.1", "bad-request"},
        {"GET a HTTP/1.1", "bad-request"},
        {"CONNECT x:443 HTTP/1.1", "bad-request"},
        {"GET  /a HTTP/1.1", "bad-request"},
        {"GET /a  HTTP/1.1", "bad-request"},
        {"GET\t/a HTTP/1.1", "bad-request"},
        {"GET /a\x01 HTTP/1.1", "bad-request"},
        {"GET /\xc3\xa9 HTTP/1.1", "bad-request"},
        {"GET /a HTTP/1.1 ", "bad-request"},
        {"GET /a HTTP/11", "bad-request"},
        {"GET /a HTTP/1.11", "bad-request"},
        {"GET /a http/1.1", "bad-request"},
        {"GET /a", "bad-request"},
        {" GET /a HTTP/1.1", "bad-request"},
        {"GET /a HTTP/2.0", "version-not-supported"},
        {"GET /a HTTP/1.2", "version-not-supported"},
        {"GET /a HTTP/0.9", "version-not-supported"},
        {"get /a HTTP/1.1", "not-implemented"},
        {"ET /a HTTP/1.1", "not-implemented"},
        {"GE /a HTTP/1.1", "not-implemented"},
        {"TRAC /a HTTP/1.1", "not-implemented"},
        {"TRACES /a HTTP/1.1", "not-implemented"},
        {"TRACE /a?b HTTP/1.1", "method-not-allowed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        snprintf(text, sizeof text, "%s\r\nHost: x\r\n\r\n", cases[i][0]);
        ck_assert_str_eq(read_it(text), cases[i][1]);
    }
    ck_assert_str_eq(head.target, "/a?b");
    ck_assert_str_eq(read_it("GET /a HTTP/1.0\r\n\r\n"), "GET /a HTTP/1.0");
    ck_assert_str_eq(read_it("GET /a HTTP/1.0\n\n"), "bad-request");
    memcpy(bytes, "GET /a HTTP/1.1\r\nA: \0\r\n\r\n", 25);
    ck_assert_str_eq(arrival_read(bytes, 25).fault, "bad-request");
}
END_TEST

START_TEST(header_lines) {
    static const char *const ok[] = {"", "A:\r\n", "A: b\r\n", "A:\tb \r\n!#$%&'*+-.^_`|~09azAZ: \xc3\xa9\r\n",
                                     "A: b:c\r\nB: \r\n"};
    for (size_t i = 0; i < sizeof ok / sizeof *ok; i++)
        ck_assert_str_eq(with_lines(ok[i]), "GET /a HTTP/1.1");
    static const char *const faults[] = {"A : b\r\n",
                                         "A  :b\r\n",
                                         "A\t: b\r\n",
                                         ": b\r\n",
                                         "A\r\n",
                                         "A b: c\r\n",
                                         " A: b\r\n",
                                         "A: b\r\n c\r\n",
                                         "A: b\r\n\tc\r\n",
                                         "A:\r\n b\r\n",
                                         "A: b\nB: c\r\n",
                                         "A: b\n",
                                         "A: b\rB: c\r\n",
                                         "A: b\r\r\n",
                                         "A: \x7f\r\n",
                                         "A: \x01\r\n",
                                         "A: \013chunked\r\n",
                                         "\xc3\xa9: a\r\n",
                                         "(A): b\r\n"};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        ck_assert_msg(strcmp(with_lines(faults[i]), "bad-framing") == 0, "lines %zu", i);
    char text[8192] = "";
    for (int i = 0; i < ARRIVAL_HEADERS_MAX; i++)
        snprintf(text + strlen(text), 64, "X-%d: %d\r\n", i, i);
    ck_assert_str_eq(with_lines(text), "GET /a HTTP/1.1");
    ck_assert_str_eq(with_lines(strcat(text, "Content-Length: 30\r\n")), "headers-too-large");
}
END_TEST

/* Whether a worker gets the head of a connection that has sent one. */
static bool is_head_taken(void) {
    int sockets[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    ck_assert_int_eq(write(sockets[1], "GET / HTTP/1.1\r\n\r\n", 18), 18);
    wire.state = WIRE_HEAD;
    wire.timeout_us = 1000000;
    bool taken = poll(&(struct pollfd){.fd = sockets[0], .events = POLLIN}, 1, 1000) == 1;
    wire_closed(NULL);
    close(sockets[0]);
    close(sockets[1]);
    return taken;
}

START_TEST(without_memory) {
    struct rlimit limit, none = {0, 0};
    ck_assert_int_eq(getrlimit(RLIMIT_AS, &limit), 0);
    none.rlim_max = limit.rlim_max;
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &none), 0);
    bool taken = is_head_taken();
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
    ck_assert(!taken && !wire.bytes);
    ck_assert(is_head_taken() && is_head_taken());
}
END_TEST

int main(void) {
    return run_cases("arrival", NULL, NULL,
                     (const TTest *const[]){ends, request_lines, header_lines, without_memory, NULL});
}
