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

/* Whether the session has it prepared: to be asked, and to be set. */
static bool *prepared(struct connection *connection, unsigned index) {
    assert(index < STATEMENTS_MAX);
    return &connection->prepared[index];
}

/* Commands under way. */
struct pipeline {
    struct connection *connection;
    struct command *commands;
    unsigned count, at; /* at: the command whose answer comes next */
    bool describe;      /* the statements, instead of running them */
    bool preparing;     /* its Prepare is answered first */
    int64_t deadline_us;
    PGresult *error;
    bool timed_out, lost; /* no answer: the connection is of no more use */
};

static bool send_all(const struct pipeline *pipeline) {
    PGconn *pg = pipeline->connection->pg;
    int pending;
    while ((pending = PQflush(pg)) == 1) {
        if (!connection_wait(pg, POLLIN | POLLOUT, pipeline->deadline_us) || !PQconsumeInput(pg))
            return false;
    }
    return pending == 0;
}

/* The next result, waiting for it no longer than the deadline; NULL also ends each command. */
static bool next_result(struct pipeline *pipeline, PGresult **result) {
    PGconn *pg = pipeline->connection->pg;
    while (PQisBusy(pg)) {
        pipeline->timed_out = !connection_wait(pg, POLLIN, pipeline->deadline_us);
        if (pipeline->timed_out || !PQconsumeInput(pg))
            return false;
    }
    *result = PQgetResult(pg);
    return true;
}

static bool queue(const struct pipeline *pipeline, const struct command *command) {
    static const char *const none[1];
    const struct statement *statement = command->statement;
    PGconn *pg = pipeline->connection->pg;
    int formats[BINARY_VALUES_MAX]; /* 1 is binary */
    assert(!command->lengths || statement->count <= BINARY_VALUES_MAX);
    for (unsigned i = 0; command->lengths && i < statement->count; i++)
        formats[i] = command->lengths[i] != 0;
    if (statement->once)
        return PQsendQueryParams(pg, statement->text, (int)statement->count, statement->types, command->values, NULL,
                                 NULL, command->binary);
    if (!*prepared(pipeline->connection, statement->index) &&
        !PQsendPrepare(pg, statement->name, statement->text, (int)statement->count, statement->types))
        return false;
    return pipeline->describe
               ? PQsendDescribePrepared(pg, statement->name)
               : PQsendQueryPrepared(pg, statement->name, (int)statement->count, command->values ?: none,
                                     command->lengths, command->lengths ? formats : NULL, command->binary);
}

/* Whether the command whose answer comes next has to be prepared. */
static bool must_prepare(const struct pipeline *pipeline) {
    const struct statement *next = pipeline->at < pipeline->count ? pipeline->commands[pipeline->at].statement : NULL;
    return next && !next->once && !*prepared(pipeline->connection, next->index);
}

/* Hands one answer to the command that it belongs to. */
static void take_result(struct pipeline *pipeline, PGresult *result) {
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_FATAL_ERROR && !pipeline->error) {
        pipeline->error = result;
    } else if (pipeline->error || pipeline->at == pipeline->count ||
               (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)) {
        PQclear(result);
    } else if (pipeline->preparing) { /* it stays prepared even where its first run fails */
        *prepared(pipeline->connection, pipeline->commands[pipeline->at].statement->index) = true;
        pipeline->preparing = false;
        PQclear(result);
    } else {
        pipeline->commands[pipeline->at++].result = (struct result *)result;
        pipeline->preparing = must_prepare(pipeline);
    }
}

/* Sends the commands with a Sync and reads up to it: only then is anything known to be committed. */
static void exchange(struct pipeline *pipeline) {
    bool sent = true;
    assert(pipeline->count <= COMMANDS_MAX);
    pipeline->deadline_us = clock_us() + pipeline->connection->query_timeout_us + GRACE_US;
    pipeline->preparing = must_prepare(pipeline);
    for (unsigned i = 0; sent && i < pipeline->count; i++)
        sent = queue(pipeline, &pipeline->commands[i]);
    sent = sent && PQpipelineSync(pipeline->connection->pg) && send_all(pipeline);
    for (int nothing = 0; sent && nothing < 2;) { /* two in a row without a Sync: the connection is gone */
        PGresult *result;
        if (!next_result(pipeline, &result))
            break;
        nothing = result ? 0 : nothing + 1;
        if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
            PQclear(result);
            return;
        }
        if (result)
            take_result(pipeline, result);
    }
    pipeline->lost = !pipeline->timed_out;
}

static const char *error_field(const struct pipeline *pipeline, int field) {
    return (pipeline->error ? PQresultErrorField(pipeline->error, field) : NULL) ?: "";
}

static bool refuse_lost(struct problem *problem) {
    problem->lost = !problem_set(problem, "unavailable", "The connection to the database was lost.");
    return false;
}

