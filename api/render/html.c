/* Pages: a single record whose column _html is the document, byte for byte. What it may load stands in the contract,
 * as a Content-Security-Policy header with a const schema. */
#include "render/render.h"
#include <string.h>

static void nothing(struct rendering *rendering) {
}

static void row(struct rendering *rendering, const struct value *values) {
    rendering->rows++;
    for (unsigned i = 0; i < rendering->column_count; i++)
        if (strcmp(rendering->columns[i].name, "_html") == 0 && values[i].text)
            buf_put(rendering->buf, values[i].text, values[i].length);
}

const struct renderer render_html = {
    .format = "html",
    .media_type = "text/html",
    .content_type = "text/html; charset=utf-8",
    .begin = nothing,
    .row = row,
    .end = nothing,
};
