#include "http/cursor.h"
#include "http/response.h"
#include "http/steps.h"
#include <string.h>

enum { LINK_MAX = 4096 };

const struct operation *rows_of(const struct request *request) {
    return request->operation->answer ?: request->operation;
}

/* What the statement's first row says to the engine. False with a problem. */
static bool heed(struct request *request, struct response *response, struct problem *problem) {
    const struct link *link = atomic_load(&request->operation->link);
    const struct result *row = request->outcome.row;
    if (!result_rows(row))
        return request->match.spec->list || problem_set(problem, "not-found", "There is no such record.");
    response->status = (int)result_int(row, 0, link->status) ?: response->status;
    if (response->status >= 400) {
        problem->listed = result_text(request->arena, row, 0, link->errors);
        return problem_set_status(problem, response->status);
    }
    response->location = result_text(request->arena, row, 0, link->location);
    return true;
}

/* The request's own target with the cursor exchanged; NULL, and so no Link, where it is longer than clients take. */
static const char *next_link(struct request *request, const char *cursor) {
    const struct spec *spec = request->match.spec;
    const struct text *value = request->match.values;
    const char *const position[] = {spec->cursor, spec->endless ? "from" : NULL, NULL};
    const char *query = pairs_canonical(request->arena, &request->inputs.query, position);
    struct buf link = buf_new(request->arena, 512, LINK_MAX);
    for (const char *c = spec->path; *c; c++)
        if (*c == '{') {
            put_encoded(&link, value->bytes, value->length);
            value++;
            c = strchr(c, '}');
        } else {
            buf_char(&link, *c);
        }
    buf_printf(&link, "?%s%s%s=%s", query ?: "", query && *query ? "&" : "", spec->cursor, cursor);
    return query ? buf_text(&link) : NULL;
}

/* The cursor of the page after `row`. */
static bool put_next(struct request *request, struct response *response, struct rendering *rendering,
                     const struct value *row, struct problem *problem) {
    rendering->next = cursor_make(request, atomic_load(&request->operation->link), row);
    if (!rendering->next)
        return problem_set(problem, "internal", "The next page has no cursor.");
    response->next_link = next_link(request, rendering->next);
    return true;
}

static bool render_list(struct request *request, struct response *response, struct rendering *rendering,
                        struct value *row, struct problem *problem) {
    const struct link *link = atomic_load(&request->operation->link);
    unsigned rows = result_rows(request->outcome.row), shown = rows;
    bool more = request->inputs.limit && rows > request->inputs.limit, endless = request->match.spec->endless;
    if (more)
        shown = (unsigned)request->inputs.limit;
    if (more || (endless && rows)) {
        result_row(request->outcome.row, shown - 1, row);
        if (!put_next(request, response, rendering, row, problem))
            return false;
    } else if (endless) { /* nothing new: go on from where this one did */
        const struct text *given = pairs_get(&request->inputs.query, request->match.spec->cursor);
        rendering->next = given ? given->bytes : "";
    }
    for (unsigned i = 0; i < shown; i++) {
        result_row(request->outcome.row, i, row);
        if (link->bookmark < 0 || !row[link->bookmark].text || *row[link->bookmark].text != 't')
            request->renderer->row(rendering, row);
    }
    return true;
}

bool render(struct request *request, struct response *response, struct problem *problem) {
    if (request->operation->handler || request->recalled || request->outcome.kept)
        return true;
    const struct link *link = atomic_load(&rows_of(request)->link);
    const struct result *rows = request->outcome.answer ?: request->outcome.row;
    struct value row[COLUMNS_MAX];
    bool list = request->match.spec->list;
    if (!heed(request, response, problem) || !response_body(request, response, problem))
        return false;
    if (response->status / 100 == 3 || !request->renderer)
        return true;
    if (!list && !result_rows(rows)) /* what was written is not the caller's to see */
        return problem_set(problem, "forbidden", "The caller may not do this.");
    if (!list)
        result_row(rows, 0, row);
    if (!list)
        response->version = result_text(request->arena, rows, 0, link->version);
    response->content_type = request->renderer->content_type;
    struct rendering rendering = {.buf = &response->body,
                                  .columns = link->columns,
                                  .column_count = link->count,
                                  .list = list,
                                  .asked = pairs_get(&request->inputs.query, "format")};
    if (request->renderer->begin)
        request->renderer->begin(&rendering);
    if (!list)
        request->renderer->row(&rendering, row);
    else if (!render_list(request, response, &rendering, row, problem))
        return false;
    if (request->renderer->end)
        request->renderer->end(&rendering);
    response->omitted = rendering.omitted;
    if (response->body.failed)
        return problem_set(problem, "bad-request",
                           "The result is too large for one answer: narrow it, or ask with limit.");
    return true;
}
