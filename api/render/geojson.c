/* RFC 7946. The geometry is the column _geometry; a feature's id is its slug. */
#include "render/render.h"
#include <string.h>

static const struct text *cell_of(const struct rendering *rendering, const struct text *values, const char *name) {
    for (unsigned i = 0; i < rendering->column_count; i++)
        if (strcmp(rendering->columns[i].name, name) == 0)
            return values[i].bytes ? &values[i] : NULL;
    return NULL;
}

static void geojson_begin(struct rendering *rendering) {
    if (rendering->list)
        buf_str(rendering->buf, "{\"type\":\"FeatureCollection\",\"features\":[");
}

static void geojson_row(struct rendering *rendering, const struct text *values) {
    const struct text *id = cell_of(rendering, values, "slug"), *geometry = cell_of(rendering, values, "_geometry");
    struct buf *buf = rendering->buf;
    buf_str(buf, rendering->rows++ ? ",{\"type\":\"Feature\"" : "{\"type\":\"Feature\"");
    if (id) {
        buf_str(buf, ",\"id\":");
        buf_json(buf, id->bytes, id->length);
    }
    buf_str(buf, ",\"geometry\":");
    if (geometry)
        buf_put(buf, geometry->bytes, geometry->length);
    else
        buf_str(buf, "null");
    buf_str(buf, ",\"properties\":");
    render_object(rendering, values, false);
    buf_char(buf, '}');
}

static void geojson_end(struct rendering *rendering) {
    if (rendering->list)
        buf_str(rendering->buf, "]}");
}

const struct renderer render_geojson = {
    .format = "geojson",
    .media_type = "application/geo+json",
    .content_type = "application/geo+json",
    .whole = true,
    .begin = geojson_begin,
    .row = geojson_row,
    .end = geojson_end,
};
