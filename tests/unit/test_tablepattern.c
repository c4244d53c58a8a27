/* Patterns of JSON Schema in the words of Table Schema: the same, or none. */
#include "handlers/data.h"
#include "suite.h"
#include <string.h>

START_TEST(what_is_said_there_and_what_is_not) {
    static const char *const cases[][2] = {
        {"^[a-z0-9]+(-[a-z0-9]+)*$", "[a-z0-9]+(-[a-z0-9]+)*"},
        {"^/v1/", "/v1/[\\s\\S]*"},
        {"^https?://", "https?://[\\s\\S]*"},
        {"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$", "[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?"},
        {"^a{2,}b{1,5}\\.\\\\[c_]$", "a{2,}b{1,5}\\.\\\\[c_]"},
        {"^(ab|cd)$", "(ab|cd)"},
        {"^ab\\$", NULL},   /* no escape there; and no anchor here */
        {"\\S", NULL},      /* may begin with what gets a quote mark */
        {"^[!-~]+$", NULL}, /* so may this */
        {"^[a=]$", NULL},
        {"^[a-]$", NULL},
        {"^-a$", NULL},
        {"^[^a]$", NULL},
        {"^a|b$", NULL}, /* anchors of one side each */
        {"^a(b|^c)$", NULL},
        {"^a$b", NULL},
        {"^(?!0)[0-9]$", NULL},
        {"^a(?:b)$", NULL},
        {"^a+?$", NULL}, /* lazy */
        {"^a{2}+$", NULL},
        {"^a{,2}$", NULL},
        {"^a{x}$", NULL},
        {"^a}$", NULL},
        {"^a]$", NULL},
        {"^a\\bb$", NULL},
        {"^a\\x41$", NULL},
        {"^a\\1$", NULL},
        {"^a\\S$", NULL},
        {"^a[\\x00-\\x1f]$", NULL},
        {"^a[b-d-[c]]$", NULL}, /* a subtraction there */
        {"^a[[b]$", NULL},
        {"^a[b-\\]]$", NULL},
        {"^a[b-d-f]$", NULL},
        {"^a[]b]$", NULL},
        {"^a[b$", NULL},
        {"^a(b$", NULL},
        {"^a)b($", NULL},
        {"^a\\", NULL},
        {"^", NULL},
        {"", NULL},
    };
    struct arena *arena = arena_new(1 << 16);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *said = data_pattern(arena, cases[i][0]);
        ck_assert_msg((!said && !cases[i][1]) || (said && cases[i][1] && strcmp(said, cases[i][1]) == 0), "%s: %s",
                      cases[i][0], said ?: "nothing");
    }
    arena_free(&arena);
}
END_TEST

int main(void) {
    return run_cases("tablepattern", NULL, NULL, (const TTest *const[]){what_is_said_there_and_what_is_not, NULL});
}
