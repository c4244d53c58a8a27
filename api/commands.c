#include "commands.h"
#include <openssl/rand.h>
#include <stdio.h>

static bool add(struct app *app, const char *const values[static 5]) {
    struct pool_options options = {.url = app->config.database_url,
                                   .name = "scip-api command",
                                   .size = 1,
                                   .wait_us = 5000000,
                                   .query_timeout_us = 5000000};
    struct pool *pool = pool_new(&options);
    struct problem problem = {0};
    bool lost;
    struct connection *connection = pool_take(pool, &problem);
    struct result *result =
        connection ? pg_run(connection, &app->transactions.statements[ACCOUNT_ADD], values, &problem, &lost) : NULL;
    bool fine = result && result_rows(result) == 1;
    if (!fine)
        fprintf(stderr, "the account was not added: %s\n", problem.status ? problem.detail : "no row");
    result_free(&result);
    pool_give(pool, &connection);
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
    /* a key that signs no longer is needed as long as a token of its lives, and a minute for clocks that differ */
    return !token_keys_rotate(app->config.keys, app->config.token_seconds + 60, stdout);
}
