/* Memory, buffers, strict readers, problems: the ground that the rest stands on. */
#include "base/buf.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/scan.h"
#include "suite.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct arena *arena;

static void set_up(void) {
    arena = arena_new(1 << 20);
}

static void tear_down(void) {
    arena_free(&arena);
    ck_assert_ptr_null(arena);
}

/* Whatever is said, a line is one JSON object that ends. */
START_TEST(log_lines_are_json) {
    static char full[4096], line[8192];
    int ends[2], before = dup(STDERR_FILENO);
    memset(full, '"', sizeof full - 1); /* two bytes each */
    memcpy(full + 1022, "\xE2\x82\xAC", 3);
    ck_assert_int_eq(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    log_event(LOG_ERROR, "a \"b\"\n", LOG_TEXT("full", full), LOG_TEXT("broken", "\xff"),
              LOG_NUMBER("number", INT64_MIN), LOG_TEXT("more", full), LOG_TEXT("last", "x"));
    dup2(before, STDERR_FILENO);
    ssize_t length = read(ends[0], line, sizeof line);
    ck_assert(length > 0 && memchr(line, '\n', (size_t)length) == line + length - 1);
    json_t *json = json_loadb(line, (size_t)length, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_str_eq(json_string_value(json_object_get(json, "event")), "a \"b\"\n");
    ck_assert_uint_eq(json_string_length(json_object_get(json, "full")), 1022); /* no part of a character */
    ck_assert_str_eq(json_string_value(json_object_get(json, "broken")), "(not UTF-8)");
    ck_assert_int_eq(json_integer_value(json_object_get(json, "number")), INT64_MIN);
    ck_assert_ptr_null(json_object_get(json, "more")); /* there was no room */
    json_decref(json);
    close(ends[0]);
    close(ends[1]);
    close(before);
}
END_TEST

/* Of what differs in bytes, length, place or seed, none is another's. */
START_TEST(hashes_are_apart) {
    static const struct text texts[] = {{"", 0},    {"\0", 1},       {"a", 1},         {"b", 1},
                                        {"a\0", 2}, {"abcdefgh", 8}, {"abcdefghi", 9}, {"ibcdefgha", 9}};
    enum { TEXTS = sizeof texts / sizeof *texts };
    uint64_t hashes[2 * TEXTS];
    for (int i = 0; i < 2 * TEXTS; i++) {
        uint64_t seed = i < TEXTS ? 0x0123456789abcdef : 0xfedcba9876543211;
        hashes[i] = hash_bytes(seed, texts[i % TEXTS].bytes, texts[i % TEXTS].length);
        for (int j = 0; j < i; j++)
            ck_assert(hashes[i] != hashes[j]);
    }
}
END_TEST

START_TEST(arena_aligns_zeroes_and_ends) {
    for (size_t size = 1; size < 5000; size += 37) {
        unsigned char *memory = arena_alloc(arena, size);
        ck_assert_uint_eq((uintptr_t)memory % _Alignof(max_align_t), 0);
        size_t zeroes = 0;
        while (zeroes < size && !memory[zeroes])
            zeroes++;
        ck_assert_uint_eq(zeroes, size);
        memset(memory, 0xAA, size);
    }
    ck_assert_ptr_null(arena_alloc(arena, 1 << 20));
    ck_assert_ptr_null(arena_alloc(arena, SIZE_MAX));
    ck_assert_ptr_null(arena_alloc_raw(arena, SIZE_MAX - 8));
    ck_assert_ptr_nonnull(arena_alloc(arena, 100)); /* a refusal breaks nothing */
    ck_assert_str_eq(arena_printf(arena, "%s-%d", "a", 7), "a-7");
    ck_assert_str_eq(arena_copy(arena, "abcdef", 3), "abc");
    ck_assert(arena_failed(arena));
    arena_reset(arena);
    ck_assert(!arena_failed(arena));
}
END_TEST

START_TEST(buffer_fails_once_and_for_good) {
    struct buf buf = buf_new(arena, 4, 10);
    buf_str(&buf, "12345");
    buf_str(&buf, "678901");
    ck_assert(buf.failed);
    ck_assert_uint_eq(buf.length, 5);
    buf_char(&buf, 'x');
    ck_assert_uint_eq(buf.length, 5);
    ck_assert_ptr_null(buf_text(&buf));
    ck_assert_ptr_null(buf_reserve(&buf, SIZE_MAX));
}
END_TEST

START_TEST(buffer_writes_json_strings) {
    struct buf buf = buf_new(arena, 1, 1000);
    buf_json(&buf, "é\"\\\n\x01/", 7);
    ck_assert_str_eq(buf_text(&buf), "\"é\\\"\\\\\\n\\u0001/\"");
    buf = buf_new(arena, 1, 1000);
    buf_json(&buf, "", 0);
    buf_printf(&buf, "%05d", 42);
    ck_assert_str_eq(buf_text(&buf), "\"\"00042");
}
END_TEST

static bool integer(const char *text, int64_t expected) {
    int64_t value;
    return scan_int(text, strlen(text), &value) && value == expected;
}

START_TEST(integers) {
    ck_assert(integer("0", 0) && integer("-1", -1));
    ck_assert(integer("9223372036854775807", INT64_MAX) && integer("-9223372036854775808", INT64_MIN));
    static const char *const bad[] = {"",
                                      "-",
                                      "+1",
                                      "01",
                                      "-0",
                                      " 1",
                                      "1 ",
                                      "1.0",
                                      "1e3",
                                      "0x1",
                                      "9223372036854775808",
                                      "-9223372036854775809",
                                      "٣",
                                      "1_000",
                                      "99999999999999999999"};
    int64_t value;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!scan_int(bad[i], strlen(bad[i]), &value), "%s", bad[i]);
}
END_TEST

START_TEST(numbers) {
    static const char *const good[] = {"0", "-0", "1.5", "1e3", "1E+3", "-12.5e-3", "9722332036854775807"};
    static const char *const bad[] = {"", "01", "1.", ".5", "+1", "NaN", "1e", "0x1", "1 ", "-", "1e400"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        ck_assert_msg(scan_number(good[i], strlen(good[i])), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!scan_number(bad[i], strlen(bad[i])), "%s", bad[i]);
}
END_TEST

START_TEST(utf8) {
    static const char *const good[] = {"", "a", "é", "€", "😀", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "\xee\x80\x80"},
                             *const bad[] = {"\x80",
                                             "\xc0\xaf",
                                             "\xc1\xbf",
                                             "\xe0\x80\xaf",
                                             "\xed\xa0\x80",
                                             "\xf0\x80\x80\xaf",
                                             "\xf4\x90\x80\x80",
                                             "\xf5\x80\x80\x80",
                                             "\xe2\x82",
                                             "\xff"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        ck_assert_msg(scan_utf8(good[i], strlen(good[i])), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!scan_utf8(bad[i], strlen(bad[i])), "number %zu", i);
    ck_assert_uint_eq(scan_code_points("aé€😀", strlen("aé€😀")), 4);
}
END_TEST

START_TEST(encodings) {
    char out[64];
    ck_assert_int_eq(scan_percent("a%20b+c", 7, true, out), 5);
    ck_assert_int_eq(memcmp(out, "a b c", 5), 0);
    ck_assert_int_eq(scan_percent("a+b", 3, false, out), 3);
    ck_assert_int_eq(memcmp(out, "a+b", 3), 0);
    static const char *const bad[] = {"%", "%4", "%zz", "%00", "%ff", "%c0%af", "%ed%a0%80"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(scan_percent(bad[i], strlen(bad[i]), false, out) < 0, "%s", bad[i]);
    ck_assert_int_eq(scan_base64url("_-8", 3, (unsigned char *)out), 2);
    ck_assert_int_eq(memcmp(out, "\xff\xef", 2), 0);
    static const char *const not_base64[] = {"a", "+/8", "_-8=", "_-9", "ab\n"};
    for (size_t i = 0; i < sizeof not_base64 / sizeof *not_base64; i++)
        ck_assert_msg(scan_base64url(not_base64[i], strlen(not_base64[i]), (unsigned char *)out) < 0, "%s",
                      not_base64[i]);
}
END_TEST

START_TEST(problems) {
    struct problem problem = {0};
    ck_assert(!problem_add(&problem, "/query/limit", "must be at most %d", 200));
    for (int i = 0; i < 40; i++)
        problem_add(&problem, "/query/x", "is wrong");
    ck_assert_int_eq(problem.status, 400);
    ck_assert_uint_eq(problem.error_count, PROBLEM_ERRORS_MAX);
    struct buf buf = buf_new(arena, 64, 1 << 16);
    problem_render(&problem, "id-1", &buf);
    ck_assert_ptr_nonnull(strstr(buf_text(&buf), "{\"pointer\":\"/query/limit\",\"detail\":\"must be at most 200\"}"));
    problem = (struct problem){0};
    problem_set(&problem, "unavailable", "Later.");
    ck_assert(problem.status == 503 && problem.retry_after == 1);
}
END_TEST

START_TEST(problems_stay_utf8) {
    char text[700] = "";
    for (int shift = 0; shift < 3; shift++) {
        struct problem problem = {0};
        memset(text, 'x', (size_t)shift);
        for (size_t i = (size_t)shift; i + 3 < sizeof text; i += 3)
            memcpy(text + i, "€", 4);
        problem_add(&problem, text, "%s", text);
        problem_set(&problem, "invalid", "%s", text);
        ck_assert(scan_utf8(problem.detail, strlen(problem.detail)) && strlen(problem.detail) > 300);
        ck_assert(scan_utf8(problem.errors[0].detail, strlen(problem.errors[0].detail)) &&
                  scan_utf8(problem.errors[0].pointer, strlen(problem.errors[0].pointer)));
    }
}
END_TEST

int main(void) {
    return run_cases("base", set_up, tear_down,
                     (const TTest *const[]){arena_aligns_zeroes_and_ends, buffer_fails_once_and_for_good,
                                            buffer_writes_json_strings, log_lines_are_json, hashes_are_apart, integers,
                                            numbers, utf8, encodings, problems, problems_stay_utf8, NULL});
}
