/* Prepared statements in one pipeline, and their rows. The only place with libpq-fe.h is pg/. */
#pragma once
#include "base/gate.h"
#include "base/problem.h"
#include "pg/pool.h"
#include "pg/result.h"

/* The types that parameters and columns may have (pg_type.dat; their OIDs never change). */
enum {
    OID_BOOL = 16,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_JSON = 114,
    OID_FLOAT8 = 701,
    OID_VARCHAR = 1043,
    OID_DATE = 1082,
    OID_TIMESTAMP = 1114,
    OID_TIMESTAMPTZ = 1184,
    OID_NUMERIC = 1700,
    OID_UUID = 2950,
    OID_JSONB = 3802,
};

struct statement {
    unsigned index;   /* statement_number gives it */
    const char *name; /* of the prepared statement */
    const char *text;
    unsigned count;
    const oid *types; /* of the parameters; NULL: as the database finds them */
    bool once;        /* it is planned for its values, not prepared */
};

/* Gives it the next number of the process, by which sessions know what they have prepared; a fault at where, when there
 * are no more. */
void statement_number(struct statement *statement, const char *where, struct gate *gate);

enum { COMMANDS_MAX = 7 };

/* One statement of a pipeline. */
struct command {
    const struct statement *statement;
    const char *const *values; /* text form, NULL is SQL NULL; NULL where there are none */
    const int *lengths;        /* of the values in binary form, 0 for the others; NULL: all are text */
    bool binary;               /* the result's cells are in binary form */
    struct result *result;     /* out: the caller's; NULL after a failure */
};

/* Sends all commands, COMMANDS_MAX at most and no statement twice, with one Sync (libpq's pipeline mode), preparing
 * what the session has not seen, and answers only after it: without a BEGIN among them they are one implicit
 * transaction, with one it stays open. What the session or others got in the way of (a stale plan, a deadlock) is
 * retried once. False with a problem, and no results. SCDRY, by which a last command undoes what the others
 * did, is no failure. */
bool pg_pipeline(struct connection *connection, struct command *commands, unsigned count, struct problem *problem);

/* pg_pipeline of one command without values, whose result nobody wants. */
bool pg_do(struct connection *connection, const struct statement *statement, struct problem *problem);

/* pg_pipeline on a connection that the pool lends for it alone. retry: where that broke, once more on another one,
 * which must do no harm. */
bool pool_pipeline(struct pool *pool, struct command *commands, unsigned count, bool retry, struct problem *problem);

/* pool_pipeline of one command: its result, or NULL. */
struct result *pool_run(struct pool *pool, const struct statement *statement, const char *const *values, bool retry,
                        struct problem *problem);

/* Prepares and describes: a result without rows, whose columns give names and types. */
struct result *pg_describe(struct connection *connection, const struct statement *statement, struct problem *problem);
