/* A spreadsheet's CSV file as JSON: what Excel and LibreOffice save, and no guess beyond that. */
#pragma once
#include "base/arena.h"
#include "base/problem.h"

/* Reads a file (RFC 4180, with ; , or tab between the cells, UTF-8 or Windows-1252, any line ends) and gives
 * {"columns":["a"],"rows":[{"line":2,"values":{"a":"x"}}]}, lent by arena. Names of columns are trimmed, in lower
 * case, with _ for spaces; an empty cell is null; the quote mark that our own CSV puts before formulas is taken
 * off; empty lines are left out. NULL with a problem that names the line, or above that many cells. */
const char *csv_to_json(struct arena *arena, const char *bytes, size_t length, unsigned cells, struct problem *problem);
