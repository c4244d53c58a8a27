/* Who used something: the same key within a day, another the next, and one question to the database for a day. */
#include "database.h"
#include "op/visitor.h"

/* Who waits longer than PATIENCE_US waits in vain: a machine that has much else to do may take long. */
enum { DAY = 86400, PATIENCE_US = 60000000 };

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
    visitors = visitors_new(arena, &transactions);
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
    ck_assert(strcmp(morning.day, morning.month) != 0 && !morning.previous && !evening.previous);
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
    ck_assert(!keys_of("192.0.2.1", "Firefox", 11 * DAY + 30).previous);
    ck_assert(!keys_of("192.0.2.1", "Firefox", 11 * DAY + 60).previous);
    ck_assert(!keys_of("192.0.2.1", "Firefox", 11 * DAY + 29).previous); /* the salt is destroyed by then */
    ck_assert_str_ne(keys_of("192.0.2.1", "Firefox", 20 * DAY).month, last.month);
}
END_TEST

/* What could not be had is asked for again, and then there are keys. */
START_TEST(without_salts_there_is_no_key) {
    struct visitor_keys keys;
    sql("DROP FUNCTION unit_visitor.salts");
    ck_assert(!visitor_find(visitors, arena, "192.0.2.1", "Firefox", 10 * DAY, &keys, &problem));
    ck_assert_int_eq(problem.status, 503);
    sql(schema);
    ck_assert_str_ne(keys_of("192.0.2.1", "Firefox", 10 * DAY).day, "");
}
END_TEST

int main(void) {
    return run_cases(
        "visitor", set_up, tear_down,
        (const TTest *const[]){a_day_has_one_key, the_next_day_has_another, without_salts_there_is_no_key, NULL});
}
