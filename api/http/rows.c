#include "http/cursor.h"
#include "http/request.h"
#include <string.h>

enum { LINK_MAX = 4096 };

const struct operation *rows_of(const struct request *request) {
    return request->operation->answer ?: request->operation;
}

/* Says of what there is no record: of the last part of the path that a parameter fills. */
static bool refuse_missing(struct request *request) {
    const char *path = request->match.spec->path, *last = strrchr(path, '{'), *at = request->target;
    for (; last && path < last; path++) /* both have the same slashes */
        at = *path == '/' ? strchr(at, '/') + 1 : at;
    return last ? request_refuse(request, "not-found", "There is no such record: %.*s has no %.*s.",
                                 (int)(at - request->target - 1), request->target, (int)strcspn(at, "/?"), at)
                : request_refuse(request, "not-found", "There is no such record.");
}

/* What the statement's first row says to the engine. False with a problem. */
static bool apply_engine_columns(struct request *request) {
    const struct link *link = atomic_load(&request->operation->link);
    const struct result *row = request->outcome.row;
    if (!result_rows(row))
        return (request->match.spec->list && !request->operation->answer) || refuse_missing(request);
    request->response.status = (int)result_int(row, 0, link->status) ?: request->response.status;
    request->problem.listed = result_text(request->arena, row, 0, link->errors);
    const char *rule = result_text(request->arena, row, 0, link->rule);
    if (rule && problem_set_rule(&request->problem, rule, NULL))
        return request_refuse(request, "internal", "The statement gave a rule that is not known.");
    if (!rule && request->response.status == 404 && !request->problem.listed)
        return refuse_missing(request);
    if (rule || request->response.status >= 400)
        return !rule && problem_set_status(&request->problem, request->response.status);
    request->response.location = result_text(request->arena, row, 0, link->location);
    return true;
}

void put_path(struct buf *buf, const struct request *request) {
    const struct text *value = request->match.values;
    for (const char *c = request->match.spec->path; *c; c++)
        if (*c == '{') {
            put_encoded(buf, value->bytes, value->length);
            value++;
            c = strchr(c, '}');
        } else {
            buf_char(buf, *c);
        }
}

/* The request's own target with the cursor exchanged; NULL, and so no Link, where it is longer than clients take. */
static const char *next_link(struct request *request, const char *cursor) {
    const struct spec *spec = request->match.spec;
    const char *const position[] = {"cursor", spec->feed ? "start" : NULL, NULL};
    const char *query = pairs_canonical(request->arena, &request->inputs.query, position);
    struct buf link = buf_new(request->arena, 512, LINK_MAX);
    put_path(&link, request);
    buf_printf(&link, "?%s%scursor=%s", query ?: "", query && *query ? "&" : "", cursor);
    return query ? buf_text(&link) : NULL;
}

/* How many rows the page shows, and where the next one begins. False with a problem. */
static bool turn_page(struct request *request, struct rendering *rendering, unsigned *shown) {
    const struct spec *spec = request->match.spec;
    bool more = request->inputs.limit && *shown > request->inputs.limit;
    struct text last[COLUMNS_MAX];
    if (more)
        *shown = (unsigned)request->inputs.limit;
    if (!more && !spec->feed)
        return true;
    if (!*shown) { /* nothing new: go on from where this one did */
        const struct text *given = pairs_get(&request->inputs.query, "cursor");
        rendering->next = given ? given->bytes : "";
        return true;
    }
    result_row(request->outcome.row, *shown - 1, last);
    rendering->next = cursor_make(request, atomic_load(&request->operation->link), last);
    if (!rendering->next)
        return request_refuse(request, "internal", "The next page has no cursor.");
    request->response.next_link = next_link(request, rendering->next);
    return true;
}

bool render(struct request *request) {
    struct response *response = &request->response;
    if (request->operation->handler || request->recalled || request->outcome.kept)
        return true;
    const struct link *link = atomic_load(&rows_of(request)->link);
    const struct result *rows = request->outcome.answer ?: request->outcome.row;
    bool list = request->match.spec->list;
    unsigned shown = list ? result_rows(rows) : 1;
    if (!apply_engine_columns(request))
        return false;
    if (response->status / 100 == 3 || !request->renderer)
        return true;
    if (!list && !result_rows(rows)) /* what was written is not the caller's to see */
        return request_refuse(request, "forbidden", "The caller may not do this.");
    response->version = list ? NULL : result_text(request->arena, rows, 0, link->version);
    response->content_type = request->renderer->content_type;
    struct rendering rendering = {.buf = response_body(request),
                                  .columns = link->columns,
                                  .column_count = link->count,
                                  .list = list,
                                  .asked = pairs_get(&request->inputs.query, "format")};
    if (list && !turn_page(request, &rendering, &shown))
        return false;
    render_rows(request->renderer, &rendering, rows, shown, list ? link->bookmark : -1);
    response->omitted = rendering.omitted;
    if (response->body.failed && arena_failed(request->arena))
        return problem_exhausted(&request->problem);
    if (response->body.failed)
        return request_refuse(request, "bad-request",
                              "The result is too large for one answer: narrow it, or ask with limit.");
    return true;
}
