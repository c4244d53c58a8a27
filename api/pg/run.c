#include "pg/run.h"
#include "base/log.h"
#include "pg/connection.h"
#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

/* The server's own statement_timeout should fire first: then the connection survives. */
enum { GRACE_US = 500000, BINARY_VALUES_MAX = 16 };

void statement_number(struct statement *statement, const char *where, struct gate *gate) {
    static unsigned count;
    statement->index = count++;
    if (count == STATEMENTS_MAX + 1)
        gate_fault(gate, where, "there are more than %d statements", STATEMENTS_MAX);
}

static bool is_prepared(const struct connection *connection, unsigned index) {
    assert(index < STATEMENTS_MAX);
    return connection->prepared[index / 64] >> (index % 64) & 1;
}

static void set_prepared(struct connection *connection, unsigned index, bool prepared) {
    uint64_t bit = (uint64_t)1 << (index % 64);
    connection->prepared[index / 64] &= ~bit;
    connection->prepared[index / 64] |= prepared ? bit : 0;
}

/* A flight under way. */
struct flight {
    struct leg *legs;
    unsigned count, at; /* at: the leg whose answer comes next */
    bool preparing;     /* its Prepare is answered first */
    PGresult *error;
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

static bool queue(struct connection *connection, const struct leg *leg, bool describe) {
    static const char *const none[1];
    const struct statement *statement = leg->statement;
    int formats[BINARY_VALUES_MAX]; /* 1 is binary */
    assert(!leg->lengths || statement->count <= BINARY_VALUES_MAX);
    for (unsigned i = 0; leg->lengths && i < statement->count; i++)
        formats[i] = leg->lengths[i] != 0;
    if (!is_prepared(connection, statement->index) &&
        !PQsendPrepare(connection->pg, statement->name, statement->text, (int)statement->count, statement->types))
        return false;
    return describe ? PQsendDescribePrepared(connection->pg, statement->name)
                    : PQsendQueryPrepared(connection->pg, statement->name, (int)statement->count, leg->values ?: none,
                                          leg->lengths, leg->lengths ? formats : NULL, leg->binary);
}

/* Hands one answer to the command that it belongs to. */
static void take(struct connection *connection, struct flight *flight, PGresult *result) {
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_FATAL_ERROR && !flight->error) {
        flight->error = result;
    } else if (flight->error || flight->at == flight->count ||
               (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)) {
        PQclear(result);
    } else if (flight->preparing) { /* it stays prepared even where its first run fails */
        set_prepared(connection, flight->legs[flight->at].statement->index, true);
        flight->preparing = false;
        PQclear(result);
    } else {
        flight->legs[flight->at++].result = (struct result *)result;
        flight->preparing =
            flight->at < flight->count && !is_prepared(connection, flight->legs[flight->at].statement->index);
    }
}

/* Sends the legs with a Sync and reads up to it: only then is anything known to be committed. */
static void fly(struct connection *connection, struct flight *flight, bool describe) {
    int64_t deadline_us = clock_us() + connection->query_timeout_us + GRACE_US;
    bool sent = true;
    assert(flight->count <= LEGS_MAX);
    flight->preparing = flight->count && !is_prepared(connection, flight->legs[0].statement->index);
    for (unsigned i = 0; sent && i < flight->count; i++)
        sent = queue(connection, &flight->legs[i], describe);
    if (!sent || !PQpipelineSync(connection->pg) || !send_all(connection, deadline_us)) {
        flight->lost = true;
        return;
    }
    for (int nothing = 0; nothing < 2;) { /* two in a row without a Sync: the connection is gone */
        PGresult *result;
        if (!next_result(connection, deadline_us, flight, &result))
            break;
        nothing = result ? 0 : nothing + 1;
        if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
            PQclear(result);
            return;
        }
        if (result)
            take(connection, flight, result);
    }
    flight->lost = !flight->timed_out;
}

static const char *error_field(const struct flight *flight, int field) {
    return (flight->error ? PQresultErrorField(flight->error, field) : NULL) ?: "";
}

/* Whether the session, not the statement alone, is over: FATAL, PANIC, or no word of the server's at all. */
static bool session_over(const struct connection *connection, const struct flight *flight) {
    return PQstatus(connection->pg) != CONNECTION_OK ||
           strcmp(error_field(flight, PG_DIAG_SEVERITY_NONLOCALIZED), "ERROR") != 0;
}

