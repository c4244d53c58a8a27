#include "op/transaction.h"
#include <string.h>
#include <unistd.h>

/* The statements' numbers follow those of the operations. */
enum { FIRST_INDEX = OPERATIONS_MAX, LEGS_MAX = 7, PARAMETERS_MAX = 12 };

static const struct known {
    const char *name, *text; /* text: not from a file */
    const char *parameters;  /* in the order of their first use */
    oid types[PARAMETERS_MAX];
} known[TRANSACTION_STATEMENTS] = {
    [ENTER] = {"_enter",
               NULL,
               " issuer subject token_id issued_at scope request operation roles dry_run",
               {OID_TEXT, OID_TEXT, OID_TEXT, OID_INT8, OID_TEXT, OID_TEXT, OID_TEXT, OID_TEXT_ARRAY, OID_BOOL}},
    [UNDO] = {"_undo", NULL, "", {0}},
    [CLAIM] = {"_claim", NULL, " operation key hash", {OID_TEXT, OID_TEXT, OID_BYTEA}},
    [KEEP] = {"_keep",
              NULL,
              " operation key hash status location etag content_type body",
              {OID_TEXT, OID_TEXT, OID_BYTEA, OID_INT4, OID_TEXT, OID_TEXT, OID_TEXT, OID_TEXT}},
    [KEPT] = {"_kept", NULL, " operation key hash", {OID_TEXT, OID_TEXT, OID_BYTEA}},
    [CLIENT_ROLES] = {"_clientRoles", NULL, " client secret_sha256", {OID_TEXT, OID_BYTEA}},
    [CLIENT_JWKS] = {"_clientJwks", NULL, " client", {OID_TEXT}},
    [SPEND_TOKEN] = {"_spendToken", NULL, " issuer token_id expires_at", {OID_TEXT, OID_TEXT, OID_INT8}},
    [UNKNOWN_ACCOUNT] = {"_unknownAccount", NULL, " issuer subject", {OID_TEXT, OID_TEXT}},
    [ACCOUNT_ADD] = {"_accountAdd",
                     NULL,
                     " issuer subject label role secret",
                     {OID_TEXT, OID_TEXT, OID_TEXT, OID_TEXT, OID_TEXT}},
    [RETENTION] = {"_retention", NULL, "", {0}},
    [ERASURES] = {"_erasures", NULL, "", {0}},
    [ERASE] = {"_erase", NULL, " person at", {OID_UUID, OID_TIMESTAMPTZ}},
    [RECORD_USES] = {"_recordUses",
                     NULL,
                     " version at item kind class day_key previous_key month_key",
                     {OID_INT8, OID_INT8_ARRAY, OID_TEXT_ARRAY, OID_INT4_ARRAY, OID_TEXT_ARRAY, OID_UUID_ARRAY,
                      OID_UUID_ARRAY, OID_UUID_ARRAY}},
    [USAGE_SALTS] = {"_usageSalts", NULL, " at", {OID_INT8}},
    [AGENT_PATTERNS] = {"_agentPatterns", NULL, "", {0}},
    [IMPORT_AGENTS] = {"_importAgents", NULL, " patterns", {OID_JSONB}},
    [RECOUNT] = {"_recount", NULL, "", {0}},
    [RECOUNT_VERIFY] = {"_recountVerify", NULL, "", {0}},
    [FILE_FIND] = {"_fileFind", NULL, " document resource name", {OID_TEXT, OID_TEXT, OID_TEXT}},
    [FILE_PIECE] = {"_filePiece", NULL, " file n", {OID_UUID, OID_INT4}},
    [FILE_BEGIN] = {"_fileBegin",
                    NULL,
                    " document resource name only_new tags file",
                    {OID_TEXT, OID_TEXT, OID_TEXT, OID_BOOL, OID_TEXT_ARRAY, OID_UUID}},
    [FILE_CHUNK] = {"_fileChunk", NULL, " file n bytes", {OID_UUID, OID_INT4, OID_BYTEA}},
    [FILE_END] = {"_fileEnd",
                  NULL,
                  " document resource name only_new tags file media_type size sha256",
                  {OID_TEXT, OID_TEXT, OID_TEXT, OID_BOOL, OID_TEXT_ARRAY, OID_UUID, OID_TEXT, OID_INT8, OID_BYTEA}},
    [FILE_DROP] = {"_fileDrop", NULL, " file", {OID_UUID}},
    [FILE_DELETE] = {"_fileDelete",
                     NULL,
                     " document resource name tags",
                     {OID_TEXT, OID_TEXT, OID_TEXT, OID_TEXT_ARRAY}},
    [BEGIN] = {"begin", "BEGIN", "", {0}},
    [SNAPSHOT] = {"snapshot", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "", {0}},
    [COMMIT] = {"commit", "COMMIT", "", {0}},
    [ROLLBACK] = {"rollback", "ROLLBACK", "", {0}},
};

