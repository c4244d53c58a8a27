#include "render/render.h"

static void row(struct rendering *rendering, const struct value *values) {
    rendering->rows++;
    render_object(rendering->buf, rendering->columns, rendering->column_count, values, false);
    buf_char(rendering->buf, '\n');
}

const struct renderer render_ndjson = {
    .format = "ndjson",
    .media_type = "application/x-ndjson",
    .content_type = "application/x-ndjson",
    .whole = true,
    .row = row,
};
