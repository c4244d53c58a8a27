/* Which plan a list is asked by: one that is kept for its first page, or one made for what is given. */
#pragma once
#include "op/bind.h"

/* The operation's text without the conditions of parameters that are not given, and without asking whether the others
 * are. inputs NULL: nothing is given, and defaults are constants, so that one plan is right for all who ask so. */
const char *plan_text(struct arena *arena, const struct operation *operation, const struct inputs *inputs);

/* Makes the operation's statement that of its first page, and gives each filter by a code, a slug, an id or a day,
 * whose plan is worth keeping, a statement for when it alone is given; words, of which some are rare, are planned anew.
 */
void plan_split(struct arena *arena, struct operation *operation, struct binding *bindings, struct gate *gate);

/* The operation's statement where nothing of the query is given, that of a filter which is given alone, or else one for
 * this request. Lent by the arena; NULL over its cap. */
const struct statement *plan_statement(struct arena *arena, const struct operation *operation,
                                       const struct inputs *inputs);
