#include "commands.h"
#include "op/agents.h"
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

/* One connection as the owner. */
static struct pool *owner(struct app *app) {
    struct pool_options options = {.url = app->config.database_url,
                                   .name = "scip-api command",
                                   .size = 1,
                                   .wait_us = 5000000,
                                   .query_timeout_us = 600000000};
    return pool_new(&options);
}

/* Runs one of the engine's statements; NULL after saying why. hint: what values must be. */
static struct result *ask(struct app *app, struct pool *pool, enum transaction_statement which,
                          const char *const *values, const char *hint) {
    const struct statement *statement = &app->transactions.statements[which];
    struct problem problem = {0};
    bool lost;
    struct connection *connection = statement->text ? pool_take(pool, &problem) : NULL;
    struct result *result = connection ? pg_run(connection, statement, values, &problem, &lost) : NULL;
    if (!result)
        fprintf(stderr, "%s: %s%s\n", statement->name, problem.status ? problem.detail : "there is no such statement",
                problem.status == 422 ? hint : "");
    pool_give(pool, &connection);
    return result;
}

/* Runs a statement and prints its rows, cells separated by a space. How many there are, or -1. */
static int tell_rows(struct app *app, enum transaction_statement which, const char *const *values, const char *hint) {
    struct pool *pool = owner(app);
    struct result *result = ask(app, pool, which, values, hint);
    int count = result ? (int)result_rows(result) : -1;
    struct value row[8];
    for (int i = 0; i < count; i++) {
        result_row(result, (unsigned)i, row);
        for (unsigned j = 0; j < result_columns(result) && j < 8; j++)
            printf("%s%s", j ? " " : "", row[j].text ? row[j].text : "");
        putchar('\n');
    }
    result_free(&result);
    pool_free(&pool);
    return count;
}

static int tell(struct app *app, enum transaction_statement which) {
    return tell_rows(app, which, NULL, "") < 0;
}

static bool add(struct app *app, const char *const values[static 5]) {
    struct pool *pool = owner(app);
    struct result *result = ask(app, pool, ACCOUNT_ADD, values,
                                " ISSUER is a URL, SUBJECT and LABEL are a line of text, ROLE is central, website or "
                                "analyst.");
    bool fine = result;
    result_free(&result);
    pool_free(&pool);
    return fine;
}

int command_account_add(struct app *app, const char *issuer, const char *subject, const char *role, const char *label) {
    if (!add(app, (const char *const[]){issuer, subject, label, role, NULL}))
        return 1;
    return printf("%s of %s is %s\n", subject, issuer, role) < 0;
}

int command_client_add(struct app *app, const char *role, const char *label) {
    unsigned char bytes[32], name[12];
    RAND_bytes(bytes, sizeof bytes);
    RAND_bytes(name, sizeof name);
    const char *secret = base64url_text(app->arena, bytes, sizeof bytes),
               *client = base64url_text(app->arena, name, sizeof name);
    if (!add(app, (const char *const[]){"self", client, label, role, secret}))
        return 1;
    return printf("client_id %s\nclient_secret %s\n", client, secret) < 0;
}

int command_keys_rotate(struct app *app) {
    if (!*app->config.keys) {
        fputs("KEYS names no folder\n", stderr);
        return 1;
    }
    /* a key that signs no longer is needed as long as a token of its lives, and a minute for clocks that differ */
    return !token_keys_rotate(app->config.keys, app->config.token_seconds + 60, stdout);
}

int command_retention(struct app *app) {
    return tell(app, RETENTION);
}

int command_erasures_list(struct app *app) {
    return tell(app, ERASURES);
}

int command_erasures_replay(struct app *app, const char *file) {
    FILE *in = fopen(file, "re");
    struct pool *pool = owner(app);
    char line[128];
    int count = 0;
    bool fine = in;
    while (fine && fgets(line, sizeof line, in)) {
        line[strcspn(line, "\n")] = '\0';
        char *space = strchr(line, ' ');
        if (!space)
            continue;
        *space = '\0';
        struct result *result = ask(app, pool, ERASE, (const char *const[]){line, space + 1}, "");
        fine = result;
        count += fine;
        result_free(&result);
    }
    if (in)
        fclose(in);
    else
        fprintf(stderr, "%s cannot be read\n", file);
    pool_free(&pool);
    printf("%d erasures replayed\n", count);
    return !fine;
}

int command_recount(struct app *app, bool verify) {
    if (!verify)
        return tell(app, RECOUNT);
    int faults = tell_rows(app, RECOUNT_VERIFY, NULL, "");
    if (!faults)
        puts("the figures are those of the raw rows");
    return faults != 0;
}

/* The patterns of a list as COUNTER publishes it, [{"pattern": "…"}, …]; NULL after saying what is wrong. */
static json_t *read_robots(const char *file) {
    json_error_t error;
    json_t *list = json_load_file(file, JSON_REJECT_DUPLICATES, &error), *patterns = json_array(), *entry;
    size_t index;
    char reason[128] = "";
    bool fine = json_is_array(list) && json_array_size(list);
    if (!list)
        fprintf(stderr, "%s: line %d: %s\n", file, error.line, error.text);
    else if (!fine)
        fprintf(stderr, "%s: must be an array of objects with a pattern each\n", file);
    json_array_foreach (list, index, entry) {
        json_t *pattern = json_object_get(entry, "pattern");
        const char *text = json_string_value(pattern);
        if (!text || !*text || !agents_pattern(text, reason, sizeof reason)) {
            fprintf(stderr, "%s: entry %zu: %s: %s\n", file, index + 1, text ? text : "no pattern", reason);
            fine = false;
        }
        json_array_append(patterns, pattern);
    }
    json_decref(list);
    if (!fine)
        json_decref(patterns);
    return fine ? patterns : NULL;
}

int command_robots_import(struct app *app, const char *file) {
    json_t *patterns = read_robots(file);
    if (!patterns)
        return 1;
    size_t length = json_dumpb(patterns, NULL, 0, JSON_COMPACT);
    char *text = arena_alloc(app->arena, length + 1);
    json_dumpb(patterns, text, length, JSON_COMPACT);
    json_decref(patterns);
    puts("listed added removed");
    return tell_rows(app, IMPORT_AGENTS, (const char *const[]){text}, " A pattern has at most 500 characters.") < 0;
}
