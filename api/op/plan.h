/* Which plan a list is asked by: one that is kept for its first page, or one made for what is given. */
#pragma once
#include "op/bind.h"

/* The operation's statement where nothing of the query is given, that of a filter which is given alone, or else one for
 * this request. Lent by the arena; NULL over its cap. */
const struct statement *plan_statement(struct arena *arena, const struct operation *operation,
                                       const struct inputs *inputs);
