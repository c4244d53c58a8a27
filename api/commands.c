#include "commands.h"
#include "base/json.h"
#include "op/agents.h"
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

static const char account_hint[] =
    " ISSUER is a URL, SUBJECT and LABEL are a line of text, ROLE is central, website or analyst.";

/* Runs one of the engine's statements as the owner; NULL after saying why. hint: what values must be. */
static struct result *query(struct app *app, enum transaction_statement which, const char *const *values,
                            const char *hint) {
    struct pool_options options = {.url = app->config.database_url,
                                   .name = "scip-api command",
                                   .size = 1,
                                   .wait_us = 5000000,
                                   .query_timeout_us = 600000000};
    struct pool *pool = pool_new(&options);
    const struct statement *statement = &app->transactions.statements[which];
    struct problem problem = {0};
    struct result *result = statement->text ? pool_run(pool, statement, values, false, &problem) : NULL;
    if (!result)
        fprintf(stderr, "%s: %s%s\n", statement->name, problem.status ? problem.detail : "there is no such statement",
                problem.status == 422 ? hint : "");
    pool_free(&pool);
    return result;
}

/* Runs a statement and prints its rows, cells separated by a space. How many there are, or -1. */
static int print_rows(struct app *app, enum transaction_statement which, const char *const *values, const char *hint) {
    struct result *result = query(app, which, values, hint);
    int count = result ? (int)result_rows(result) : -1;
    for (int i = 0; i < count; i++) {
        for (int j = 0; j < (int)result_columns(result); j++)
            printf("%s%s", j ? " " : "", result_cell(result, (unsigned)i, j) ?: "");
        putchar('\n');
    }
    result_free(&result);
    return count;
}

/* A client of the service's own, ROLE LABEL; prints its id and its secret, this once. */
static int client_add(struct app *app, char **words) {
    unsigned char secret[32], name[12];
    RAND_bytes(secret, sizeof secret);
    RAND_bytes(name, sizeof name);
    const char *const values[] = {"self", base64url_text(app->arena, name, sizeof name), words[0], words[1],
                                  base64url_text(app->arena, secret, sizeof secret)};
    return print_rows(app, ACCOUNT_ADD, values, account_hint) < 0;
}

/* A new key signs soon, those that nobody can still hold a token of go. */
static int keys_rotate(struct app *app, char **words) {
    if (!*app->config.keys) {
        fputs("KEYS names no folder\n", stderr);
        return 1;
    }
    /* a key that signs no longer is needed as long as a token of its lives, and a minute for clocks that differ */
    return !token_keys_rotate(app->config.keys, app->config.token_seconds + 60, stdout);
}

/* Erases those of a FILE again, in a database that was restored from an older backup. */
static int erasures_replay(struct app *app, char **words) {
    FILE *in = fopen(words[0], "re");
    char line[1024];
    int count = 0;
    bool ok = in;
    while (ok && fgets(line, sizeof line, in)) {
        line[strcspn(line, "\n")] = '\0';
        char *space = strchr(line, ' ');
        if (!space)
            continue;
        *space = '\0';
        struct result *result = query(app, ERASE, (const char *const[]){line, space + 1}, "");
        ok = result;
        count += ok;
        result_free(&result);
    }
    if (in)
        fclose(in);
    else
        fprintf(stderr, "%s cannot be read\n", words[0]);
    printf("%d erasures replayed\n", count);
    return !ok;
}

/* Says only where they differ. */
static int recount_verify(struct app *app, char **words) {
    int faults = print_rows(app, RECOUNT_VERIFY, NULL, "");
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
    bool ok = json_is_array(list) && json_array_size(list);
    if (!list)
        fprintf(stderr, "%s: line %d: %s\n", file, error.line, error.text);
    else if (!ok)
        fprintf(stderr, "%s: must be an array of objects with a pattern each\n", file);
    json_array_foreach (list, index, entry) {
        json_t *pattern = json_object_get(entry, "pattern");
        const char *text = json_string_value(pattern);
        if (!text || !*text || !agents_pattern(text, reason, sizeof reason)) {
            fprintf(stderr, "%s: entry %zu: %s: %s\n", file, index + 1, text ? text : "no pattern", reason);
            ok = false;
        }
        json_array_append(patterns, pattern);
    }
    json_decref(list);
    if (!ok)
        json_decref(patterns);
    return ok ? patterns : NULL;
}

/* COUNTER's list of robots (JSON) in place of the one before: FILE. */
static int robots_import(struct app *app, char **words) {
    json_t *patterns = read_robots(words[0]);
    if (!patterns)
        return 1;
    const char *text = json_put(app->arena, patterns, JSON_COMPACT).bytes;
    json_decref(patterns);
    puts("listed added removed");
    return print_rows(app, IMPORT_AGENTS, (const char *const[]){text}, " A pattern has at most 500 characters.") < 0;
}

static const struct action {
    const char *words[2];
    int arguments;
    int (*run)(struct app *app, char **arguments); /* NULL: the rows of a statement that takes them are printed */
    enum transaction_statement rows;
} commands[] = {
    {{"account", "add"}, 4, NULL, ACCOUNT_ADD}, /* somebody of an OpenID provider: ISSUER SUBJECT ROLE LABEL */
    {{"client", "add"}, 2, client_add, 0},
    {{"keys", "rotate"}, 0, keys_rotate, 0},
    {{"retention"}, 0, NULL, RETENTION},       /* what was kept long enough is removed: how much of what */
    {{"erasures", "list"}, 0, NULL, ERASURES}, /* people who were erased, by id */
    {{"erasures", "replay"}, 1, erasures_replay, 0},
    {{"recount"}, 0, NULL, RECOUNT}, /* uses are counted again from their raw rows, and the figures repaired */
    {{"recount", "--verify"}, 0, recount_verify, 0},
    {{"robots", "import"}, 1, robots_import, 0}};

const struct action *command_find(int count, char **words) {
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const char *const *own = commands[i].words;
        if (count == (own[1] ? 2 : 1) + commands[i].arguments && strcmp(words[0], own[0]) == 0 &&
            (!own[1] || strcmp(words[1], own[1]) == 0))
            return &commands[i];
    }
    return NULL;
}

int command_run(const struct action *action, struct app *app, char **words) {
    words += action->words[1] ? 2 : 1;
    return action->run ? action->run(app, words)
                       : print_rows(app, action->rows, (const char *const *)words, account_hint) < 0;
}
