/* RFC 4180, with a header row. Text that a spreadsheet would run as a formula gets a leading quote mark,
 * which an import takes off again. */
#include "render/render.h"
#include <jansson.h>
#include <string.h>

static void put_cell(struct buf *buf, const char *text, size_t length, bool guarded) {
    size_t marks = 0;
    while (guarded && marks < length && text[marks] == '\'')
        marks++;
    bool formula = guarded && marks < length && strchr("=+@\t\r-", text[marks]);
    bool quoted = !length; /* "" is an empty text, nothing is NULL */
    for (size_t i = 0; i < length && !quoted; i++)
        quoted = text[i] == ',' || text[i] == '"' || text[i] == '\n' || text[i] == '\r';
    if (quoted)
        buf_char(buf, '"');
    if (formula)
        buf_char(buf, '\'');
    for (const char *quote; quoted && (quote = memchr(text, '"', length));) {
        size_t part = (size_t)(quote - text) + 1;
        buf_put(buf, text, part);
        buf_char(buf, '"');
        text += part;
        length -= part;
    }
    buf_put(buf, text, length);
    if (quoted)
        buf_char(buf, '"');
}

/* One member of an object as text; what is not a scalar is left out. */
static void put_member(struct buf *buf, const json_t *object, const char *member) {
    const json_t *value = json_is_object(object) ? json_object_get(object, member) : object;
    if (json_is_string(value))
        buf_put(buf, json_string_value(value), json_string_length(value));
    else if (json_is_integer(value))
        buf_printf(buf, "%lld", (long long)json_integer_value(value));
    else if (json_is_boolean(value))
        buf_str(buf, json_is_true(value) ? "true" : "false");
}

/* Flattens a JSON column to the member that the contract names, joined by ';'. */
static void put_members(struct buf *buf, const struct column *column, const struct text *value) {
    json_t *json = json_loadb(value->bytes, value->length, JSON_DECODE_ANY, NULL);
    struct buf joined = buf_new(buf->arena, value->length + 1, value->length * 2 + 64);
    if (!json_is_array(json))
        put_member(&joined, json, column->csv_member);
    for (size_t i = 0; i < json_array_size(json); i++) {
        buf_str(&joined, i ? ";" : "");
        put_member(&joined, json_array_get(json, i), column->csv_member);
    }
    buf->failed |= joined.failed;
    if (joined.length)
        put_cell(buf, joined.data, joined.length, true);
    json_decref(json);
}

static void put_value(struct buf *buf, const struct column *column, const struct text *value) {
    if (!value->bytes)
        return;
    switch (column->kind) {
    case COLUMN_TEXT:
        put_cell(buf, value->bytes, value->length, true);
        break;
    case COLUMN_JSON:
        if (column->csv_member)
            put_members(buf, column, value);
        else
            put_cell(buf, value->bytes, value->length, false);
        break;
    case COLUMN_BOOL:
        buf_str(buf, *value->bytes == 't' ? "true" : "false");
        break;
    case COLUMN_INSTANT:
        render_instant(buf, value);
        break;
    default: /* numbers and dates are left alone */
        buf_put(buf, value->bytes, value->length);
    }
}

/* A line: the row's cells, or without values the names. By a byte order mark before these a spreadsheet that opens the
 * file knows that it is UTF-8. */
static void csv_row(struct rendering *rendering, const struct text *values) {
    const char *comma = values || !rendering->asked ? "" : "\xEF\xBB\xBF";
    for (unsigned i = 0; i < rendering->column_count; i++) {
        if (rendering->columns[i].engine || rendering->columns[i].csv_hidden)
            continue;
        buf_str(rendering->buf, comma);
        if (values)
            put_value(rendering->buf, &rendering->columns[i], &values[i]);
        else
            buf_str(rendering->buf, rendering->columns[i].name);
        comma = ",";
    }
    buf_str(rendering->buf, "\r\n");
}

static void csv_begin(struct rendering *rendering) {
    csv_row(rendering, NULL);
}

void csv_put_name(struct buf *head, const char *target) {
    buf_str(head, "Content-Disposition: attachment; filename=\"");
    for (const char *c = target + strlen("/v1/"); *c && *c != '?'; c++)
        buf_char(head, *c == '/' ? '-' : *c);
    buf_str(head, ".csv\"\r\n");
}

const struct renderer render_csv = {
    .format = "csv",
    .media_type = "text/csv",
    .content_type = "text/csv; charset=utf-8",
    .whole = true,
    .begin = csv_begin,
    .row = csv_row,
};
