/* What an operator does from the command line besides serving. Each gives the exit status; those that speak to the
 * database do so as the owner of the tables: DATABASE_URL is its. */
#pragma once
#include "app.h"

/* scip-api account add ISSUER SUBJECT ROLE LABEL: lets somebody of an OpenID provider in, say the first of the
 * central team. */
int command_account_add(struct app *app, const char *issuer, const char *subject, const char *role, const char *label);

/* scip-api client add ROLE LABEL: a client of the service's own; prints its id and its secret, this once. */
int command_client_add(struct app *app, const char *role, const char *label);

/* scip-api keys rotate: a new key signs soon, those that nobody can still hold a token of go. */
int command_keys_rotate(struct app *app);

/* scip-api retention: removes what has been kept long enough, and says how much of what. */
int command_retention(struct app *app);

/* scip-api erasures list: people who were erased, by id, a line each. replay FILE: erases them again in a database
 * that was restored from an older backup. */
int command_erasures_list(struct app *app);
int command_erasures_replay(struct app *app, const char *file);

/* scip-api recount: counts uses anew from their raw rows, and mends the figures. --verify: only says where they
 * differ; the exit status is 1 then. */
int command_recount(struct app *app, bool verify);

/* scip-api robots import FILE: COUNTER's list of robots (JSON) in place of the one before. */
int command_robots_import(struct app *app, const char *file);
