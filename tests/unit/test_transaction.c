/* A caller's transaction: done once by its key, undone when its answer cannot be given, found again when the connection
 * broke. The statements around it are stand-ins of the test's own. */
#include "database.h"
#include "op/transaction.h"
#include <unistd.h>

static struct arena *arena;
static struct transactions transactions;
static struct problem problem;
static struct outcome outcome;
static struct statement add;
static struct operation operation;
static const char *const enter[ENTER_VALUES] = {"issuer",  "subject",  "token", "1",    "",
                                                "request", "addThing", "",      "false"};
static const char *const answer[] = {"201", "/things/1", "\"1.a\"", "application/json", "{}"};

static const char schema[] =
    "DROP SCHEMA IF EXISTS unit_transaction CASCADE; CREATE SCHEMA unit_transaction;"
    "SET search_path TO unit_transaction;"
    "CREATE TABLE thing (id int UNIQUE);"
    "CREATE TABLE answer (key text PRIMARY KEY, hash bytea, status int, location text, etag text, type text, body "
    "text);"
    "CREATE FUNCTION claim(k text, h bytea) RETURNS void LANGUAGE plpgsql AS $$BEGIN"
    "  IF EXISTS (SELECT FROM unit_transaction.answer WHERE key = k) THEN RAISE SQLSTATE 'SC200'; END IF; END$$;"
    "CREATE SEQUENCE entered MINVALUE 0; SELECT setval('entered', 0);"
    "CREATE FUNCTION enter(central bool) RETURNS void LANGUAGE plpgsql AS $$BEGIN"
    "  PERFORM nextval('unit_transaction.entered');"
    "  IF (current_setting('application_name') = 'central') <> central THEN RAISE SQLSTATE 'SCPOL'; END IF; END$$;"
    "CREATE FUNCTION undo() RETURNS void LANGUAGE plpgsql AS $$BEGIN RAISE SQLSTATE 'SCDRY'; END$$";

static const char *const files[] = {"_enter",
                                    "SELECT $1::text, $2::text, $3::text, $4::int, $5::text, $6::text, "
                                    "$7::text, $8::text, $9::bool, unit_transaction.enter($5 = 'central')",
                                    "_claim",
                                    "SELECT unit_transaction.claim($2, $3), $1::text",
                                    "_keep",
                                    "INSERT INTO unit_transaction.answer SELECT $2, $3, $4, $5, $6, $7, $8 "
                                    "WHERE $1::text <> ''",
                                    "_kept",
                                    "SELECT status, location, etag, type, body FROM unit_transaction.answer "
                                    "WHERE key = $2 AND hash = $3 AND $1::text <> ''",
                                    "_undo",
                                    "SELECT unit_transaction.undo()",
                                    NULL};

static void set_up(void) {
    static const struct spec spec = {.id = "addThing", .method = "POST"};
    struct gate gate = {.out = stderr};
    sql(schema);
    arena = arena_new(0);
    problem = (struct problem){0};
    outcome = (struct outcome){0};
    transactions_load(&transactions, statements_of(files), &gate);
    add = (struct statement){.name = "addThing",
                             .text = "INSERT INTO unit_transaction.thing VALUES ($1) RETURNING id, pg_backend_pid()",
                             .count = 1};
    statement_number(&add, "addThing", &gate);
    ck_assert_uint_eq(gate.faults, 0);
    transactions.pool = database_pool(2, 2000000);
    transactions.central = pool_new(&(struct pool_options){
        .url = database_url(), .name = "central", .size = 1, .wait_us = 2000000, .query_timeout_us = 5000000});
    operation = (struct operation){.spec = &spec, .statement = add};
}

static void tear_down(void) {
    transaction_drop(&transactions, &outcome);
    struct pool_stats stats = pool_stats(transactions.pool);
    ck_assert_uint_eq(stats.open, stats.idle); /* each connection came back */
    pool_free(&transactions.pool);
    stats = pool_stats(transactions.central);
    ck_assert_uint_eq(stats.open, stats.idle);
    pool_free(&transactions.central);
    arena_free(&arena);
    sql("DROP SCHEMA unit_transaction CASCADE");
}

static struct call call_of(const char *const *id, const char *key) {
    return (struct call){
        &operation, {.statement = &add, .values = id}, .enter = enter, .key = key, .hash = key ? "\\x0a" : NULL};
}

static const char *things(void) {
    return sql("SELECT count(*) FROM unit_transaction.thing");
}

static const char *entered(void) {
    return sql("SELECT last_value FROM unit_transaction.entered");
}

static const char *const first[] = {"1"}, *const second[] = {"2"}, *const third[] = {"3"};

