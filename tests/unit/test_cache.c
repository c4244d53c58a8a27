/* The cache of answers: what it gives is true while others change and ask at the same time. */
#include "base/log.h"
#include "op/cache.h"
#include "suite.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WAIT_US = 1000000, THREADS = 8, ROUNDS = 3000 };

static struct cache *cache;
static struct ticket ticket;

static void set_up(void) {
    cache = cache_new(1 << 16, (const unsigned char *)"01234567");
    cache_checked(cache, clock_us() + 60000000, false); /* the watch is trusted for a minute */
}

static void tear_down(void) {
    cache_free(&cache);
}

static struct text text(const char *bytes) {
    return (struct text){bytes, strlen(bytes)};
}

static struct answer answer_of(const char *body) {
    return (struct answer){.content_type = "text/plain", .etag = "\"e\"", .body = text(body)};
}

static void make(const char *key, const char *body) {
    ck_assert_ptr_null(cache_get(cache, text(key), WAIT_US, &ticket));
    ck_assert_ptr_nonnull(ticket.entry);
    struct answer answer = answer_of(body);
    cache_settle(cache, &ticket, &answer);
    ck_assert_ptr_null(ticket.entry);
}

static bool gives(const char *key, const char *body) {
    const struct answer *answer = cache_get(cache, text(key), WAIT_US, &ticket);
    bool same = answer && answer->body.length == strlen(body) && memcmp(answer->body.bytes, body, strlen(body)) == 0;
    cache_give_back(&answer);
    cache_settle(cache, &ticket, NULL);
    return same;
}

START_TEST(gives_what_was_made_until_a_change) {
    make("a", "one");
    make("b", "two");
    ck_assert(gives("a", "one") && gives("b", "two") && !gives("c", ""));
    cache_changed(cache);
    ck_assert(!gives("a", "one"));
    const struct answer *old = cache_find(cache, text("a"), true);
    ck_assert_ptr_nonnull(old);
    ck_assert_str_eq(old->etag, "\"e\"");
    cache_give_back(&old);
    make("a", "new");
    ck_assert(gives("a", "new"));
}
END_TEST

START_TEST(what_was_begun_before_a_change_is_not_kept) {
    struct ticket first = {0}, second = {0};
    ck_assert_ptr_null(cache_get(cache, text("a"), WAIT_US, &first));
    cache_changed(cache);
    ck_assert_ptr_null(cache_get(cache, text("a"), WAIT_US, &second)); /* does not wait for the old one */
    ck_assert_ptr_nonnull(second.entry);
    struct answer old = answer_of("old"), new = answer_of("new");
    cache_settle(cache, &first, &old);
    cache_settle(cache, &second, &new);
    ck_assert(gives("a", "new"));
}
END_TEST

START_TEST(nobody_waits_for_nothing) {
    struct ticket out = {0};
    static const struct answer nothing;
    ck_assert_ptr_null(cache_get(cache, text("a"), WAIT_US, &out));
    cache_settle(cache, &out, &nothing);
    for (int i = 0; i < 2; i++) {
        ck_assert_ptr_null(cache_get(cache, text("a"), WAIT_US, &ticket));
        ck_assert_ptr_null(ticket.entry);
    }
    cache_changed(cache);
    make("a", "something");
    ck_assert(gives("a", "something"));
}
END_TEST

START_TEST(a_loan_outlives_its_entry) {
    make("a", "kept");
    const struct answer *loan = cache_get(cache, text("a"), WAIT_US, &ticket);
    cache_changed(cache);
    char key[16];
    for (int i = 0; i < 3000; i++) {
        snprintf(key, sizeof key, "key %d", i);
        make(key, "x");
        ck_assert_uint_le(cache_stats(cache).bytes, 1 << 16);
    }
    ck_assert_int_eq(memcmp(loan->body.bytes, "kept", 4), 0);
    cache_give_back(&loan);
    ck_assert(!cache_find(cache, text("a"), true) && cache_stats(cache).entries > 100);
}
END_TEST

START_TEST(a_late_watch_is_not_believed) {
    make("a", "one");
    cache_checked(cache, clock_us() - 10000000, false);
    ck_assert_ptr_null(cache_get(cache, text("a"), WAIT_US, &ticket));
    ck_assert_ptr_null(ticket.entry);
    cache_checked(cache, clock_us(), false);
    ck_assert(gives("a", "one"));
}
END_TEST

START_TEST(a_wait_is_bounded) {
    struct ticket out = {0};
    ck_assert_ptr_null(cache_get(cache, text("a"), WAIT_US, &out));
    int64_t before = clock_us();
    ck_assert_ptr_null(cache_get(cache, text("a"), 50000, &ticket));
    ck_assert_ptr_null(ticket.entry);
    ck_assert(clock_us() - before >= 50000 && clock_us() - before < WAIT_US);
    cache_settle(cache, &out, NULL);
}
END_TEST

static atomic_int version, seen; /* what is true, and what the cache has seen */

static void *change(void *unused) {
    for (int i = 0; i < ROUNDS / 10; i++) {
        int now = atomic_fetch_add(&version, 1) + 1;
        cache_changed(cache);
        atomic_store(&seen, now);
        usleep(50);
    }
    return NULL;
}

/* An answer is never older than what the cache had seen when it was asked. */
static void *ask(void *wrong) {
    for (int i = 0; i < ROUNDS; i++) {
        struct ticket mine = {0};
        const char *key = i % 3 ? "often" : "seldom";
        int known = atomic_load(&seen), given = known;
        const struct answer *answer = cache_get(cache, text(key), WAIT_US, &mine);
        if (answer) {
            memcpy(&given, answer->body.bytes, sizeof given);
            cache_give_back(&answer);
        } else if (mine.entry) {
            int made = atomic_load(&version);
            struct answer own = {.etag = "", .body = {(const char *)&made, sizeof made}};
            if (i % 50 == 0)
                usleep(20);
            cache_settle(cache, &mine, i % 7 ? &own : NULL);
        }
        if (given < known)
            atomic_fetch_add((atomic_int *)wrong, 1);
    }
    return NULL;
}

START_TEST(never_older_than_what_is_known) {
    pthread_t threads[THREADS], changer;
    static atomic_int wrong;
    atomic_store(&version, 0);
    atomic_store(&seen, 0);
    pthread_create(&changer, NULL, change, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, ask, &wrong);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    pthread_join(changer, NULL);
    ck_assert_int_eq(atomic_load(&wrong), 0);
    ck_assert_uint_gt(cache_stats(cache).hits, 0);
    ck_assert_uint_gt(cache_stats(cache).misses, 0);
}
END_TEST

int main(void) {
    return run_cases("cache", set_up, tear_down,
                     (const TTest *const[]){gives_what_was_made_until_a_change,
                                            what_was_begun_before_a_change_is_not_kept, nobody_waits_for_nothing,
                                            a_loan_outlives_its_entry, a_late_watch_is_not_believed, a_wait_is_bounded,
                                            never_older_than_what_is_known, NULL});
}
