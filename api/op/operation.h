/* An operation of the contract linked to its SQL file or its handler. */
#pragma once
#include "base/gate.h"
#include "contract/contract.h"
#include "contract/query.h"
#include "op/column.h"
#include "pg/run.h"
#include <stdatomic.h>

struct app;
struct request;

/* A hand-written operation, for what SQL cannot do: fills the request's response, or its problem and gives false. */
typedef bool operation_handler(struct request *request);

/* Says the request's problem in the words of another protocol, whoever refuses: fills response, or gives false. */
typedef bool operation_refusal(struct request *request);

struct handler_entry {
    const char *id;
    operation_handler *run;
    operation_refusal *refuse; /* or NULL */
    const char *needs[3]; /* path parameters, required headers and required properties of the body that it trusts in */
};

enum binding_kind {
    BIND_PARAMETER,  /* from path, query or header */
    BIND_LIMIT,      /* the page's size plus one, or NULL for everything */
    BIND_AFTER,      /* :after_x from the cursor */
    BIND_PROPERTY,   /* a top-level property of the JSON body */
    BIND_BODY,       /* :body, the whole JSON body */
    BIND_IF_MATCH,   /* the versions that If-Match names, NULL for any */
    BIND_NEW_ID,     /* a new UUID */
    BIND_NEW_SECRET, /* 256 random bits as base64url */
    BIND_OPERATIONS, /* the roles of each operation that needs a token, as a JSON object */
    BIND_ADDRESS,    /* the service's own, without a slash at the end */
    BIND_CONTACT,    /* where to report a vulnerability, or NULL */
};

/* Where the value of a statement's parameter comes from. */
struct binding {
    const char *name;
    enum binding_kind kind;
    const struct parameter *parameter; /* BIND_PARAMETER */
    const struct statement *alone;     /* of a list for which nothing else is given, where its plan is kept; or NULL */
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
    const struct query *query;
    struct statement statement;
    bool splits;                       /* a list with filters: what is given to it has a plan of its own */
    const struct binding *bindings;    /* of the statement's parameters */
    const struct operation *answer;    /* the read whose row a write answers with, or NULL */
    _Atomic(const struct link *) link; /* NULL until the database has described it */
};

/* The static gate: every operation has a query in the folder `queries`, or in `derived` beside it, or one of the
 * handlers (ended by a NULL id), every query file has an operation, every :name one source and every query parameter a
 * use. Gives spec_count operations, lent by arena. */
struct operation *operations_load(struct arena *arena, const struct contract *contract, const char *queries,
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
