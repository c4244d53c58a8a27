#include "base/scan.h"
#include "http/cursor.h"
#include "http/response.h"
#include "http/steps.h"
#include <string.h>

const struct operation *rows_of(const struct request *request) {
    return request->operation->answer ?: request->operation;
}

/* What the statement's first row says to the engine. False with a problem. */
static bool heed(struct request *request, struct response *response, struct problem *problem) {
    const struct link *link = atomic_load(&request->operation->link);
    struct value row[COLUMNS_MAX];
    int64_t status = 0;
    if (!result_rows(request->outcome.row))
        return request->match.spec->list || problem_set(problem, "not-found", "There is no such record.");
    result_row(request->outcome.row, 0, row);
    if (link->status >= 0 && row[link->status].text &&
        scan_int(row[link->status].text, row[link->status].length, &status))
        response->status = (int)status;
    if (response->status >= 400 && link->errors >= 0 && row[link->errors].text)
        problem->listed = arena_copy(request->arena, row[link->errors].text, row[link->errors].length);
    if (response->status >= 400)
        return problem_set_status(problem, response->status);
    if (link->location >= 0 && row[link->location].text)
        response->location = arena_copy(request->arena, row[link->location].text, row[link->location].length);
    return true;
}

/* The request's own target with the cursor exchanged. */
static const char *next_link(struct request *request, const char *cursor) {
    static const char *const but[] = {"cursor", NULL};
    const char *query = pairs_canonical(request->arena, &request->inputs.query, but);
    return arena_printf(request->arena, "%.*s?%s%scursor=%s", (int)strcspn(request->target, "?"), request->target,
                        query ?: "", query && *query ? "&" : "", cursor);
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
    if (!list && link->version >= 0 && row[link->version].text)
        response->version = arena_copy(request->arena, row[link->version].text, row[link->version].length);
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
