#include "render/render.h"
#include <assert.h>
#include <string.h>

const struct renderer *renderer_of(const char *media_type) {
    static const struct renderer *const all[] = {&render_json, &render_ndjson, &render_csv, &render_geojson,
                                                 &render_ical, &render_jsonld, &render_csl, &render_html,
                                                 &render_text, &render_xml};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i]->media_type, media_type) == 0)
            return all[i];
    return NULL;
}

void render_rows(const struct renderer *renderer, struct rendering *rendering, const struct result *result,
                 unsigned count, int skip) {
    struct text row[COLUMNS_MAX];
    assert(result_columns(result) <= COLUMNS_MAX); /* what was linked has no more, and the result is the same */
    if (renderer->begin)
        renderer->begin(rendering);
    for (unsigned i = 0; i < count; i++) {
        result_row(result, i, row);
        if (skip < 0 || !row[skip].bytes || *row[skip].bytes != 't')
            renderer->row(rendering, row);
    }
    if (renderer->end)
        renderer->end(rendering);
}

void render_instant(struct buf *buf, const struct text *value) {
    if (value->length < 22 || memcmp(value->bytes + value->length - 3, "+00", 3) != 0) {
        buf_put(buf, value->bytes, value->length); /* infinity, or a year before Christ */
        return;
    }
    buf_put(buf, value->bytes, 10);
    buf_char(buf, 'T');
    buf_put(buf, value->bytes + 11, value->length - 14);
    buf_char(buf, 'Z');
}

void render_value(struct buf *buf, const struct column *column, const struct text *value) {
    if (!value->bytes) {
        buf_put(buf, "null", 4);
        return;
    }
    switch (column->kind) {
    case COLUMN_TEXT:
    case COLUMN_DATE:
    case COLUMN_LOCAL:
        buf_json(buf, value->bytes, value->length);
        break;
    case COLUMN_NUMBER: /* NaN and Infinity are not JSON (RFC 8259, section 6) */
        if (strchr("NI", value->bytes[value->bytes[0] == '-']))
            buf_put(buf, "null", 4);
        else
            buf_put(buf, value->bytes, value->length);
        break;
    case COLUMN_BOOL:
        buf_str(buf, *value->bytes == 't' ? "true" : "false");
        break;
    case COLUMN_INSTANT:
        buf_char(buf, '"');
        render_instant(buf, value);
        buf_char(buf, '"');
        break;
    case COLUMN_JSON:
        buf_json_whole(buf, value->bytes, value->length);
        break;
    }
}

void render_object(const struct rendering *rendering, const struct text *values, bool known) {
    const struct column *columns = rendering->columns;
    struct buf *buf = rendering->buf;
    char before = '{';
    for (unsigned i = 0; i < rendering->column_count; i++) {
        if (columns[i].engine || (known && !values[i].bytes))
            continue;
        size_t length = strlen(columns[i].name);
        char *place = buf_reserve(buf, length + 4);
        if (!place)
            return;
        *place++ = before;
        *place++ = '"';
        memcpy(place, columns[i].name, length);
        memcpy(place + length, "\":", 2);
        buf_commit(buf, length + 4);
        render_value(buf, &columns[i], &values[i]);
        before = ',';
    }
    buf_str(buf, before == '{' ? "{}" : "}");
}
