/* JSON in the words of others: an object whose members are there or not, but never null. */
#include "render/render.h"

static void nothing(struct rendering *rendering) {
}

static void row(struct rendering *rendering, const struct value *values) {
    rendering->rows++;
    render_known(rendering->buf, rendering->columns, rendering->column_count, values);
}

const struct renderer render_jsonld = {
    .format = "jsonld",
    .media_type = "application/ld+json",
    .content_type = "application/ld+json",
    .begin = nothing,
    .row = row,
    .end = nothing,
};

const struct renderer render_csl = {
    .format = "csl",
    .media_type = "application/vnd.citationstyles.csl+json",
    .content_type = "application/vnd.citationstyles.csl+json",
    .begin = nothing,
    .row = row,
    .end = nothing,
};
