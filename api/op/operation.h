/* An operation of the contract linked to its SQL file or its handler. */
#pragma once
#include "base/gate.h"
#include "contract/contract.h"
#include "op/column.h"
#include "pg/run.h"
#include <stdatomic.h>

struct app;
struct request;

/* A hand-written operation, for what SQL cannot do: fills the request's response, or its problem and gives false. */
typedef bool operation_handler(struct request *request);

/* Says the request's problem in the words of another protocol, whatever refuses: fills response, or gives false. */
typedef bool operation_refusal(struct request *request);

enum { HANDLER_NEEDS = 3 };

struct handler_entry {
    const char *id; /* a pattern (fnmatch) of operations; the first that fits counts */
    operation_handler *run;
    operation_refusal *refuse;        /* or NULL */
    const char *needs[HANDLER_NEEDS]; /* path parameters, required headers and required properties of the body that it
                                         trusts in */
};

/* The result's columns as the database described them. */
struct link {
    const struct column *columns;
    unsigned count;
    int status, location, version, bookmark, errors, rule; /* indexes of the columns _status …, or -1 */
};

struct operation {
    const struct spec *spec;
    operation_handler *handler; /* or NULL: a statement */
    operation_refusal *refuse;  /* or NULL: a problem of ours */
    struct statement statement;
    const struct statement *alone;  /* by the binding that alone is given, where its plan is kept; else without text */
    const struct operation *answer; /* the read whose row a write answers with, or NULL */
    _Atomic(const struct link *) link; /* NULL until the database has described it */
};

/* The operations of the contract with their statements, lent by arena; each has one, or one of the handlers (ended by
 * a NULL id), else it is a fault. */
struct operation *operations_load(struct arena *arena, const struct contract *contract,
                                  const struct handler_entry *handlers, struct gate *gate);

/* The operation of that id (length bytes) among those of the contract, or NULL. */
struct operation *operation_find(struct operation *operations, unsigned count, const char *id, size_t length);

/* The database gate: describes the statement and holds its columns against the 200 schema
 * (required ⊆ columns ⊆ properties, types agree). False with faults, or with a problem when there was
 * no answer. On success the operation is linked, once for the life of the process. */
bool operation_link(struct arena *arena, struct operation *operation, struct connection *connection, struct gate *gate,
                    struct problem *problem);

/* Whether a result still has the columns that were linked. */
bool operation_fits(const struct link *link, const struct result *result);
