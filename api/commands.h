/* What an operator does from the command line besides serving. Each gives the exit status; those that speak to the
 * database do so as the owner of the tables: DATABASE_URL is its. */
#pragma once
#include "app.h"

typedef int command(struct app *app, char **arguments);

/* The command of these words, and its arguments, which lie behind them; NULL where there is no such. */
command *command_find(int count, char **words, char ***arguments);
