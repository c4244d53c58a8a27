/* All that is public as one archive. */
#pragma once
#include "http/request.h"

enum { DATA_LISTS_MAX = 256 };

/* datapackage.c: the descriptor (Data Package v1), owned by the caller, and the list that each of its resources is of.
 * NULL where a list is not linked, or there is no descriptor. */
json_t *data_package(struct arena *arena, const struct app *app, const struct operation *lists[static DATA_LISTS_MAX]);
