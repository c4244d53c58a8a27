/* What an operator does from the command line besides serving. Each gives the exit status; those that speak to the
 * database do so as the owner of the tables: DATABASE_URL is its. */
#pragma once
#include "app.h"

struct action;

/* The command of these words, the last of which are its arguments; NULL where there is no such. */
const struct action *command_find(int count, char **words);
int command_run(const struct action *action, struct app *app, char **words);
