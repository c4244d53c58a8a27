#include "pg/result.h"
#include "base/scan.h"
#include <libpq-fe.h>
#include <string.h>

static PGresult *handle(const struct result *result) {
    return (PGresult *)result;
}

void result_free(struct result **result) {
    PQclear(handle(*result));
    *result = NULL;
}

unsigned result_rows(const struct result *result) {
    return (unsigned)PQntuples(handle(result));
}

unsigned result_columns(const struct result *result) {
    return (unsigned)PQnfields(handle(result));
}

const char *result_column_name(const struct result *result, unsigned column) {
    return PQfname(handle(result), (int)column);
}

oid result_column_type(const struct result *result, unsigned column) {
    return PQftype(handle(result), (int)column);
}

void result_row(const struct result *result, unsigned row, struct text *values) {
    const PGresult *rows = handle(result);
    int columns = PQnfields(rows);
    for (int i = 0; i < columns; i++) {
        bool null = PQgetisnull(rows, (int)row, i);
        values[i].bytes = null ? NULL : PQgetvalue(rows, (int)row, i);
        values[i].length = null ? 0 : (size_t)PQgetlength(rows, (int)row, i);
    }
}

const char *result_cell(const struct result *result, unsigned row, int column) {
    const PGresult *rows = handle(result);
    bool there = rows && column >= 0 && (int)row < PQntuples(rows) && column < PQnfields(rows);
    return there && !PQgetisnull(rows, (int)row, column) ? PQgetvalue(rows, (int)row, column) : NULL;
}

const char *result_text(struct arena *arena, const struct result *result, unsigned row, int column) {
    return arena_text(arena, result_cell(result, row, column));
}

int64_t result_int(const struct result *result, unsigned row, int column) {
    const char *cell = result_cell(result, row, column);
    int64_t number;
    return cell && scan_int(cell, strlen(cell), &number) ? number : 0;
}