START_TEST(nothing_is_committed_before_the_answer_stands) {
    struct call call = call_of(first, NULL);
    ck_assert(transaction_run(&transactions, &call, &outcome, &problem));
    ck_assert_ptr_nonnull(outcome.held);
    ck_assert_int_eq(result_int(outcome.row, 0, 0), 1);
    ck_assert_str_eq(things(), "0");
    transaction_drop(&transactions, &outcome); /* it could not be answered */
    ck_assert_str_eq(things(), "0");
    ck_assert(transaction_run(&transactions, &call, &outcome, &problem));
    ck_assert(transaction_commit(&transactions, &call, &outcome, answer, &problem));
    ck_assert_ptr_null(outcome.held);
    ck_assert_str_eq(things(), "1");
    ck_assert_str_eq(sql("SELECT count(*) FROM unit_transaction.answer"), "0");
}
END_TEST

START_TEST(a_key_does_it_once) {
    struct call call = call_of(first, "k");
    ck_assert(transaction_run(&transactions, &call, &outcome, &problem));
    ck_assert(transaction_commit(&transactions, &call, &outcome, answer, &problem));
    transaction_drop(&transactions, &outcome);
    ck_assert(transaction_run(&transactions, &call, &outcome, &problem));
    ck_assert(outcome.kept && !outcome.held && !outcome.row && !problem.status);
    for (int i = 0; i < 5; i++)
        ck_assert_str_eq(result_cell(outcome.kept, 0, i), answer[i]);
    ck_assert_str_eq(things(), "1");
}
END_TEST

START_TEST(what_fails_is_rolled_back_and_may_be_sent_again) {
    struct call call = call_of(first, "k");
    sql("INSERT INTO unit_transaction.thing VALUES (1)");
    ck_assert(!transaction_run(&transactions, &call, &outcome, &problem));
    ck_assert(problem.status == 409 && !outcome.held);
    problem.status = 0;
    call.own.values = second;
    ck_assert(transaction_run(&transactions, &call, &outcome, &problem));
    ck_assert(transaction_commit(&transactions, &call, &outcome, answer, &problem));
    ck_assert_str_eq(things(), "2");
}
END_TEST

START_TEST(a_dry_run_leaves_nothing) {
    struct call call = call_of(first, "k");
    call.dry_run = true;
    ck_assert(transaction_run(&transactions, &call, &outcome, &problem));
    ck_assert_int_eq(result_int(outcome.row, 0, 0), 1);
    ck_assert(!outcome.held && !outcome.kept);
    ck_assert_str_eq(things(), "0");
}
END_TEST

START_TEST(a_connection_that_broke_before_is_no_failure) {
    struct call call = call_of(first, NULL);
    ck_assert(transaction_run(&transactions, &call, &outcome, &problem));
    transaction_drop(&transactions, &outcome);
    end_sessions();
    ck_assert(transaction_run(&transactions, &call, &outcome, &problem));
    ck_assert(transaction_commit(&transactions, &call, &outcome, answer, &problem));
    ck_assert_str_eq(things(), "1");
}
END_TEST

/* The wrong pool is asked once; what was begun there has left nothing. */
START_TEST(who_has_another_login_is_moved_and_known) {
    const char *roles = "{lead,central}";
    const char *const head[ENTER_VALUES] = {"issuer", "head", "token", "1", "central", "r", "addThing", roles, "false"};
    const char *const lead[ENTER_VALUES] = {"issuer", "head", "token", "1", "lead", "r", "addThing", roles, "false"};
    const char *const sure[ENTER_VALUES] = {"issuer", "new", "token", "1", "central", "r", "add", "{central}", "false"};
    struct call call = call_of(first, "k");
    call.enter = head;
    ck_assert(transaction_run(&transactions, &call, &outcome, &problem));
    ck_assert(outcome.pool == transactions.central && !problem.status);
    ck_assert_str_eq(entered(), "2");
    ck_assert(transaction_commit(&transactions, &call, &outcome, answer, &problem));
    ck_assert_str_eq(things(), "1");
    transaction_drop(&transactions, &outcome);
    ck_assert(transaction_run(&transactions, &call, &outcome, &problem) && outcome.kept);
    transaction_drop(&transactions, &outcome);
    ck_assert_str_eq(entered(), "4"); /* in the pool that is known by now: for the answer, and to look it up */
    call.own.values = second;
    call.key = NULL;
    call.enter = lead;
    ck_assert(transaction_run(&transactions, &call, &outcome, &problem) && outcome.pool == transactions.pool);
    transaction_drop(&transactions, &outcome);
    call.enter = sure;
    ck_assert(transaction_run(&transactions, &call, &outcome, &problem) && outcome.pool == transactions.central);
    ck_assert_str_eq(entered(), "6"); /* each by the first guess */
}
END_TEST