static void load_file(struct arena *arena, struct statement *statement, const struct known *own, const char *queries,
                      struct gate *gate) {
    const char *path = arena_printf(arena, "%s/%s.sql", queries, own->name);
    const struct query *query = access(path, R_OK) == 0 ? query_load(arena, path, gate) : NULL;
    if (!query)
        return;
    struct buf names = buf_new(arena, 128, 1024);
    for (unsigned i = 0; i < query->count; i++)
        buf_printf(&names, " %s", query->names[i]);
    if (strcmp(buf_text(&names), own->parameters) != 0)
        gate_fault(gate, path, "takes these parameters in this order:%s", own->parameters);
    statement->text = query->text;
    statement->count = query->count;
}

void transactions_load(struct arena *arena, struct transactions *transactions, const char *queries, struct gate *gate) {
    for (unsigned i = 0; i < TRANSACTION_STATEMENTS; i++) {
        struct statement *statement = &transactions->statements[i];
        *statement = (struct statement){
            .index = FIRST_INDEX + i, .name = known[i].name, .text = known[i].text, .types = known[i].types};
        if (!statement->text)
            load_file(arena, statement, &known[i], queries, gate);
    }
}

struct result *transaction_ask(const struct transactions *transactions, enum transaction_statement which,
                               const char *const *values, struct problem *problem) {
    const struct statement *statement = &transactions->statements[which];
    struct result *result = NULL;
    bool lost = true;
    if (!statement->text)
        problem_set(problem, "unavailable", "The service is not set up for this.");
    for (int attempt = 0; statement->text && attempt < 2 && lost && !result; attempt++) {
        problem->status = 0;
        struct connection *connection = pool_take(transactions->pool, problem);
        if (!connection)
            return NULL;
        result = pg_run(connection, statement, values, problem, &lost);
        pool_give(transactions->pool, &connection);
    }
    return result;
}

static void add(struct leg *legs, unsigned *count, const struct statement *statement, const char *const *values) {
    legs[(*count)++] = (struct leg){.statement = statement, .values = values};
}

/* Looks for an earlier answer to the same request; on success it stands in outcome. */
static bool find_kept(const struct transactions *transactions, struct connection *connection, const struct call *call,
                      bool open, struct outcome *outcome, struct problem *problem) {
    const char *const values[] = {call->operation->spec->id, call->key, call->hash};
    const struct statement *statements = transactions->statements;
    struct leg legs[LEGS_MAX];
    unsigned count = 0;
    struct failure failure;
    if (open)
        add(legs, &count, &statements[ROLLBACK], NULL);
    add(legs, &count, &statements[ENTER], call->enter);
    add(legs, &count, &statements[KEPT], values);
    if (!pg_fly(connection, legs, count, problem, &failure))
        return false;
    outcome->kept = legs[count - 1].result;
    for (unsigned i = 0; i + 1 < count; i++)
        result_free(&legs[i].result);
    if (!result_rows(outcome->kept)) {
        result_free(&outcome->kept);
        return problem_set(problem, "unavailable", "Whether the request took effect is not known: send it again.");
    }
    problem->status = 0;
    return true;
}

