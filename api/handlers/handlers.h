/* The operations that are not a statement, by operationId. */
#pragma once
#include "app.h"

extern const struct handler_entry handlers[]; /* ends with a NULL id */

/* Whether the contract has what they need; faults with file and line. */
void handlers_check(const struct app *app, struct gate *gate);