/* Tells a failed flight in the log and in problem. */
static void fail(struct connection *connection, const struct flight *flight, struct problem *problem,
                 struct failure *failure) {
    const char *sqlstate = error_field(flight, PG_DIAG_SQLSTATE);
    if (flight->timed_out) {
        connection->broken = connection->timed_out = true;
        problem_set(problem, "timeout", "The database did not answer in time.");
    } else if (flight->lost || session_over(connection, flight)) {
        connection->broken = failure->lost = true;
        problem_set(problem, "unavailable", "The connection to the database was lost.");
    } else {
        /* a right that was never granted is a fault of ours, one that a policy refuses is the caller's lot */
        bool ungranted = strcmp(error_field(flight, PG_DIAG_SOURCE_FUNCTION), "aclcheck_error") == 0;
        problem_from_sqlstate(problem, ungranted ? "XX000" : sqlstate, error_field(flight, PG_DIAG_CONSTRAINT_NAME));
    }
    /* the message of an error of ours (syntax, permission) carries no value of a caller; others may */
    bool ours = strncmp(sqlstate, "42", 2) == 0 || strncmp(sqlstate, "XX", 2) == 0;
    bool expected = strcmp(sqlstate, "SC200") == 0; /* that an answer is kept: no fault */
    snprintf(failure->sqlstate, sizeof failure->sqlstate, "%s", sqlstate);
    log_event(expected                 ? LOG_DEBUG
              : problem->status >= 500 ? LOG_ERROR
                                       : LOG_INFO,
              "query failed",
              LOG_TEXT("query", flight->at < flight->count ? flight->legs[flight->at].statement->name : ""),
              LOG_TEXT("sqlstate", sqlstate), LOG_TEXT("constraint", error_field(flight, PG_DIAG_CONSTRAINT_NAME)),
              LOG_TEXT("message", ours ? error_field(flight, PG_DIAG_MESSAGE_PRIMARY) : ""));
}

/* A command of the session itself, in a flight of its own. */
static void command(struct connection *connection, const char *text) {
    struct flight flight = {0};
    if (PQsendQueryParams(connection->pg, text, 0, NULL, NULL, NULL, NULL, 0))
        fly(connection, &flight, false);
    PQclear(flight.error);
}

/* Whether it is worth flying once more, and if so makes the session fit for it: a plan or a name is no longer valid
 * there (TRAPS: after DDL, after DISCARD), or others held what this one needed. */
static bool may_fly_again(struct connection *connection, const struct flight *flight) {
    const char *sqlstate = error_field(flight, PG_DIAG_SQLSTATE);
    bool stale = strcmp(sqlstate, "0A000") == 0 || strcmp(sqlstate, "26000") == 0;
    bool collided = strcmp(sqlstate, "40001") == 0 || strcmp(sqlstate, "40P01") == 0;
    if (!stale && !collided)
        return false;
    if (PQtransactionStatus(connection->pg) == PQTRANS_INERROR)
        command(connection, "ROLLBACK");
    if (stale) {
        command(connection, "DEALLOCATE ALL");
        memset(connection->prepared, 0, sizeof connection->prepared);
    }
    return true;
}

static bool run(struct connection *connection, struct leg *legs, unsigned count, bool describe, struct problem *problem,
                struct failure *failure) {
    bool whole = PQtransactionStatus(connection->pg) == PQTRANS_IDLE; /* no earlier flight would be undone with it */
    *failure = (struct failure){.lost = connection->broken};
    if (connection->broken) /* it would be waited for once more */
        return problem_set(problem, "unavailable", "The connection to the database was lost.");
    for (int attempt = 0;; attempt++) {
        struct flight flight = {.legs = legs, .count = count};
        fly(connection, &flight, describe);
        bool undone = strcmp(error_field(&flight, PG_DIAG_SQLSTATE), "SCDRY") == 0;
        if (undone)
            PQclear(flight.error);
        if (undone || (!flight.error && !flight.lost && !flight.timed_out))
            return true;
        for (unsigned i = 0; i < count; i++)
            result_free(&legs[i].result);
        bool again = !attempt && whole && !flight.lost && !flight.timed_out && may_fly_again(connection, &flight);
        if (!again)
            fail(connection, &flight, problem, failure);
        PQclear(flight.error);
        if (!again)
            return false;
    }
}

bool pg_fly(struct connection *connection, struct leg *legs, unsigned count, struct problem *problem,
            struct failure *failure) {
    return run(connection, legs, count, false, problem, failure);
}

bool pool_fly(struct pool *pool, struct leg *legs, unsigned count, bool again, struct problem *problem,
              struct failure *failure) {
    bool ok = false;
    *failure = (struct failure){.lost = true};
    for (int attempt = 0; !ok && failure->lost && attempt < (again ? 2 : 1); attempt++) {
        problem->status = 0;
        struct connection *connection = pool_take(pool, problem);
        if (!connection)
            return failure->lost = false;
        ok = run(connection, legs, count, false, problem, failure);
        pool_give(pool, &connection);
    }
    return ok;
}

struct result *pool_run(struct pool *pool, const struct statement *statement, const char *const *values, bool again,
                        struct problem *problem) {
    struct leg leg = {.statement = statement, .values = values};
    struct failure failure;
    pool_fly(pool, &leg, 1, again, problem, &failure);
    return leg.result;
}

struct result *pg_describe(struct connection *connection, const struct statement *statement, struct problem *problem,
                           bool *lost) {
    struct leg leg = {.statement = statement};
    struct failure failure;
    run(connection, &leg, 1, true, problem, &failure);
    *lost = failure.lost;
    return leg.result;
}
