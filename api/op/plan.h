/* Which plan a list is asked by: one that is kept for its first page, or one made for what is given. */
#pragma once
#include "op/bind.h"

/* The operation's text without the conditions of parameters that are not given, and without asking whether the others
 * are. inputs NULL: nothing is given, and defaults are constants, so that one plan is right for all who ask so. */
const char *plan_text(struct arena *arena, const struct operation *operation, const struct inputs *inputs);

/* The operation's statement where nothing of the query is given, else one for this request, lent by the arena. NULL
 * over its cap. */
const struct statement *plan_statement(struct arena *arena, const struct operation *operation,
                                       const struct inputs *inputs);
