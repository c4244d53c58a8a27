/* What a statement gave: rows of cells, in PostgreSQL's text form. */
#pragma once
#include "base/arena.h"
#include <stdint.h>

typedef unsigned int oid; /* PostgreSQL's Oid */

struct result;

void result_free(struct result **result);
unsigned result_rows(const struct result *result);
unsigned result_columns(const struct result *result);
const char *result_column_name(const struct result *result, unsigned column);
oid result_column_type(const struct result *result, unsigned column);
/* Fills values[0 … columns) with row's cells, lent by the result; bytes NULL is SQL NULL. */
void result_row(const struct result *result, unsigned row, struct text *values);
/* One cell as text, lent by the result: NULL where it is NULL, and where there is no such row or column. */
const char *result_cell(const struct result *result, unsigned row, int column);
/* The same as a copy in arena. */
const char *result_text(struct arena *arena, const struct result *result, unsigned row, int column);
/* The same as a number; 0 where it is none. */
int64_t result_int(const struct result *result, unsigned row, int column);