/* What happened to a request whose connection broke at the end: its answer was kept with its effect, or neither. */
static bool find_lost(const struct transactions *transactions, const struct call *call, struct outcome *outcome,
                      struct problem *problem) {
    struct problem other = {0};
    struct connection *connection = pool_take(transactions->pool, &other);
    bool found = connection && find_kept(transactions, connection, call, false, outcome, &other);
    pool_give(transactions->pool, &connection);
    if (found)
        problem->status = 0;
    return found;
}

static bool run_once(const struct transactions *transactions, const struct call *call, struct outcome *outcome,
                     struct problem *problem, struct failure *failure) {
    const struct statement *statements = transactions->statements;
    bool once = call->key && !call->dry_run;
    const char *const claim[] = {call->operation->spec->id, call->key, call->hash};
    struct leg legs[LEGS_MAX];
    unsigned count = 0, own;
    struct connection *connection = pool_take(transactions->pool, problem);
    if (!connection)
        return false;
    if (once)
        add(legs, &count, &statements[BEGIN], NULL);
    add(legs, &count, &statements[ENTER], call->enter);
    if (once)
        add(legs, &count, &statements[CLAIM], claim);
    own = count;
    add(legs, &count, &call->operation->statement, call->values);
    if (call->operation->answer)
        add(legs, &count, &call->operation->answer->statement, call->answer_values);
    if (call->dry_run)
        add(legs, &count, &statements[UNDO], NULL);
    bool fine = pg_fly(connection, legs, count, problem, failure);
    if (fine) {
        outcome->row = legs[own].result;
        outcome->answer = call->operation->answer ? legs[own + 1].result : NULL;
        for (unsigned i = 0; i < count; i++)
            if (i != own && legs[i].result != outcome->answer)
                result_free(&legs[i].result);
        outcome->held = once ? connection : NULL;
    } else if (once && strcmp(failure->sqlstate, "SC200") == 0) {
        fine = find_kept(transactions, connection, call, true, outcome, problem);
    } else if (once && !failure->lost) {
        struct problem ignored = {0};
        struct leg rollback = {.statement = &statements[ROLLBACK]};
        struct failure other;
        pg_fly(connection, &rollback, 1, &ignored, &other);
        result_free(&rollback.result);
    }
    if (!outcome->held)
        pool_give(transactions->pool, &connection);
    return fine;
}

bool transaction_run(const struct transactions *transactions, const struct call *call, struct outcome *outcome,
                     struct problem *problem) {
    struct failure failure = {0};
    bool read = strcmp(call->operation->spec->method, "GET") == 0;
    bool fine = run_once(transactions, call, outcome, problem, &failure);
    if (!fine && failure.lost && (read || call->dry_run || call->key)) { /* with a key nothing was committed yet */
        *problem = (struct problem){0};
        fine = run_once(transactions, call, outcome, problem, &failure);
    }
    return fine || (failure.lost && call->key && find_lost(transactions, call, outcome, problem));
}

bool transaction_keep(const struct transactions *transactions, const struct call *call, struct outcome *outcome,
                      const char *const answer[static 5], struct problem *problem) {
    const char *const values[] = {
        call->operation->spec->id, call->key, call->hash, answer[0], answer[1], answer[2], answer[3], answer[4]};
    struct leg legs[] = {{.statement = &transactions->statements[KEEP], .values = values},
                         {.statement = &transactions->statements[COMMIT]}};
    struct failure failure;
    bool fine = pg_fly(outcome->held, legs, 2, problem, &failure);
    result_free(&legs[0].result);
    result_free(&legs[1].result);
    if (fine || failure.lost)
        pool_give(transactions->pool, &outcome->held);
    return fine || (failure.lost && find_lost(transactions, call, outcome, problem));
}

void transaction_drop(const struct transactions *transactions, struct outcome *outcome) {
    if (outcome->held) {
        struct problem ignored = {0};
        struct failure failure;
        struct leg rollback = {.statement = &transactions->statements[ROLLBACK]};
        pg_fly(outcome->held, &rollback, 1, &ignored, &failure);
        result_free(&rollback.result);
        pool_give(transactions->pool, &outcome->held);
    }
    result_free(&outcome->row);
    result_free(&outcome->answer);
    result_free(&outcome->kept);
}