/* Says in the log and in problem why a pipeline failed. */
static void report_failure(const struct pipeline *pipeline, struct problem *problem) {
    struct connection *connection = pipeline->connection;
    const char *sqlstate = error_field(pipeline, PG_DIAG_SQLSTATE);
    const char *constraint = error_field(pipeline, PG_DIAG_CONSTRAINT_NAME);
    if (pipeline->timed_out) {
        connection->broken = connection->timed_out = true;
        problem_set(problem, "timeout", "The database did not answer in time.");
    } else if (pipeline->lost || PQstatus(connection->pg) != CONNECTION_OK ||
               strcmp(error_field(pipeline, PG_DIAG_SEVERITY_NONLOCALIZED), "ERROR") != 0) {
        /* the session is over, not the statement alone: FATAL, PANIC, or no word of the server's at all */
        connection->broken = true;
        refuse_lost(problem);
    } else {
        /* a right that was never granted is a fault of ours, a policy's refusal is the caller's fault (403) */
        bool ungranted = strcmp(error_field(pipeline, PG_DIAG_SOURCE_FUNCTION), "aclcheck_error") == 0;
        problem_from_database(problem, &(struct database_error){ungranted ? "XX000" : sqlstate, constraint,
                                                                error_field(pipeline, PG_DIAG_COLUMN_NAME),
                                                                error_field(pipeline, PG_DIAG_MESSAGE_PRIMARY)});
    }
    /* the message of an error of ours (syntax, permission) carries no value of a caller; others may */
    bool ours = strncmp(sqlstate, "42", 2) == 0 || strncmp(sqlstate, "XX", 2) == 0;
    /* that an answer is kept, that another pool has the caller's login: no fault */
    bool expected = strcmp(sqlstate, "SC200") == 0 || strcmp(sqlstate, "SCPOL") == 0;
    snprintf(problem->sqlstate, sizeof problem->sqlstate, "%s", sqlstate);
    log_event(expected                 ? LOG_DEBUG
              : problem->status >= 500 ? LOG_ERROR
                                       : LOG_INFO,
              "query failed",
              LOG_TEXT("query", pipeline->at < pipeline->count ? pipeline->commands[pipeline->at].statement->name : ""),
              LOG_TEXT("sqlstate", sqlstate), LOG_TEXT("constraint", constraint),
              LOG_TEXT("message", ours ? error_field(pipeline, PG_DIAG_MESSAGE_PRIMARY) : ""));
}

/* A command of the session itself, in a pipeline of its own. */
static void run_text(struct connection *connection, const char *text) {
    struct pipeline pipeline = {.connection = connection};
    if (PQsendQueryParams(connection->pg, text, 0, NULL, NULL, NULL, NULL, 0))
        exchange(&pipeline);
    PQclear(pipeline.error);
}

/* Whether it is worth a second attempt, and if so makes the session fit for it: a plan or a name is no longer valid
 * there (TRAPS: after DDL, after DISCARD), or others held what this one needed. */
static bool may_retry(const struct pipeline *pipeline) {
    struct connection *connection = pipeline->connection;
    const char *sqlstate = error_field(pipeline, PG_DIAG_SQLSTATE);
    bool stale = strcmp(sqlstate, "0A000") == 0 || strcmp(sqlstate, "26000") == 0;
    bool collided = strcmp(sqlstate, "40001") == 0 || strcmp(sqlstate, "40P01") == 0;
    if (!stale && !collided)
        return false;
    if (PQtransactionStatus(connection->pg) == PQTRANS_INERROR)
        run_text(connection, "ROLLBACK");
    if (stale) {
        run_text(connection, "DEALLOCATE ALL");
        memset(connection->prepared, 0, sizeof connection->prepared);
    }
    return true;
}

static bool run_all(struct connection *connection, struct command *commands, unsigned count, bool describe,
                    struct problem *problem) {
    bool whole = PQtransactionStatus(connection->pg) == PQTRANS_IDLE; /* no earlier command would be undone with it */
    if (connection->broken)                                           /* it would be waited for again */
        return refuse_lost(problem);
    for (bool first = true, again = true; again; first = false) {
        struct pipeline pipeline = {
            .connection = connection, .commands = commands, .count = count, .describe = describe};
        exchange(&pipeline);
        bool undone = strcmp(error_field(&pipeline, PG_DIAG_SQLSTATE), "SCDRY") == 0;
        bool ok = undone || (!pipeline.error && !pipeline.lost && !pipeline.timed_out);
        for (unsigned i = 0; !ok && i < count; i++)
            result_free(&commands[i].result);
        again = !ok && first && whole && !pipeline.lost && !pipeline.timed_out && may_retry(&pipeline);
        if (!ok && !again)
            report_failure(&pipeline, problem);
        PQclear(pipeline.error);
        if (ok)
            return true;
    }
    return false;
}

bool pg_pipeline(struct connection *connection, struct command *commands, unsigned count, struct problem *problem) {
    return run_all(connection, commands, count, false, problem);
}

bool pg_do(struct connection *connection, const struct statement *statement, struct problem *problem) {
    struct command command = {.statement = statement};
    bool ok = run_all(connection, &command, 1, false, problem);
    result_free(&command.result);
    return ok;
}

bool pool_pipeline(struct pool *pool, struct command *commands, unsigned count, bool retry, struct problem *problem) {
    bool ok = false;
    for (int attempt = 0; !ok && (!attempt || (retry && attempt < 2 && problem->lost)); attempt++) {
        problem->status = 0;
        struct connection *connection = pool_take(pool, problem);
        ok = connection && run_all(connection, commands, count, false, problem);
        pool_give(pool, &connection);
    }
    return ok;
}

struct result *pool_run(struct pool *pool, const struct statement *statement, const char *const *values, bool retry,
                        struct problem *problem) {
    struct command command = {.statement = statement, .values = values};
    pool_pipeline(pool, &command, 1, retry, problem);
    return command.result;
}

struct result *pg_describe(struct connection *connection, const struct statement *statement, struct problem *problem) {
    struct command command = {.statement = statement};
    run_all(connection, &command, 1, true, problem);
    return command.result;
}
