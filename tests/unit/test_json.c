/* What a JSON text would cost, and its whole numbers. */
#include "base/json.h"
#include "suite.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static struct arena *arena;

static void set_up(void) {
    arena = arena_new(0);
}

static void tear_down(void) {
    arena_free(&arena);
}

START_TEST(measures) {
    static const struct {
        const char *text;
        size_t values;
        int depth;
        bool fractions;
    } cases[] = {
        {"1", 1, 0, false},
        {"{}", 1, 1, false},
        {"[ \n ]", 1, 1, false},
        {"[1]", 2, 1, false},
        {"[[],[],{}]", 4, 2, false},
        {"{\"a\":1,\"b\":[true,null,\"x\"]}", 6, 2, false},
        {"{\"[{,.1e1\":\"\\\"[,]\"}", 2, 1, false},
        {"[1.5]", 2, 1, true},
        {"[1e5,\"a\"]", 3, 1, true},
        {"[true,false]", 3, 1, false},
        {"[[[1", 4, 3, false},
        {"\"never ends [", 1, 0, false},
        {"\"\\", 1, 0, false},
        {"]]]]", 1, 0, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct json_size size = json_measure(cases[i].text, strlen(cases[i].text));
        ck_assert_msg(size.values == cases[i].values && size.depth == cases[i].depth &&
                          size.fractions == cases[i].fractions && !size.nul,
                      "%s: %zu values, %d deep", cases[i].text, size.values, size.depth);
    }
    ck_assert(json_measure("1\0", 2).nul);
}
END_TEST

START_TEST(whole_numbers_are_integers) {
    static const char *const cases[][2] = {
        {"1.0", "1"},
        {"[1e0,10E-1,-2.50e+1,0.0,-0.0,1e18]", "[1,1,-25,0,0,1000000000000000000]"},
        {"{\"1.0\":\"1.0 \\\" 2.0\",\"a\":3.0}", "{\"1.0\":\"1.0 \\\" 2.0\",\"a\":3}"},
        {"[1.5,1e-1,1e300,-1e19,0.10]", "[1.5,1e-1,1e300,-1e19,0.10]"},
        {"[9007199254740993.0,9223372036854775807.0,9223372036854775808.0]",
         "[9007199254740993,9223372036854775807,9223372036854775808.0]"},
        {"[12345678901234567890.10]", "[12345678901234567890.10]"},
        {"[01.0,1.,.5,1.0.0,1e,--1.0,+1.0,1.0-,NaN]", "[01.0,1.,.5,1.0.0,1e,--1.0,+1,1.0-,NaN]"},
        {"\"never 1.0", "\"never 1.0"},
    };
    volatile long double limit = 0x1p53L; /* valgrind computes with 53 bits: there is nothing to see of larger ones */
    bool exact = limit + 1 != limit;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (!exact && strstr(cases[i][0], "9007199254740993"))
            continue;
        struct text text = json_with_integers(arena, cases[i][0], strlen(cases[i][0]));
        ck_assert_str_eq(text.bytes, cases[i][1]);
        ck_assert_uint_eq(text.length, strlen(cases[i][1]));
    }
}
END_TEST

START_TEST(no_text_becomes_json_by_it) {
    srand(7);
    for (int round = 0; round < 200000; round++) {
        static const char letters[] = "0123456789.-+eE,[]\"{}:1.0 ";
        char text[16];
        size_t length = (size_t)rand() % 14 + 1;
        for (size_t i = 0; i < length; i++)
            text[i] = letters[(size_t)rand() % (sizeof letters - 1)];
        text[length] = '\0';
        arena_reset(arena);
        struct text after = json_with_integers(arena, text, length);
        json_t *one = json_loadb(text, length, JSON_DECODE_ANY, NULL);
        json_t *other = json_loadb(after.bytes, after.length, JSON_DECODE_ANY, NULL);
        ck_assert_msg(!one == !other, "%s → %s", text, after.bytes);
        json_decref(one);
        json_decref(other);
    }
}
END_TEST

int main(void) {
    return run_cases("json", set_up, tear_down,
                     (const TTest *const[]){measures, whole_numbers_are_integers, no_text_becomes_json_by_it, NULL});
}
