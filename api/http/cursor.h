/* Keyset cursors: opaque, signed, bound to their operation and filters. */
#pragma once
#include "http/request.h"

/* The cursor that continues after the row whose _after_… columns stand in values; NULL over the arena's cap. */
const char *cursor_make(const struct request *request, const struct link *link, const struct text *values);

/* Checks and opens the cursor of the request's query, if any, into inputs.after. False with a problem. */
bool cursor_open(struct request *request);
