#include "render/render.h"
#include <string.h>

static void begin(struct rendering *rendering) {
    if (rendering->list)
        buf_str(rendering->buf, "{\"items\":[");
}

static void row(struct rendering *rendering, const struct value *values) {
    if (rendering->rows++)
        buf_char(rendering->buf, ',');
    render_object(rendering->buf, rendering->columns, rendering->column_count, values, false);
}

static void end(struct rendering *rendering) {
    if (!rendering->list)
        return;
    buf_str(rendering->buf, "],\"next\":");
    if (rendering->next)
        buf_json(rendering->buf, rendering->next, strlen(rendering->next));
    else
        buf_str(rendering->buf, "null");
    buf_char(rendering->buf, '}');
}

const struct renderer render_json = {
    .format = "json",
    .media_type = "application/json",
    .content_type = "application/json",
    .begin = begin,
    .row = row,
    .end = end,
};
