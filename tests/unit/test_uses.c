/* Uses: those that wait are written together, each gets its own answer, and nobody waits without end. The statements
 * are stand-ins of the test's own. */
#include "base/log.h"
#include "database.h"
#include "op/uses.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

/* Who waits longer than PATIENCE_US waits in vain: a machine that has much else to do may take long. */
enum { USERS = 64, WAIT_US = 1000000, PATIENCE_US = 60000000 };

static struct arena *arena;
static struct transactions transactions;
static struct uses *uses;

#define HELD "7355608"

static const char schema[] =
    "DROP SCHEMA IF EXISTS unit_uses CASCADE; CREATE SCHEMA unit_uses; SET search_path TO unit_uses;"
    "CREATE TABLE batch (n int, classes text[]);"
    "CREATE TABLE setting (version bigint, salts boolean); INSERT INTO setting VALUES (1, true); CREATE SEQUENCE asked;"
    /* 404 for what is not there, else its address; waits for who holds the lock */
    "CREATE FUNCTION record(v bigint, items text[], classes text[]) RETURNS TABLE (status int, url text) "
    "LANGUAGE plpgsql AS $$BEGIN"
    "  IF v <> (SELECT version FROM unit_uses.setting) THEN RETURN; END IF;"
    "  PERFORM pg_advisory_xact_lock(" HELD ");"
    "  INSERT INTO unit_uses.batch VALUES (cardinality(items), classes);"
    "  RETURN QUERY SELECT CASE WHEN i LIKE '%none' THEN 404 END, 'https://example.org/' || i"
    "    FROM unnest(items) WITH ORDINALITY AS u (i, n) ORDER BY n; END$$";

static const char *const files[] = {
    "_recordUses",
    "SELECT status, url FROM unit_uses.record($1, $3, $5), "
    "(SELECT $2::bigint[], $4::int[], $6::uuid[], $7::uuid[], $8::uuid[]) AS other",
    "_usageSalts",
    "SELECT day, day + 86400, sha256('day'), NULL, sha256('month') FROM unit_uses.setting,"
    " (SELECT $1::bigint / 86400 * 86400 AS day) AS this"
    " WHERE CASE WHEN pg_advisory_xact_lock(" HELD ") IS NOT NULL THEN nextval('unit_uses.asked') > 0 AND salts END",
    "_agentPatterns",
    "SELECT version, 'robot', '^bot' || version FROM unit_uses.setting",
    NULL};

static void set_up(void) {
    struct gate gate = {.out = stderr};
    sql(schema);
    arena = arena_new(0);
    transactions_load(&transactions, statements_of(files), &gate);
    ck_assert_uint_eq(gate.faults, 0);
    transactions.pool = database_pool(4, PATIENCE_US);
    uses = uses_new(arena, &transactions, PATIENCE_US);
}

static void tear_down(void) {
    uses_free(&uses);
    ck_assert_ptr_null(uses);
    pool_free(&transactions.pool);
    arena_free(&arena);
    sql("DROP SCHEMA unit_uses CASCADE");
}

struct user {
    pthread_t thread;
    const char *agent;
    char item[32], url[64];
    bool counted;
    struct problem problem;
    int64_t spent_us;
};

static atomic_int begun;

static void *record_use(void *argument) {
    struct user *user = argument;
    struct arena *own = arena_new(1 << 20);
    struct use use = {
        .item = user->item, .kind = USE_VISIT, .address = "192.0.2.1", .user_agent = user->agent, .at = 1000};
    const char *url = NULL;
    int64_t started = clock_us();
    begun++;
    user->counted = uses_record(uses, own, &use, &url, &user->problem);
    user->spent_us = clock_us() - started;
    snprintf(user->url, sizeof user->url, "%s", url ?: "");
    arena_free(&own);
    return NULL;
}

/* A session that keeps what is asked and written waiting until it ends. */
static PGconn *hold(void) {
    PGconn *holder = PQconnectdb(database_url());
    PGresult *result = PQexec(holder, "SELECT pg_advisory_lock(" HELD ")");
    ck_assert(PQresultStatus(result) == PGRES_TUPLES_OK);
    PQclear(result);
    return holder;
}

static bool is_writing(void) {
    return strcmp(
               sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'test_uses' AND state = 'active'"),
               "1") == 0;
}

static struct user record_one(const char *item, const char *agent) {
    struct user user = {.agent = agent};
    snprintf(user.item, sizeof user.item, "%s", item);
    record_use(&user);
    return user;
}

static void begin_all(struct user users[USERS]) {
    begun = 0;
    for (int i = 0; i < USERS; i++) {
        users[i] = (struct user){.agent = "Firefox", .item = "document/a"};
        pthread_create(&users[i].thread, NULL, record_use, &users[i]);
    }
}

static void join_all(struct user users[USERS]) {
    for (int i = 0; i < USERS; i++)
        pthread_join(users[i].thread, NULL);
}

static void record_all(struct user users[USERS]) {
    begin_all(users);
    join_all(users);
}

/* All come while the first one's is held. */
static void record_together(struct user users[USERS]) {
    PGconn *holder = hold();
    begin_all(users);
    while (begun < USERS)
        usleep(1000);
    usleep(300000); /* those that have begun stand in line, or a few are late */
    PQfinish(holder);
    join_all(users);
}

