/* A result column of an operation. */
#pragma once
#include "pg/run.h"

enum { COLUMNS_MAX = 128 }; /* of a statement */

enum column_kind {
    COLUMN_TEXT,    /* text, varchar, uuid */
    COLUMN_NUMBER,  /* integers, numeric, float8: PostgreSQL's text is valid JSON but for NaN and Infinity */
    COLUMN_BOOL,    /* 't' or 'f' */
    COLUMN_DATE,    /* 2025-08-31 */
    COLUMN_INSTANT, /* timestamptz in UTC: "2025-08-31 23:30:00.5+00", rendered 2025-08-31T23:30:00.5Z */
    COLUMN_LOCAL,   /* timestamp without time zone: the zone's own wall clock; of calendars alone */
    COLUMN_JSON,    /* json, jsonb: copied verbatim */
};

struct column {
    const char *name;
    oid type;
    enum column_kind kind;
    bool engine;            /* begins with '_': speaks to the engine, is not rendered */
    bool csv_hidden;        /* x-csv: false */
    const char *csv_member; /* x-csv: of an array's objects (or the object) this member, joined by ';'; or NULL */
};
