#include "pg/run.h"
#include "base/log.h"
#include "pg/connection.h"
#include <assert.h>
#include <poll.h>
#include <string.h>

/* The server's own statement_timeout should fire first: then the connection survives. */
enum { GRACE_US = 500000 };

static PGresult *handle(const struct result *result) {
    return (PGresult *)result;
}

static bool is_prepared(const struct connection *connection, unsigned index) {
    return connection->prepared[index / 64] >> (index % 64) & 1;
}

static void set_prepared(struct connection *connection, unsigned index, bool prepared) {
    uint64_t bit = (uint64_t)1 << (index % 64);
    connection->prepared[index / 64] &= ~bit;
    connection->prepared[index / 64] |= prepared ? bit : 0;
}

/* What one flight brought. */
struct flight {
    PGresult *answer;     /* the wanted result, or the first error */
    unsigned completed;   /* commands that succeeded */
    bool failed;          /* answer is an error */
    bool timed_out, lost; /* no answer: the connection is of no more use */
};

static bool send_all(struct connection *connection, int64_t deadline_us) {
    int pending;
    while ((pending = PQflush(connection->pg)) == 1) {
        if (!connection_wait(connection->pg, POLLIN | POLLOUT, deadline_us) || !PQconsumeInput(connection->pg))
            return false;
    }
    return pending == 0;
}

/* The next result, waiting for it no longer than deadline_us; NULL also ends each command. */
static bool next_result(struct connection *connection, int64_t deadline_us, struct flight *flight, PGresult **result) {
    while (PQisBusy(connection->pg)) {
        if (!connection_wait(connection->pg, POLLIN, deadline_us)) {
            flight->timed_out = true;
            return false;
        }
        if (!PQconsumeInput(connection->pg)) {
            flight->lost = true;
            return false;
        }
    }
    *result = PQgetResult(connection->pg);
    return true;
}

/* Sends what is queued with a Sync and reads up to it: only then is anything known to be committed. */
static struct flight fly(struct connection *connection) {
    struct flight flight = {0};
    int64_t deadline_us = clock_us() + connection->query_timeout_us + GRACE_US;
    if (!PQpipelineSync(connection->pg) || !send_all(connection, deadline_us)) {
        flight.lost = true;
        return flight;
    }
    for (int nothing = 0; nothing < 2;) { /* two in a row without a Sync: the connection is gone */
        PGresult *result;
        if (!next_result(connection, deadline_us, &flight, &result))
            break;
        nothing = result ? 0 : nothing + 1;
        ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_PIPELINE_SYNC) {
            PQclear(result);
            return flight;
        }
        bool error = status == PGRES_FATAL_ERROR;
        if (result && !flight.failed && (error || status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)) {
            PQclear(flight.answer);
            flight.answer = result;
            flight.failed = error;
            flight.completed += !error;
        } else {
            PQclear(result);
        }
    }
    flight.lost = !flight.timed_out;
    return flight;
}

/* An error that says that the session, not the statement, is over. */
static bool session_over(const struct connection *connection, const char *sqlstate) {
    return PQstatus(connection->pg) != CONNECTION_OK || !sqlstate || strncmp(sqlstate, "57P", 3) == 0 ||
           strncmp(sqlstate, "08", 2) == 0;
}

/* Tells a failed flight in the log and in problem. */
static void fail(struct connection *connection, const struct statement *statement, struct flight *flight,
                 struct problem *problem, bool *lost) {
    const char *sqlstate = flight->failed ? PQresultErrorField(flight->answer, PG_DIAG_SQLSTATE) : NULL;
    if (flight->timed_out) {
        connection->broken = connection->timed_out = true;
        problem_set(problem, "timeout", "The database did not answer in time.");
    } else if (flight->lost || session_over(connection, sqlstate)) {
        connection->broken = true;
        *lost = true;
        problem_set(problem, "unavailable", "The connection to the database was lost.");
    } else {
        problem_from_sqlstate(problem, sqlstate, PQresultErrorField(flight->answer, PG_DIAG_CONSTRAINT_NAME));
    }
    /* the message of an error of ours (syntax, permission) carries no value of a caller; others may */
    bool ours = sqlstate && (strncmp(sqlstate, "42", 2) == 0 || strncmp(sqlstate, "XX", 2) == 0);
    log_event(problem->status >= 500 ? LOG_ERROR : LOG_INFO, "query failed", LOG_TEXT("query", statement->name),
              LOG_TEXT("sqlstate", sqlstate ? sqlstate : ""),
              LOG_TEXT("message", ours ? PQresultErrorField(flight->answer, PG_DIAG_MESSAGE_PRIMARY) : ""));
}

