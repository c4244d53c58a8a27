/* Connections: lent in turn, bounded in number and in time, and given up together when they go down together. */
#include "base/log.h"
#include "database.h"
#include "pg/run.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum { WAITERS = 4 };

static struct pool *pool;
static struct problem problem;
static struct statement ping = {.name = "ping", .text = "SELECT pg_backend_pid()"};

static void set_up(void) {
    pool = database_pool(1, 5000000);
    problem = (struct problem){0};
}

static void tear_down(void) {
    pool_free(&pool);
    ck_assert_ptr_null(pool);
}

static int64_t backend(bool retry) {
    struct result *result = pool_run(pool, &ping, NULL, retry, &problem);
    int64_t pid = result_int(result, 0, 0);
    result_free(&result);
    return pid;
}

struct taker {
    pthread_t thread;
    struct connection *connection;
    int turn;
};

static atomic_int turns;

static void *take_turn(void *argument) {
    struct taker *taker = argument;
    struct problem own = {0};
    taker->connection = pool_take(pool, &own);
    taker->turn = atomic_fetch_add(&turns, 1);
    struct connection *lent = taker->connection;
    usleep(20000); /* the others could overtake */
    pool_give(pool, &lent);
    return NULL;
}

static void wait_until(unsigned waiting) {
    for (int i = 0; i < 5000 && pool_stats(pool).waiting != waiting; i++)
        usleep(1000); /* asked again without taking a core */
    ck_assert_uint_eq(pool_stats(pool).waiting, waiting);
}

START_TEST(is_handed_over_in_the_order_of_coming) {
    struct taker takers[WAITERS] = {0};
    struct connection *lent = pool_take(pool, &problem), *one = lent;
    ck_assert_ptr_nonnull(one);
    atomic_store(&turns, 0);
    for (unsigned i = 0; i < WAITERS; i++) {
        pthread_create(&takers[i].thread, NULL, take_turn, &takers[i]);
        wait_until(i + 1);
    }
    pool_give(pool, &lent);
    ck_assert_ptr_null(lent);
    for (int i = 0; i < WAITERS; i++) {
        pthread_join(takers[i].thread, NULL);
        ck_assert_int_eq(takers[i].turn, i);
        ck_assert_ptr_eq(takers[i].connection, one);
    }
    struct pool_stats stats = pool_stats(pool);
    ck_assert(stats.connects == 1 && stats.waits == WAITERS && stats.open == 1 && stats.idle == 1 && !stats.timeouts);
}
END_TEST

START_TEST(waits_no_longer_than_it_may) {
    pool_free(&pool);
    pool = database_pool(1, 1000000);
    struct connection *lent = pool_take(pool, &problem);
    struct taker first = {0}, second = {0};
    atomic_store(&turns, 0);
    int64_t started = clock_us();
    pthread_create(&first.thread, NULL, take_turn, &first);
    wait_until(1);
    usleep(500000); /* the second one's time is not over with the first one's */
    pthread_create(&second.thread, NULL, take_turn, &second);
    pthread_join(first.thread, NULL);
    ck_assert_ptr_null(first.connection);
    ck_assert(clock_us() - started >= 1000000 && clock_us() - started < 10000000);
    wait_until(1);
    pool_give(pool, &lent);
    pthread_join(second.thread, NULL);
    ck_assert_ptr_nonnull(second.connection);
    ck_assert_uint_eq(pool_stats(pool).timeouts, 1);
}
END_TEST

START_TEST(a_broken_connection_is_tried_again_where_that_does_no_harm) {
    int64_t before = backend(false);
    end_sessions();
    ck_assert(backend(false) == 0 && problem.status == 503);
    problem.status = 0;
    int64_t between = backend(false);
    ck_assert(between && between != before && !problem.status);
    end_sessions();
    int64_t after = backend(true);
    ck_assert(after && after != between && !problem.status);
    struct pool_stats stats = pool_stats(pool);
    ck_assert(stats.lost == 2 && stats.connects == 3 && stats.open == 1);
}
END_TEST

/* One that broke most likely did not alone: the idle ones of its age are not even tried. */
START_TEST(those_of_one_age_go_together) {
    pool_free(&pool);
    pool = database_pool(3, 5000000);
    struct connection *lent[3];
    for (int i = 0; i < 3; i++)
        ck_assert_ptr_nonnull(lent[i] = pool_take(pool, &problem));
    for (int i = 0; i < 3; i++)
        pool_give(pool, &lent[i]);
    ck_assert_uint_eq(pool_stats(pool).idle, 3);
    end_sessions();
    ck_assert(backend(true) != 0 && !problem.status); /* with one retry, of three that are dead */
    struct pool_stats stats = pool_stats(pool);
    ck_assert(stats.lost == 1 && stats.connects == 4 && stats.open == 1);
}
END_TEST

START_TEST(who_waits_gets_another_when_the_only_one_breaks) {
    struct connection *lent = pool_take(pool, &problem);
    struct taker taker = {0};
    pthread_create(&taker.thread, NULL, take_turn, &taker);
    wait_until(1);
    end_sessions();
    struct command command = {.statement = &ping};
    ck_assert(!pg_pipeline(lent, &command, 1, &problem) && problem.lost);
    ck_assert(!pg_pipeline(lent, &command, 1, &problem) && problem.lost); /* it is over at once */
    pool_give(pool, &lent);
    pthread_join(taker.thread, NULL);
    ck_assert_ptr_nonnull(taker.connection);
    ck_assert_uint_eq(pool_stats(pool).connects, 2);
}
END_TEST

START_TEST(an_absent_database_is_not_asked_again_and_again) {
    pool_free(&pool);
    pool = pool_new(&(struct pool_options){
        .url = "postgresql:///x?host=/nonexistent", .name = "away", .size = 2, .wait_us = 60000000});
    int64_t started = clock_us();
    for (int i = 0; i < 20; i++) {
        problem.status = 0;
        ck_assert(!pool_take(pool, &problem) && problem.status == 503);
    }
    ck_assert(clock_us() - started < 60000000);
    ck_assert(pool_stats(pool).connect_failures < 3 && pool_stats(pool).open == 0);
}
END_TEST

int main(void) {
    return run_cases("pool", set_up, tear_down,
                     (const TTest *const[]){is_handed_over_in_the_order_of_coming, waits_no_longer_than_it_may,
                                            a_broken_connection_is_tried_again_where_that_does_no_harm,
                                            those_of_one_age_go_together,
                                            who_waits_gets_another_when_the_only_one_breaks,
                                            an_absent_database_is_not_asked_again_and_again, NULL});
}
