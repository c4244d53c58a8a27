/* The operations that are not a statement, by operationId. */
#pragma once
#include "app.h"

extern const struct handler_entry handlers[]; /* ends with a NULL id */
