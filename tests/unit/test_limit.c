/* Quotas of a minute: each is its own, and a full table forgets. */
#include "base/limit.h"
#include "suite.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

enum { THREADS = 8, TAKES = 2000 };

static struct limiter *limiter;
static int64_t left, reset_s;

static void set_up(void) {
    limiter = limiter_new((const unsigned char *)"01234567");
}

static void tear_down(void) {
    limiter_free(&limiter);
    ck_assert_ptr_null(limiter);
}

static bool take(char kind, const char *text, const char *more, int64_t quota) {
    return limiter_take(limiter, kind, text, more, quota, &left, &reset_s);
}

START_TEST(counts_down_and_refuses) {
    for (int64_t i = 0; i < 5; i++) {
        ck_assert(take('a', "192.0.2.1", "", 5));
        ck_assert_int_eq(left, 4 - i);
        ck_assert(reset_s > 0 && reset_s <= 60);
    }
    ck_assert(!take('a', "192.0.2.1", "", 5));
    ck_assert_int_eq(left, 0);
}
END_TEST

START_TEST(quotas_are_apart) {
    ck_assert(take('a', "x", "", 1) && !take('a', "x", "", 1));
    ck_assert(take('c', "x", "", 1));                                                      /* another kind */
    ck_assert(take('a', "x", "y", 1) && take('a', "xy", "", 1) && take('a', "", "xy", 1)); /* nothing shifts */
}
END_TEST

START_TEST(a_full_table_forgets_and_goes_on) {
    char name[32];
    for (int i = 0; i < 200000; i++) {
        snprintf(name, sizeof name, "client-%d", i);
        ck_assert(take('a', name, "", 3));
    }
    ck_assert(take('a', "client-199999", "", 3));
}
END_TEST

static atomic_int taken;

static void *run(void *argument) {
    int64_t own_left, own_reset;
    for (int i = 0; i < TAKES; i++)
        atomic_fetch_add(&taken, limiter_take(limiter, 'a', "same", "", THREADS * TAKES / 2, &own_left, &own_reset));
    return NULL;
}

START_TEST(many_at_once_take_no_more) {
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, run, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    /* a minute may have ended meanwhile, and given the quota once more */
    ck_assert(atomic_load(&taken) == THREADS * TAKES / 2 || atomic_load(&taken) == THREADS * TAKES);
}
END_TEST

int main(void) {
    return run_cases("limit", set_up, tear_down,
                     (const TTest *const[]){counts_down_and_refuses, quotas_are_apart, a_full_table_forgets_and_goes_on,
                                            many_at_once_take_no_more, NULL});
}
