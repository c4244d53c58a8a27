/* Statements in one pipeline: prepared once, undone together, retried where others got in the way. */
#include "database.h"
#include "pg/connection.h"
#include "pg/run.h"

static struct pool *pool;
static struct connection *connection;
static struct problem problem;
static struct gate gate;

static void set_up(void) {
    sql("DROP SCHEMA IF EXISTS unit_run CASCADE; CREATE SCHEMA unit_run; CREATE TABLE unit_run.t (a int UNIQUE)");
    pool = database_pool(1, 5000000);
    problem = (struct problem){0};
    connection = pool_take(pool, &problem);
}

static void tear_down(void) {
    pool_give(pool, &connection);
    pool_free(&pool);
    sql("DROP SCHEMA unit_run CASCADE");
}

static struct statement statement_of(const char *name, const char *text, unsigned count) {
    struct statement statement = {.name = name, .text = text, .count = count};
    statement_number(&statement, name, &gate);
    ck_assert_uint_eq(gate.faults, 0);
    return statement;
}

/* The first cell of a statement that is run alone, or -1. */
static int64_t ask(const struct statement *statement, const char *const *values) {
    struct command command = {.statement = statement, .values = values};
    if (!pg_pipeline(connection, &command, 1, &problem))
        return -1;
    int64_t number = result_int(command.result, 0, 0);
    result_free(&command.result);
    return number;
}

START_TEST(each_has_a_number_of_its_own) {
    struct statement first = statement_of("first", "SELECT 1", 0), second = statement_of("second", "SELECT 2", 0);
    ck_assert_uint_ne(first.index, second.index);
}
END_TEST

START_TEST(a_statement_is_prepared_once_a_session) {
    struct statement own =
        statement_of("own", "SELECT count(*) + $1::int FROM pg_prepared_statements WHERE name = 'own'", 1);
    ck_assert_int_eq(ask(&own, (const char *const[]){"10"}), 11);
    ck_assert_int_eq(ask(&own, (const char *const[]){"20"}), 21);
    ck_assert(connection->prepared[own.index]);
}
END_TEST

START_TEST(without_begin_all_is_one_transaction) {
    struct statement add = statement_of("add", "INSERT INTO unit_run.t VALUES ($1::int)", 1);
    struct statement count = statement_of("count", "SELECT count(*) FROM unit_run.t", 0);
    struct statement again = statement_of("again", add.text, 1);
    const char *const one[] = {"1"};
    struct command commands[] = {
        {.statement = &add, .values = one}, {.statement = &count}, {.statement = &again, .values = one}};
    ck_assert(!pg_pipeline(connection, commands, 3, &problem));
    ck_assert(!problem.lost && problem.status == 409);
    ck_assert_str_eq(problem.sqlstate, "23505");
    for (int i = 0; i < 3; i++)
        ck_assert_ptr_null(commands[i].result);
    problem.status = 0;
    ck_assert_int_eq(ask(&count, NULL), 0);
    ck_assert(pg_pipeline(connection, commands, 2, &problem));
    ck_assert_int_eq(result_int(commands[1].result, 0, 0), 1);
    result_free(&commands[0].result);
    result_free(&commands[1].result);
}
END_TEST

START_TEST(undoing_is_no_failure) {
    struct statement add = statement_of("add2", "INSERT INTO unit_run.t VALUES (7) RETURNING a", 0);
    struct statement undo = statement_of("undo", "SELECT unit_run.undo()", 0);
    sql("CREATE FUNCTION unit_run.undo() RETURNS void LANGUAGE plpgsql AS $$BEGIN RAISE SQLSTATE 'SCDRY'; END$$");
    struct command commands[] = {{.statement = &add}, {.statement = &undo}};
    ck_assert(pg_pipeline(connection, commands, 2, &problem));
    ck_assert_int_eq(result_int(commands[0].result, 0, 0), 7);
    result_free(&commands[0].result);
    ck_assert_str_eq(sql("SELECT count(*) FROM unit_run.t"), "0");
}
END_TEST

START_TEST(a_stale_plan_or_name_is_prepared_anew) {
    struct statement all = statement_of("all", "SELECT * FROM unit_run.t", 0);
    struct statement forget = statement_of("forget", "DEALLOCATE ALL", 0);
    sql("INSERT INTO unit_run.t VALUES (5)");
    ck_assert_int_eq(ask(&all, NULL), 5);
    sql("ALTER TABLE unit_run.t ADD b text"); /* 0A000: cached plan must not change result type */
    ck_assert_int_eq(ask(&all, NULL), 5);
    ck_assert_int_eq(ask(&forget, NULL), 0);
    ck_assert_int_eq(ask(&all, NULL), 5); /* 26000: prepared statement does not exist */
    ck_assert(!problem.status && !connection->broken);
}
END_TEST

