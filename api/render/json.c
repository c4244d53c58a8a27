/* The forms of JSON: a list with its frame, a row a line, an object in the words of others, whose members are there or
 * not, but never null. */
#include "render/render.h"
#include <string.h>

static void json_begin(struct rendering *rendering) {
    if (rendering->list)
        buf_str(rendering->buf, "{\"items\":[");
}

static void json_row(struct rendering *rendering, const struct text *values) {
    if (rendering->rows++)
        buf_char(rendering->buf, ',');
    render_object(rendering, values, false);
}

static void json_end(struct rendering *rendering) {
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
    .begin = json_begin,
    .row = json_row,
    .end = json_end,
};

static void line_row(struct rendering *rendering, const struct text *values) {
    render_object(rendering, values, false);
    buf_char(rendering->buf, '\n');
}

const struct renderer render_ndjson = {
    .format = "ndjson",
    .media_type = "application/x-ndjson",
    .content_type = "application/x-ndjson",
    .whole = true,
    .row = line_row,
};

static void vocabulary_row(struct rendering *rendering, const struct text *values) {
    render_object(rendering, values, true);
}

#define VOCABULARY(format, media_type)                                                                                 \
    { format, media_type, media_type, false, NULL, vocabulary_row, NULL }

const struct renderer render_jsonld = VOCABULARY("jsonld", "application/ld+json"),
                      render_csl = VOCABULARY("csl", "application/vnd.citationstyles.csl+json");