static bool queue_prepare(struct connection *connection, const struct statement *statement) {
    assert(statement->index < STATEMENTS_MAX);
    return is_prepared(connection, statement->index) ||
           PQsendPrepare(connection->pg, statement->name, statement->text, (int)statement->count, statement->types);
}

/* The statement's plan or name is no longer valid in this session (TRAPS: after DDL, after DISCARD). */
static bool stale(const struct flight *flight) {
    const char *sqlstate = flight->failed ? PQresultErrorField(flight->answer, PG_DIAG_SQLSTATE) : NULL;
    return sqlstate && (strcmp(sqlstate, "0A000") == 0 || strcmp(sqlstate, "26000") == 0);
}

static bool queue(struct connection *connection, const struct statement *statement, const char *const *values) {
    if (!queue_prepare(connection, statement))
        return false;
    if (!values)
        return PQsendDescribePrepared(connection->pg, statement->name);
    return PQsendQueryPrepared(connection->pg, statement->name, (int)statement->count, values, NULL, NULL, 0);
}

static struct result *run(struct connection *connection, const struct statement *statement, const char *const *values,
                          struct problem *problem, bool *lost) {
    struct flight flight = {0};
    *lost = false;
    for (int attempt = 0; attempt < 2; attempt++) {
        flight = (struct flight){.lost = true};
        if (queue(connection, statement, values))
            flight = fly(connection);
        if (flight.completed) /* a statement stays prepared even where its first run fails */
            set_prepared(connection, statement->index, true);
        if (!flight.failed && !flight.lost && !flight.timed_out)
            return (struct result *)flight.answer;
        if (attempt || !stale(&flight))
            break;
        set_prepared(connection, statement->index, false);
        /* the name is still taken in the session: free it before preparing anew */
        PQclear(flight.answer);
        char deallocate[128] = "DEALLOCATE ";
        strncat(deallocate, statement->name, sizeof deallocate - 16);
        if (PQsendQueryParams(connection->pg, deallocate, 0, NULL, NULL, NULL, NULL, 0))
            PQclear(fly(connection).answer);
    }
    fail(connection, statement, &flight, problem, lost);
    PQclear(flight.answer);
    return NULL;
}

struct result *pg_run(struct connection *connection, const struct statement *statement, const char *const *values,
                      struct problem *problem, bool *lost) {
    static const char *const none[1];
    return run(connection, statement, values ? values : none, problem, lost);
}

struct result *pg_describe(struct connection *connection, const struct statement *statement, struct problem *problem,
                           bool *lost) {
    return run(connection, statement, NULL, problem, lost);
}

void result_free(struct result **result) {
    PQclear(handle(*result));
    *result = NULL;
}

unsigned result_rows(const struct result *result) {
    return (unsigned)PQntuples(handle(result));
}

unsigned result_columns(const struct result *result) {
    return (unsigned)PQnfields(handle(result));
}

const char *result_column_name(const struct result *result, unsigned column) {
    return PQfname(handle(result), (int)column);
}

oid result_column_type(const struct result *result, unsigned column) {
    return PQftype(handle(result), (int)column);
}

void result_row(const struct result *result, unsigned row, struct value *values) {
    const PGresult *rows = handle(result);
    int columns = PQnfields(rows);
    for (int i = 0; i < columns; i++) {
        bool null = PQgetisnull(rows, (int)row, i);
        values[i].text = null ? NULL : PQgetvalue(rows, (int)row, i);
        values[i].length = null ? 0 : (size_t)PQgetlength(rows, (int)row, i);
    }
}
