/* The main function of a unit test: all its cases in one suite. */
#pragma once
#include "problems.h"
#include <check.h>

static inline int run_cases(const char *name, void (*set_up)(void), void (*tear_down)(void),
                            const TTest *const *cases) {
    Suite *suite = suite_create(name);
    TCase *tests = tcase_create(name);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    for (; *cases; cases++)
        tcase_add_test(tests, *cases);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