/* What came before in an open transaction would be undone with it, and is not sent again. */
START_TEST(nothing_is_retried_within_a_transaction) {
    struct statement begin = statement_of("begin2", "BEGIN", 0), end = statement_of("end2", "ROLLBACK", 0);
    struct statement all = statement_of("all2", "SELECT * FROM unit_run.t", 0);
    sql("INSERT INTO unit_run.t VALUES (5)");
    ck_assert_int_eq(ask(&all, NULL), 5);
    ck_assert_int_eq(ask(&begin, NULL), 0);
    sql("ALTER TABLE unit_run.t ADD c text");
    ck_assert_int_eq(ask(&all, NULL), -1);
    ck_assert_str_eq(problem.sqlstate, "0A000");
    problem.status = 0;
    ck_assert_int_eq(ask(&end, NULL), 0);
    ck_assert_int_eq(ask(&all, NULL), 5);
}
END_TEST

START_TEST(a_slow_statement_ends_and_the_session_stays) {
    struct statement quick = statement_of("quick", "SET statement_timeout = 100", 0);
    struct statement slow = statement_of("slow", "SELECT pg_sleep(3)", 0), one = statement_of("one", "SELECT 1", 0);
    ck_assert_int_eq(ask(&quick, NULL), 0);
    ck_assert_int_eq(ask(&slow, NULL), -1);
    ck_assert(problem.status == 504 && !problem.lost && !connection->broken);
    problem.status = 0;
    ck_assert_int_eq(ask(&one, NULL), 1);
}
END_TEST

START_TEST(our_own_deadline_breaks_the_session) {
    struct statement slow = statement_of("slower", "SELECT pg_sleep(3)", 0);
    connection->query_timeout_us = -300000; /* with the grace it is 0.2 s: the server's is behind it */
    ck_assert_int_eq(ask(&slow, NULL), -1);
    ck_assert(problem.status == 504 && !problem.lost && connection->broken && connection->timed_out);
}
END_TEST

START_TEST(bytes_go_and_come_as_they_are) {
    struct statement echo = statement_of("echo", "SELECT $1::bytea, $2::text", 2);
    static const char bytes[] = "a\0\\'\xff";
    struct command command = {.statement = &echo,
                              .values = (const char *const[]){bytes, "text"},
                              .lengths = (const int[]){sizeof bytes - 1, 0},
                              .binary = true};
    ck_assert(pg_pipeline(connection, &command, 1, &problem));
    struct text row[2];
    result_row(command.result, 0, row);
    ck_assert(row[0].length == sizeof bytes - 1 && memcmp(row[0].bytes, bytes, sizeof bytes - 1) == 0);
    ck_assert(row[1].length == 4 && memcmp(row[1].bytes, "text", 4) == 0);
    result_free(&command.result);
}
END_TEST

START_TEST(describes_without_running) {
    struct statement add = statement_of("add3", "INSERT INTO unit_run.t VALUES ($1) RETURNING a AS b, 'x'::text", 1);
    struct result *result = pg_describe(connection, &add, &problem);
    ck_assert(result_columns(result) == 2 && result_rows(result) == 0);
    ck_assert_str_eq(result_column_name(result, 0), "b");
    ck_assert(result_column_type(result, 0) == OID_INT4 && result_column_type(result, 1) == OID_TEXT);
    result_free(&result);
    ck_assert_str_eq(sql("SELECT count(*) FROM unit_run.t"), "0");
    struct statement wrong = statement_of("wrong", "SELECT nothing", 0);
    ck_assert(!pg_describe(connection, &wrong, &problem) && !problem.lost);
}
END_TEST

int main(void) {
    return run_cases(
        "run", set_up, tear_down,
        (const TTest *const[]){each_has_a_number_of_its_own, a_statement_is_prepared_once_a_session,
                               without_begin_all_is_one_transaction, undoing_is_no_failure,
                               a_stale_plan_or_name_is_prepared_anew, nothing_is_retried_within_a_transaction,
                               a_slow_statement_ends_and_the_session_stays, our_own_deadline_breaks_the_session,
                               bytes_go_and_come_as_they_are, describes_without_running, NULL});
}
