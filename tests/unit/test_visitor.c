/* Who used something: the same key within a day, another the next, and one question to the database for all. */
#include "base/log.h"
#include "database.h"
#include "op/visitor.h"
#include <pthread.h>

/* Who waits longer than PATIENCE_US waits in vain: a machine that has much else to do may take long. */
enum { DAY = 86400, USERS = 16, PATIENCE_US = 60000000 };

static struct arena *arena;
static struct transactions transactions;
static struct visitors *visitors;
static struct problem problem;

static const char schema[] =
    "DROP SCHEMA IF EXISTS unit_visitor CASCADE; CREATE SCHEMA unit_visitor;"
    "CREATE TABLE unit_visitor.asked (at bigint);"
    /* A salt for each day and each ten days. */
    "CREATE FUNCTION unit_visitor.salts(at bigint) RETURNS TABLE (starts bigint, ends bigint, day bytea, previous "
    "bytea, month bytea)"
    " LANGUAGE plpgsql AS $$BEGIN INSERT INTO unit_visitor.asked VALUES (at); PERFORM pg_sleep(0.2);"
    "  RETURN QUERY SELECT at / 86400 * 86400, at / 86400 * 86400 + 86400, sha256((at / 86400)::text::bytea),"
    "    sha256((at / 86400 - 1)::text::bytea), sha256(('m' || at / 864000)::bytea); END$$";

static const char *const files[] = {"_usageSalts",
                                    "SELECT starts, ends, day, previous, month FROM unit_visitor.salts($1)", NULL};

static void set_up(void) {
    struct gate gate = {.out = stderr};
    sql(schema);
    arena = arena_new(1 << 24);
    problem = (struct problem){0};
    transactions_load(&transactions, statements_of(files), &gate);
    ck_assert_uint_eq(gate.faults, 0);
    transactions.pool = database_pool(4, PATIENCE_US);
    visitors = visitors_new(arena, &transactions, PATIENCE_US);
}

static void tear_down(void) {
    pool_free(&transactions.pool);
    arena_free(&arena);
    sql("DROP SCHEMA unit_visitor CASCADE");
}

static struct visitor_keys keys_of(const char *address, const char *agent, int64_t at) {
    struct visitor_keys keys = {0};
    ck_assert(visitor_find(visitors, arena, address, agent, at, &keys, &problem));
    ck_assert(strlen(keys.day) == 32 && strlen(keys.month) == 32);
    return keys;
}

START_TEST(a_day_has_one_key) {
    struct visitor_keys morning = keys_of("192.0.2.1", "Firefox", 10 * DAY + 100);
    struct visitor_keys evening = keys_of("192.0.2.1", "Firefox", 11 * DAY - 1);
    ck_assert(strcmp(morning.day, evening.day) == 0 && strcmp(morning.month, evening.month) == 0);
    ck_assert(strcmp(morning.day, morning.month) != 0 && !*morning.previous && !*evening.previous);
    struct visitor_keys other = keys_of("192.0.2.2", "Firefox", 10 * DAY + 100);
    ck_assert(strcmp(other.day, morning.day) != 0 && strcmp(other.month, morning.month) != 0);
    other = keys_of("192.0.2.1", "Chrome", 10 * DAY + 100);
    ck_assert_str_ne(other.day, morning.day);
    other = keys_of("192.0.2.1Firefox", "", 10 * DAY + 100); /* one text is not the other's end */
    ck_assert_str_ne(other.day, morning.day);
    ck_assert_str_eq(sql("SELECT count(*) FROM unit_visitor.asked"), "1");
}
END_TEST

START_TEST(the_next_day_has_another) {
    struct visitor_keys last = keys_of("192.0.2.1", "Firefox", 11 * DAY - 1);
    struct visitor_keys first = keys_of("192.0.2.1", "Firefox", 11 * DAY + 29);
    ck_assert(strcmp(first.day, last.day) != 0 && strcmp(first.month, last.month) == 0);
    ck_assert_str_eq(first.previous, last.day); /* a click may follow one of the day before */
    ck_assert(!*keys_of("192.0.2.1", "Firefox", 11 * DAY + 30).previous);
    ck_assert(!*keys_of("192.0.2.1", "Firefox", 11 * DAY + 60).previous);
    ck_assert(!*keys_of("192.0.2.1", "Firefox", 11 * DAY + 29).previous); /* the salt is destroyed by then */
    ck_assert_str_ne(keys_of("192.0.2.1", "Firefox", 20 * DAY).month, last.month);
}
END_TEST

struct user {
    pthread_t thread;
    struct visitor_keys keys;
    struct problem problem;
    bool found;
};

static void *find_user(void *argument) {
    struct user *user = argument;
    struct arena *own = arena_new(1 << 16);
    user->found = visitor_find(visitors, own, "192.0.2.1", "Firefox", 10 * DAY, &user->keys, &user->problem);
    arena_free(&own);
    return NULL;
}

static void find_all(struct user users[USERS]) {
    for (int i = 0; i < USERS; i++)
        pthread_create(&users[i].thread, NULL, find_user, &users[i]);
    for (int i = 0; i < USERS; i++)
        pthread_join(users[i].thread, NULL);
}

START_TEST(one_asks_for_all) {
    struct user users[USERS] = {0};
    find_all(users);
    for (int i = 0; i < USERS; i++) {
        ck_assert(users[i].found);
        ck_assert_str_eq(users[i].keys.day, users[0].keys.day);
    }
    ck_assert_str_eq(sql("SELECT count(*) FROM unit_visitor.asked"), "1");
}
END_TEST

/* What one could not get, those who waited for it do not ask for again: waits would add up. */
START_TEST(waits_do_not_add_up) {
    struct user users[USERS] = {0};
    sql("CREATE SEQUENCE unit_visitor.refused; CREATE OR REPLACE FUNCTION unit_visitor.salts(at bigint)"
        " RETURNS TABLE (starts bigint, ends bigint, day bytea, previous bytea, month bytea) LANGUAGE plpgsql AS"
        " $$BEGIN PERFORM nextval('unit_visitor.refused'), pg_sleep(0.3); RAISE undefined_function; END$$");
    find_all(users);
    for (int i = 0; i < USERS; i++)
        ck_assert(!users[i].found && users[i].problem.status == 503);
    /* one for all, or a few where a machine that has much else to do begins threads slowly */
    ck_assert_str_eq(sql("SELECT last_value < 8 FROM unit_visitor.refused"), "t");
    sql(schema);
    ck_assert_str_ne(keys_of("192.0.2.1", "Firefox", 10 * DAY).day, "");
}
END_TEST

int main(void) {
    return run_cases("visitor", set_up, tear_down,
                     (const TTest *const[]){a_day_has_one_key, the_next_day_has_another, one_asks_for_all,
                                            waits_do_not_add_up, NULL});
}
