/* Documents: a single record whose column _body is the answer, byte for byte. What a page may load stands in the
 * contract, as a Content-Security-Policy header with a const schema. */
#include "render/render.h"
#include <string.h>

static void document_row(struct rendering *rendering, const struct text *values) {
    for (unsigned i = 0; i < rendering->column_count; i++)
        if (strcmp(rendering->columns[i].name, "_body") == 0 && values[i].bytes)
            buf_put(rendering->buf, values[i].bytes, values[i].length);
}

#define DOCUMENT(format, media_type)                                                                                   \
    { format, media_type, media_type "; charset=utf-8", false, NULL, document_row, NULL }

const struct renderer render_html = DOCUMENT("html", "text/html"), render_text = DOCUMENT("txt", "text/plain"),
                      render_xml = DOCUMENT("xml", "application/xml");
