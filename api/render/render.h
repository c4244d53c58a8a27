/* Rows to bytes, one renderer a file: each writes into a capped buffer whose failure is sticky. */
#pragma once
#include "base/buf.h"
#include "op/column.h"

struct rendering {
    struct buf *buf;
    const struct column *columns;
    unsigned column_count;
    bool list;        /* false: one row, no frame */
    bool asked;       /* for by ?format=, as links do that people follow; programs say Accept */
    const char *next; /* the next page's cursor or NULL; known before end() */
    unsigned rows;    /* rendered so far, of what has something between its rows */
    unsigned omitted; /* rows this representation cannot carry */
};

struct renderer {
    const char *format;                /* the word for ?format= */
    const char *media_type;            /* as in the contract */
    const char *content_type;          /* as sent, with charset where it has one */
    bool whole;                        /* gives the whole filtered result unless limit is given */
    void (*begin)(struct rendering *); /* or NULL, as end */
    void (*row)(struct rendering *, const struct text *values);
    void (*end)(struct rendering *);
};

/* csv.c: the header that names a table which is asked for as a file: of /v1/a/b it is a-b.csv. */
void csv_put_name(struct buf *head, const char *target);

extern const struct renderer render_json, render_ndjson, render_csv, render_geojson, render_ical, render_jsonld,
    render_csl, render_html, render_text, render_xml;

/* Begins, puts the first `count` rows of a result but those whose column number `skip` is true (-1: none), and ends. */
void render_rows(const struct renderer *renderer, struct rendering *rendering, const struct result *result,
                 unsigned count, int skip);

/* The renderer of a contract's media type, or NULL. */
const struct renderer *renderer_of(const char *media_type);

/* Appends one value as JSON (null, number, string, verbatim json): shared by json, ndjson and geojson. */
void render_value(struct buf *buf, const struct column *column, const struct text *value);
/* "2025-08-31 23:30:00.5+00" as 2025-08-31T23:30:00.5Z (RFC 3339); the sessions' zone is UTC. */
void render_instant(struct buf *buf, const struct text *value);
/* Appends {"name":value,…} of the columns that are not the engine's; with `known` without what is null, as
 * vocabularies want it. */
void render_object(const struct rendering *rendering, const struct text *values, bool known);
