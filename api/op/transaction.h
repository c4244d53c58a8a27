/* The transaction of a request with a token: who asks, what is done, what is answered, and that it is done once.
 *
 * Beside the operation's own statement it runs those of the queries folder that begin with an underscore:
 * _enter (claims), _claim, _keep and _kept (answers by Idempotency-Key), _undo (the end of a dry run). */
#pragma once
#include "op/operation.h"
#include "pg/pool.h"

enum transaction_statement {
    ENTER,
    UNDO,
    CLAIM,
    KEEP,
    KEPT,
    CLIENT_ROLES,
    CLIENT_JWKS,
    SPEND_TOKEN,
    UNKNOWN_ACCOUNT,
    ACCOUNT_ADD,
    RETENTION,
    ERASURES,
    ERASE,
    RECORD_USES,
    USAGE_SALTS,
    AGENT_PATTERNS,
    IMPORT_AGENTS,
    RECOUNT,
    RECOUNT_VERIFY,
    FILE_FIND,
    FILE_PIECE,
    FILE_BEGIN,
    FILE_CHUNK,
    FILE_END,
    FILE_DROP,
    FILE_DELETE,
    BEGIN,
    SNAPSHOT,
    COMMIT,
    ROLLBACK,
    TRANSACTION_STATEMENTS
};

/* The parameters of _enter: issuer, subject, token_id, issued_at, scope, request, operation, roles, dry_run. */
enum { ENTER_VALUES = 9 };

struct transactions {
    struct statement statements[TRANSACTION_STATEMENTS]; /* text NULL: the folder has no such file */
    struct pool *pool;
};

struct call {
    const struct operation *operation;
    const char *const *values, *const *answer_values; /* of the operation, and of the one it answers with */
    const char *const *enter;
    bool dry_run;
    const char *key, *hash; /* Idempotency-Key, or NULL, and a hash of the whole request as a bytea */
};

struct outcome {
    struct result *row, *answer; /* the caller's; answer NULL where row is the answer */
    struct result *kept;         /* an earlier answer: status, location, etag, content_type, body */
    struct connection *held;     /* the transaction is open until transaction_keep or transaction_drop */
};

/* Loads the statements; faults where one does not take the parameters that it is given. */
void transactions_load(struct arena *arena, struct transactions *transactions, const char *queries, struct gate *gate);

/* Runs a statement by itself, once more where the connection broke: it does no harm twice. NULL with a problem. */
struct result *transaction_ask(const struct transactions *transactions, enum transaction_statement which,
                               const char *const *values, struct problem *problem);

/* Runs the call. Without a key it is over; with one the answer is kept next. False with a problem. */
bool transaction_run(const struct transactions *transactions, const struct call *call, struct outcome *outcome,
                     struct problem *problem);

/* Keeps the answer (status, location, etag, content_type, body) under the call's key and commits. */
bool transaction_keep(const struct transactions *transactions, const struct call *call, struct outcome *outcome,
                      const char *const answer[static 5], struct problem *problem);

/* Undoes what is still open and frees the results. */
void transaction_drop(const struct transactions *transactions, struct outcome *outcome);