/* It is committed with the statement, in the pool of the caller and once more where the connection broke. */
START_TEST(what_is_done_at_once_is_over) {
    const char *const chief[ENTER_VALUES] = {"issuer", "chief", "token", "1", "central", "r", "add", "", "false"};
    struct call call = call_of(first, NULL);
    call.enter = chief;
    call.at_once = true;
    ck_assert(transaction_run(&transactions, &call, &outcome, &problem));
    ck_assert(outcome.pool == transactions.central && !outcome.held && !problem.status);
    ck_assert_int_eq(result_int(outcome.row, 0, 0), 1);
    ck_assert_str_eq(things(), "1");
    transaction_drop(&transactions, &outcome);
    end_sessions();
    call.own.values = second;
    ck_assert(transaction_run(&transactions, &call, &outcome, &problem) && !outcome.held);
    ck_assert_str_eq(things(), "2");
    transaction_drop(&transactions, &outcome);
    call.dry_run = true;
    call.own.values = third;
    ck_assert(transaction_run(&transactions, &call, &outcome, &problem));
    ck_assert_int_eq(result_int(outcome.row, 0, 0), 3);
    ck_assert_str_eq(things(), "2");
}
END_TEST

/* A role taken away between the two pools is answered as what passes; that a connection of each broke meanwhile is
 * no reason to give up. */
START_TEST(who_has_neither_login_is_told_so) {
    const char *const nobody[ENTER_VALUES] = {"issuer", "nobody", "token", "1", NULL, "r", "addThing", "", "false"};
    struct call call = call_of(first, NULL);
    call.enter = nobody;
    sql("CREATE OR REPLACE FUNCTION unit_transaction.enter(central bool) RETURNS void LANGUAGE plpgsql AS "
        "$$BEGIN RAISE SQLSTATE 'SCPOL'; END$$");
    ck_assert(!transaction_run(&transactions, &call, &outcome, &problem));
    ck_assert(problem.status == 503 && !outcome.held);
    sql("CREATE OR REPLACE FUNCTION unit_transaction.enter(central bool) RETURNS void LANGUAGE plpgsql AS "
        "$$BEGIN IF current_setting('application_name') <> 'central' THEN RAISE SQLSTATE 'SCPOL'; END IF; END$$");
    call.enter = enter;
    end_sessions();
    sql("SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE application_name = 'central'");
    ck_assert(transaction_run(&transactions, &call, &outcome, &problem));
    ck_assert(outcome.pool == transactions.central && !problem.status);
}
END_TEST

/* Of a commit whose word is lost nobody knows, but for who had a key: its answer was kept with its effect, or neither.
 */
START_TEST(a_lost_commit_is_looked_up) {
    struct call call = call_of(first, "k");
    ck_assert(transaction_run(&transactions, &call, &outcome, &problem));
    end_sessions();
    ck_assert(!transaction_commit(&transactions, &call, &outcome, answer, &problem));
    ck_assert(problem.status == 503 && !outcome.held && !outcome.kept);
    transaction_drop(&transactions, &outcome);
    problem.status = 0;
    ck_assert(transaction_run(&transactions, &call, &outcome, &problem)); /* as a client sends it again */
    sql("INSERT INTO unit_transaction.answer VALUES ('k', '\\x0a', 201, '/things/1', '\"1.a\"', 'application/json', "
        "'{}')");
    end_sessions(); /* as if it had been this commit whose word was lost */
    ck_assert(transaction_commit(&transactions, &call, &outcome, answer, &problem));
    ck_assert(outcome.kept && !problem.status);
    ck_assert_str_eq(result_cell(outcome.kept, 0, 1), "/things/1");
}
END_TEST

START_TEST(a_statement_that_is_not_there_is_said) {
    ck_assert_ptr_null(transaction_ask(&transactions, SPEND_TOKEN, NULL, &problem));
    ck_assert_int_eq(problem.status, 503);
    problem.status = 0;
    struct result *result = transaction_ask(&transactions, PING, NULL, &problem);
    ck_assert_str_eq(result_cell(result, 0, 0), "t");
    result_free(&result);
    end_sessions();
    result = transaction_ask(&transactions, PING, NULL, &problem); /* once more: it does no harm */
    ck_assert(result && !problem.status);
    result_free(&result);
}
END_TEST

int main(void) {
    return run_cases("transaction", set_up, tear_down,
                     (const TTest *const[]){nothing_is_committed_before_the_answer_stands, a_key_does_it_once,
                                            what_fails_is_rolled_back_and_may_be_sent_again, a_dry_run_leaves_nothing,
                                            a_connection_that_broke_before_is_no_failure,
                                            who_has_another_login_is_moved_and_known, what_is_done_at_once_is_over,
                                            who_has_neither_login_is_told_so, a_lost_commit_is_looked_up,
                                            a_statement_that_is_not_there_is_said, NULL});
}
