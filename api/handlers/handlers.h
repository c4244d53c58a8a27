/* The operations that are not a statement, by operationId. */
#pragma once
#include "op/operation.h"

extern const struct handler_entry handlers[]; /* ends with a NULL id */
