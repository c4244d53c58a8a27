/* The transaction of a request with a token: who asks, what is done, what is answered, and that it is done once. */
#pragma once
#include "op/operation.h"
#include "pg/pool.h"

/* Each with its name, its text where that is not a file of the queries folder, and its parameters in the order in
 * which their values are given, by which script/contract numbers them. The database knows their types: those of the
 * functions that they call and the columns that they fill. */
#define ENGINE_STATEMENTS(X)                                                                                           \
    X(ENTER, "_enter", NULL, "issuer subject token_id issued_at scope request operation roles dry_run")                \
    X(UNDO, "_undo", NULL, "")                                                                                         \
    X(CLAIM, "_claim", NULL, "operation key hash")                                                                     \
    X(KEEP, "_keep", NULL, "operation key hash status location etag content_type body")                                \
    X(KEPT, "_kept", NULL, "operation key hash")                                                                       \
    X(CLIENT_ROLES, "_clientRoles", NULL, "client secret_sha256")                                                      \
    X(CLIENT_JWKS, "_clientJwks", NULL, "client")                                                                      \
    X(SPEND_TOKEN, "_spendToken", NULL, "issuer token_id expires_at")                                                  \
    X(UNKNOWN_ACCOUNT, "_unknownAccount", NULL, "issuer subject")                                                      \
    X(ACCOUNT_ADD, "_accountAdd", NULL, "issuer subject role label secret")                                            \
    X(RETENTION, "_retention", NULL, "")                                                                               \
    X(ERASURES, "_erasures", NULL, "")                                                                                 \
    X(ERASE, "_erase", NULL, "person at")                                                                              \
    X(RECORD_USES, "_recordUses", NULL, "version at item kind agent day_key previous_key month_key")                   \
    X(USAGE_SALTS, "_usageSalts", NULL, "at")                                                                          \
    X(AGENT_PATTERNS, "_agentPatterns", NULL, "")                                                                      \
    X(IMPORT_AGENTS, "_importAgents", NULL, "patterns")                                                                \
    X(RECOUNT, "_recount", NULL, "")                                                                                   \
    X(RECOUNT_VERIFY, "_recountVerify", NULL, "")                                                                      \
    X(FILE_FIND, "_fileFind", NULL, "collection slug name")                                                            \
    X(FILE_PIECE, "_filePiece", NULL, "file n")                                                                        \
    X(FILE_BEGIN, "_fileBegin", NULL, "collection slug name only_new tags file")                                       \
    X(FILE_CHUNK, "_fileChunk", NULL, "file n bytes")                                                                  \
    X(FILE_END, "_fileEnd", NULL, "collection slug name only_new tags file media_type size sha256")                    \
    X(FILE_DROP, "_fileDrop", NULL, "file")                                                                            \
    X(FILE_DELETE, "_fileDelete", NULL, "collection slug name tags")                                                   \
    X(FRESHNESS, "_freshness", NULL, "token")                                                                          \
    X(PING, "ping", "SELECT current_setting('transaction_read_only') = 'off'", "")                                     \
    X(TERMS, "terms", "SELECT scip.term_faults($1)", "terms")                                                          \
    X(BEGIN, "begin", "BEGIN", "")                                                                                     \
    X(SNAPSHOT, "snapshot", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "")                                     \
    X(COMMIT, "commit", "COMMIT", "")                                                                                  \
    X(ROLLBACK, "rollback", "ROLLBACK", "")

#define ENGINE_STATEMENT_ID(id, name, text, parameters) id,
enum transaction_statement { ENGINE_STATEMENTS(ENGINE_STATEMENT_ID) TRANSACTION_STATEMENTS };

/* Parameters of ENTER, by their places. */
enum { ENTER_SUBJECT = 1, ENTER_SCOPE = 4, ENTER_ROLES = 7, ENTER_VALUES = 9 };

struct transactions {
    struct statement statements[TRANSACTION_STATEMENTS]; /* text NULL: there is no such file */
    struct pool *pool, *central;
};

struct call {
    const struct operation *operation;
    struct command own; /* what is done */
    const char *const *answer_values, *const *enter;
    bool dry_run, at_once;  /* at_once: committed with it, and done again where that is not known, which does no harm */
    const char *key, *hash; /* Idempotency-Key, or NULL, and a hash of the whole request as a bytea */
};

struct outcome {
    struct result *row, *answer; /* the caller's; answer NULL where row is the answer */
    struct result *kept;         /* an earlier answer: status, location, etag, content_type, body */
    struct connection *held;     /* the transaction is open until it is committed or dropped */
    struct pool *pool;           /* that lent it */
};

/* Loads the statements of the contract, which lends their texts. */
void transactions_load(struct transactions *transactions, const json_t *statements, struct gate *gate);

/* Runs a statement by itself, once more where the connection broke: it does no harm twice. NULL with a problem. */
struct result *transaction_ask(const struct transactions *transactions, enum transaction_statement which,
                               const char *const *values, struct problem *problem);

/* Runs the call. A read, a dry run and what is done at once are over; a write stays open until its answer is made: what
 * is answered as failed is not committed. False with a problem. */
bool transaction_run(const struct transactions *transactions, const struct call *call, struct outcome *outcome,
                     struct problem *problem);

/* Commits; with a key the answer (status, location, etag, content_type, body) is kept under it. */
bool transaction_commit(const struct transactions *transactions, const struct call *call, struct outcome *outcome,
                        const char *const answer[static 5], struct problem *problem);

/* Undoes what is still open and frees the results. */
void transaction_drop(const struct transactions *transactions, struct outcome *outcome);
