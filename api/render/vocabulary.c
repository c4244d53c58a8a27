/* JSON in the words of others: an object whose members are there or not, but never null. */
#include "render/render.h"

static void row(struct rendering *rendering, const struct value *values) {
    rendering->rows++;
    render_object(rendering->buf, rendering->columns, rendering->column_count, values, true);
}

const struct renderer render_jsonld = {
    .format = "jsonld",
    .media_type = "application/ld+json",
    .content_type = "application/ld+json",
    .row = row,
};

const struct renderer render_csl = {
    .format = "csl",
    .media_type = "application/vnd.citationstyles.csl+json",
    .content_type = "application/vnd.citationstyles.csl+json",
    .row = row,
};
