/* A database for unit tests: that of TEST_DATABASE_URL, or a private one that ends with the test. */
#pragma once
#include "base/gate.h"
#include "pg/pool.h"
#include "suite.h"
#include <errno.h>
#include <jansson.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char database_folder[4096];

static inline void database_stop(void) {
    char command[8192 + 64];
    snprintf(command, sizeof command, "'%s/script/postgres' '%s' stop", getenv("SCIP_SOURCE"), database_folder);
    if (system(command) != 0)
        fprintf(stderr, "%s\n", command);
}

static inline const char *database_url(void) {
    static char url[4096];
    char command[3 * 4096];
    if (getenv("TEST_DATABASE_URL"))
        return getenv("TEST_DATABASE_URL");
    if (*url)
        return url;
    const char *source = getenv("SCIP_SOURCE");
    snprintf(database_folder, sizeof database_folder, "%s/.local/unit/%s", source, program_invocation_short_name);
    snprintf(command, sizeof command,
             "'%s/script/postgres' '%s' start -c fsync=off && '%s/script/postgres' '%s' url postgres", source,
             database_folder, source, database_folder);
    FILE *out = popen(command, "r");
    while (fgets(url, sizeof url, out)) /* the last line */
        url[strcspn(url, "\n")] = '\0';
    ck_assert_int_eq(pclose(out), 0);
    atexit(database_stop);
    return url;
}

/* Runs SQL as the owner, on a connection of its own. The first cell, or "". */
static inline const char *sql(const char *text) {
    static char cell[256];
    PGconn *pg = PQconnectdb(database_url());
    PQclear(PQexec(pg, "SET client_min_messages = error"));
    PGresult *result = PQexec(pg, text);
    ExecStatusType status = PQresultStatus(result);
    ck_assert_msg(status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK, "%s: %s", text, PQerrorMessage(pg));
    snprintf(cell, sizeof cell, "%s", PQntuples(result) ? PQgetvalue(result, 0, 0) : "");
    PQclear(result);
    PQfinish(pg);
    return cell;
}

static inline struct pool *database_pool(unsigned size, int64_t wait_us) {
    return pool_new(&(struct pool_options){.url = database_url(),
                                           .name = program_invocation_short_name,
                                           .size = size,
                                           .wait_us = wait_us,
                                           .query_timeout_us = 60000000});
}

/* Ends the sessions of this test's pools, as a restart or an operator does. */
static inline void end_sessions(void) {
    char text[256];
    snprintf(text, sizeof text,
             "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE application_name = '%s'",
             program_invocation_short_name);
    sql(text);
}

/* The engine's statements as a contract has them, of pairs of name and text, ended by NULL; lent until the next call.
 */
static inline const json_t *statements_of(const char *const *pairs) {
    static json_t *statements;
    json_decref(statements);
    statements = json_object();
    for (; *pairs; pairs += 2) {
        int count = 0;
        for (const char *dollar = pairs[1]; (dollar = strchr(dollar, '$')); dollar++)
            count = atoi(dollar + 1) > count ? atoi(dollar + 1) : count;
        json_object_set_new(statements, pairs[0], json_pack("[s,i]", pairs[1], count));
    }
    return statements;
}
