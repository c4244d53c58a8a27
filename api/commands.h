/* What an operator does from the command line besides serving: the first accounts, and new keys. */
#pragma once
#include "app.h"

/* scip-api account add ISSUER SUBJECT ROLE LABEL: lets somebody of an OpenID provider in, say the first of the
 * central team. DATABASE_URL is the owner's. Gives the exit status. */
int command_account_add(struct app *app, const char *issuer, const char *subject, const char *role, const char *label);

/* scip-api client add ROLE LABEL: a client of the service's own; prints its id and its secret, this once. */
int command_client_add(struct app *app, const char *role, const char *label);

/* scip-api keys rotate: a new key signs soon, those that nobody can still hold a token of go. */
int command_keys_rotate(struct app *app);
