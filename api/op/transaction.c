#include "op/transaction.h"
#include <assert.h>
#include <string.h>

#define KNOWN(id, word, sql, parameters) {.name = word, .text = sql, .count = sizeof parameters > 1},
static const struct statement known[] = {ENGINE_STATEMENTS(KNOWN)};

void transactions_load(struct transactions *transactions, const json_t *statements, struct gate *gate) {
    for (unsigned i = 0; i < TRANSACTION_STATEMENTS; i++) {
        struct statement *statement = &transactions->statements[i];
        const json_t *file = json_object_get(statements, known[i].name);
        *statement = known[i];
        if (!known[i].text) {
            statement->text = json_string_value(json_array_get(file, 0));
            statement->count = (unsigned)json_integer_value(json_array_get(file, 1));
        }
        statement_number(statement, statement->name, gate);
    }
}

/* The central team has a login of its own. Who is of it only the transaction knows: ctx.enter() refuses the wrong login
 * (SCPOL). What a caller was last time is remembered by a hash of who it is, so that it happens once. */
static atomic_bool *is_central(const char *const *enter) {
    static atomic_bool callers[4096];
    const char *subject = enter[ENTER_SUBJECT], *scope = enter[ENTER_SCOPE] ?: "";
    uint64_t hash = hash_bytes(hash_bytes(0, subject, strlen(subject)), scope, strlen(scope));
    return &callers[hash % (sizeof callers / sizeof *callers)];
}

static struct pool *guess_pool(const struct transactions *transactions, const char *const *enter) {
    bool central = strcmp(enter[ENTER_ROLES], "{central}") == 0 || atomic_load(is_central(enter));
    return central ? transactions->central : transactions->pool;
}

struct result *transaction_ask(const struct transactions *transactions, enum transaction_statement which,
                               const char *const *values, struct problem *problem) {
    const struct statement *statement = &transactions->statements[which];
    if (statement->text)
        return pool_run(transactions->pool, statement, values, true, problem);
    problem_set(problem, "unavailable", "The service is not set up for this.");
    return NULL;
}

static void push(struct command *list, unsigned *count, const struct statement *statement, const char *const *values) {
    assert(*count < COMMANDS_MAX);
    list[(*count)++] = (struct command){.statement = statement, .values = values};
}

static void roll_back(const struct transactions *transactions, struct connection *connection) {
    pg_do(connection, &transactions->statements[ROLLBACK], &(struct problem){0});
}

/* Looks for an earlier answer to the same request; on success it stands in outcome. */
static bool find_kept(const struct transactions *transactions, struct connection *connection, const struct call *call,
                      bool open, struct outcome *outcome, struct problem *problem) {
    const char *const values[] = {call->operation->spec->id, call->key, call->hash};
    const struct statement *statements = transactions->statements;
    struct command commands[COMMANDS_MAX];
    unsigned count = 0;
    if (open)
        push(commands, &count, &statements[ROLLBACK], NULL);
    push(commands, &count, &statements[ENTER], call->enter);
    push(commands, &count, &statements[KEPT], values);
    if (!pg_pipeline(connection, commands, count, problem))
        return false;
    outcome->kept = commands[count - 1].result;
    for (unsigned i = 0; i + 1 < count; i++)
        result_free(&commands[i].result);
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
    struct connection *connection = pool_take(outcome->pool, &other);
    bool found = connection && find_kept(transactions, connection, call, false, outcome, &other);
    pool_give(outcome->pool, &connection);
    if (found)
        problem->status = 0;
    return found;
}

static bool run_once(const struct transactions *transactions, const struct call *call, struct outcome *outcome,
                     struct problem *problem) {
    const struct statement *statements = transactions->statements;
    bool held = !call->dry_run && !call->at_once && strcmp(call->operation->spec->method, "GET") != 0;
    bool once = held && call->key;
    const char *const claim[] = {call->operation->spec->id, call->key, call->hash};
    struct command commands[COMMANDS_MAX];
    unsigned count = 0, own;
    outcome->pool = guess_pool(transactions, call->enter);
    struct connection *connection = pool_take(outcome->pool, problem);
    if (!connection)
        return false;
    if (held)
        push(commands, &count, &statements[BEGIN], NULL);
    push(commands, &count, &statements[ENTER], call->enter);
    if (once)
        push(commands, &count, &statements[CLAIM], claim);
    commands[own = count++] = call->own;
    if (call->operation->answer)
        push(commands, &count, &call->operation->answer->statement, call->answer_values);
    if (call->dry_run)
        push(commands, &count, &statements[UNDO], NULL);
    bool ok = pg_pipeline(connection, commands, count, problem);
    if (ok) {
        outcome->row = commands[own].result;
        outcome->answer = call->operation->answer ? commands[own + 1].result : NULL;
        for (unsigned i = 0; i < count; i++)
            if (i != own && commands[i].result != outcome->answer)
                result_free(&commands[i].result);
        outcome->held = held ? connection : NULL;
    } else if (once && strcmp(problem->sqlstate, "SC200") == 0) {
        ok = find_kept(transactions, connection, call, true, outcome, problem);
    } else if (held && !problem->lost) {
        roll_back(transactions, connection);
    }
    if (!outcome->held)
        pool_give(outcome->pool, &connection);
    return ok;
}

bool transaction_run(const struct transactions *transactions, const struct call *call, struct outcome *outcome,
                     struct problem *problem) {
    bool ok, again, elsewhere;
    int losses = 0, moves = 0;
    do { /* in the other pool, and once more in each where the connection broke: nothing was committed yet, or does no
            harm twice */
        *problem = (struct problem){0};
        ok = run_once(transactions, call, outcome, problem);
        if ((elsewhere = strcmp(problem->sqlstate, "SCPOL") == 0))
            atomic_store(is_central(call->enter), outcome->pool == transactions->pool);
        again = elsewhere ? !moves++ : problem->lost && losses++ <= moves;
    } while (!ok && again);
    return ok || (problem->lost && call->key && find_lost(transactions, call, outcome, problem));
}

bool transaction_commit(const struct transactions *transactions, const struct call *call, struct outcome *outcome,
                        const char *const answer[static 5], struct problem *problem) {
    const char *const values[] = {
        call->operation->spec->id, call->key, call->hash, answer[0], answer[1], answer[2], answer[3], answer[4]};
    struct command commands[] = {{.statement = &transactions->statements[KEEP], .values = values},
                                 {.statement = &transactions->statements[COMMIT]}};
    unsigned first = call->key ? 0 : 1;
    bool ok = pg_pipeline(outcome->held, commands + first, 2 - first, problem);
    result_free(&commands[0].result);
    result_free(&commands[1].result);
    if (ok || problem->lost)
        pool_give(outcome->pool, &outcome->held);
    return ok || (problem->lost && call->key && find_lost(transactions, call, outcome, problem));
}

void transaction_drop(const struct transactions *transactions, struct outcome *outcome) {
    if (outcome->held) {
        roll_back(transactions, outcome->held);
        pool_give(outcome->pool, &outcome->held);
    }
    result_free(&outcome->row);
    result_free(&outcome->answer);
    result_free(&outcome->kept);
}