START_TEST(each_is_told_its_own) {
    static struct user users[USERS];
    memset(users, 0, sizeof users);
    for (int i = 0; i < USERS; i++) {
        users[i].agent = "Firefox";
        snprintf(users[i].item, sizeof users[i].item, i % 7 ? "document/%d" : "document/%d-none", i);
        pthread_create(&users[i].thread, NULL, record_use, &users[i]);
    }
    for (int i = 0; i < USERS; i++) {
        char url[64];
        pthread_join(users[i].thread, NULL);
        snprintf(url, sizeof url, "https://example.org/%s", users[i].item);
        ck_assert(users[i].counted == (i % 7 != 0) && users[i].problem.status == (i % 7 ? 0 : 404));
        ck_assert_str_eq(users[i].url, url);
    }
    ck_assert_str_eq(sql("SELECT sum(n) FROM unit_uses.batch"), "64");
}
END_TEST

START_TEST(those_that_come_meanwhile_are_one_batch) {
    static struct user users[USERS];
    record_one("document/a", "Firefox"); /* patterns and salts are there */
    sql("TRUNCATE unit_uses.batch");
    record_together(users);
    for (int i = 0; i < USERS; i++)
        ck_assert(users[i].counted);
    ck_assert_str_eq(sql("SELECT count(*) <= 16 AND sum(n) = 64 FROM unit_uses.batch"),
                     "t"); /* all at once would be two */
}
END_TEST

START_TEST(salts_are_asked_for_once) {
    static struct user users[USERS];
    record_all(users);
    for (int i = 0; i < USERS; i++)
        ck_assert(users[i].counted);
    ck_assert_str_eq(sql("SELECT last_value FROM unit_uses.asked"), "1");
}
END_TEST

/* Those who came while salts were asked for in vain ask together. */
START_TEST(waits_for_salts_do_not_add_up) {
    static struct user users[USERS];
    sql("UPDATE unit_uses.setting SET salts = false");
    record_together(users);
    for (int i = 0; i < USERS; i++)
        ck_assert(!users[i].counted && users[i].problem.status == 503);
    /* twice for all, or a few times where a machine that has much else to do begins threads slowly */
    ck_assert_str_eq(sql("SELECT last_value < 16 FROM unit_uses.asked"), "t");
    sql("UPDATE unit_uses.setting SET salts = true");
    ck_assert(record_one("document/a", "Firefox").counted);
}
END_TEST

START_TEST(patterns_that_changed_are_asked_for) {
    ck_assert(record_one("document/a", "bot1").counted && record_one("document/a", "Firefox").counted);
    ck_assert_str_eq(sql("SELECT string_agg(classes::text, ' ' ORDER BY ctid) FROM unit_uses.batch"),
                     "{robot} {human}");
    sql("UPDATE unit_uses.setting SET version = 2");
    ck_assert(record_one("document/a", "bot1").counted && record_one("document/a", "bot2").counted);
    ck_assert_str_eq(sql("SELECT string_agg(classes::text, ' ' ORDER BY ctid) FROM unit_uses.batch"),
                     "{robot} {human} {human} {robot}");
}
END_TEST

START_TEST(a_connection_that_broke_is_tried_again) {
    ck_assert(record_one("document/a", "Firefox").counted);
    end_sessions();
    ck_assert(record_one("document/a", "Firefox").counted);
    ck_assert_str_eq(sql("SELECT sum(n) FROM unit_uses.batch"), "2");
}
END_TEST

START_TEST(who_waits_too_long_leaves) {
    uses_free(&uses);
    uses = uses_new(arena, &transactions, WAIT_US);
    record_one("document/a", "Firefox");
    struct user slow = {.agent = "Firefox", .item = "document/a"}, late = slow;
    PGconn *holder = hold();
    pthread_create(&slow.thread, NULL, record_use, &slow);
    while (!is_writing())
        ;
    pthread_create(&late.thread, NULL, record_use, &late);
    pthread_join(late.thread, NULL);
    ck_assert(is_writing()); /* it did not wait for the other one */
    PQfinish(holder);
    pthread_join(slow.thread, NULL);
    ck_assert(!late.counted && late.problem.status == 503); /* it was not sent: its time was over before */
    ck_assert(late.spent_us >= WAIT_US);
    ck_assert(slow.counted); /* on its way, it is waited for */
    ck_assert_str_eq(sql("SELECT sum(n) FROM unit_uses.batch"), "2");
}
END_TEST

START_TEST(an_item_of_another_form_is_not_asked_for) {
    struct user user = record_one("Document/{a}", "Firefox");
    ck_assert(!user.counted && user.problem.status == 404);
    ck_assert_str_eq(sql("SELECT count(*) FROM unit_uses.batch"), "0");
}
END_TEST

int main(void) {
    return run_cases("uses", set_up, tear_down,
                     (const TTest *const[]){each_is_told_its_own, those_that_come_meanwhile_are_one_batch,
                                            patterns_that_changed_are_asked_for, a_connection_that_broke_is_tried_again,
                                            who_waits_too_long_leaves, salts_are_asked_for_once,
                                            waits_for_salts_do_not_add_up, an_item_of_another_form_is_not_asked_for,
                                            NULL});
}
