#include "http/request.h"
#include "base/log.h"
#include "base/scan.h"
#include "http/cursor.h"
#include "http/response.h"
#include "metrics.h"
#include <string.h>
#include <strings.h>

enum { JSON_DEPTH_MAX = 32, COLUMNS_MAX = 128 };

const char *request_header(const struct request *request, const char *name) {
    for (unsigned i = 0; i < request->header_count; i++)
        if (strcasecmp(request->headers[i].name, name) == 0)
            return request->headers[i].value;
    return NULL;
}

static bool route(struct request *request, struct response *response, struct problem *problem) {
    const char *mark = strchr(request->target, '?');
    size_t length = mark ? (size_t)(mark - request->target) : strlen(request->target);
    if (!router_match(request->app->router, request->arena, request->method, request->target, length, &request->match,
                      problem))
        return false;
    response->head = request->match.head;
    if (!request->match.spec) { /* OPTIONS */
        response->status = 204;
        response->allow = request->match.allow;
        return false;
    }
    request->operation = &request->app->operations[request->match.index];
    request->inputs.match = &request->match;
    const char *query = mark ? mark + 1 : "";
    return bind_parse_query(request->arena, query, strlen(query), &request->inputs.query, problem);
}

/* ?format= wins over Accept, for people with a browser or curl; a word that is not on the contract's
 * list is left to bind, which names it. */
static bool accept(struct request *request, struct response *response, struct problem *problem) {
    const struct spec *spec = request->match.spec;
    if (request->operation->handler)
        return true;
    const struct text *format =
        spec_parameter(spec, IN_QUERY, "format") ? pairs_get(&request->inputs.query, "format") : NULL;
    request->media =
        response_negotiate(format ? NULL : request_header(request, "Accept"), spec->media, spec->media_count);
    for (unsigned i = 0; format && i < spec->media_count; i++)
        if (strcmp(renderer_of(spec->media[i])->format, format->bytes) == 0)
            request->media = spec->media[i];
    if (spec->media_count && !request->media)
        return problem_set(problem, "not-acceptable", "Accept must allow one of the types that the contract lists.");
    request->renderer = request->media ? renderer_of(request->media) : NULL;
    request->inputs.whole = request->renderer && request->renderer->whole;
    response->vary_accept = spec->media_count > 1;
    return true;
}

/* Nesting of a JSON text, in one pass: jansson recurses, and a worker's stack is small. */
static int json_depth(const char *text, size_t length) {
    int depth = 0, deepest = 0;
    bool string = false;
    for (size_t i = 0; i < length; i++) {
        if (string) {
            if (text[i] == '\\')
                i++;
            else
                string = text[i] != '"';
        } else if (text[i] == '"') {
            string = true;
        } else if (text[i] == '{' || text[i] == '[') {
            deepest = ++depth > deepest ? depth : deepest;
        } else if (text[i] == '}' || text[i] == ']') {
            depth--;
        }
    }
    return deepest;
}

static bool is_type(const char *header, const char *type) {
    size_t length = strlen(type);
    return header && strncasecmp(header, type, length) == 0 && strchr("; \t", header[length]);
}

static bool read_body(struct request *request, struct problem *problem) {
    const struct spec *spec = request->match.spec;
    if (!spec->body || !request->body.bytes || !request->body.length) {
        if (spec->body_required)
            return problem_add(problem, "/body", "is missing");
        return true;
    }
    const char *wanted = spec->merge_patch ? "application/merge-patch+json" : "application/json";
    if (!is_type(request_header(request, "Content-Type"), wanted))
        return problem_set(problem, "unsupported-media-type", "The body must be %s.", wanted);
    if (json_depth(request->body.bytes, request->body.length) > JSON_DEPTH_MAX)
        return problem_add(problem, "/body", "is nested more than %d deep", JSON_DEPTH_MAX);
    if (memchr(request->body.bytes, '\0', request->body.length)) /* jansson passes over one behind a number */
        return problem_add(problem, "/body", "is not JSON: it holds a NUL");
    json_error_t error;
    request->json =
        json_loadb(request->body.bytes, request->body.length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (!request->json)
        return problem_add(problem, "/body", "is not JSON: %s (line %d, column %d)", error.text, error.line,
                           error.column);
    request->inputs.body = request->json;
    request->inputs.body_text = request->body;
    return schema_validate(spec->body, request->json, "/body", problem);
}

static bool bind(struct request *request, struct response *response, struct problem *problem) {
    return bind_check(request->arena, request->match.spec, &request->inputs, problem) &&
           cursor_open(request, problem) && read_body(request, problem);
}

/* Takes over an answer that was made for somebody else. */
static bool take_answer(struct request *request, struct response *response, const struct answer *answer,
                        struct problem *problem) {
    if (!response_body(request, response, problem))
        return false;
    buf_put(&response->body, answer->body.bytes, answer->body.length);
    response->status = 200;
    response->content_type = answer->content_type;
    response->etag = arena_copy(request->arena, answer->etag, strlen(answer->etag));
    response->next_link =
        answer->next_link ? arena_copy(request->arena, answer->next_link, strlen(answer->next_link)) : NULL;
    response->omitted = answer->omitted;
    request->recalled = true;
    return true;
}

/* The key is what the answer depends on and nothing else: path, values that bind has checked, representation. */
static bool recall(struct request *request, struct response *response, struct problem *problem) {
    static const char *const nothing[] = {NULL};
    struct cache *cache = request->app->cache;
    const struct spec *spec = request->match.spec;
    if (!cache || !spec->shared || request->operation->handler)
        return true;
    const char *query = pairs_canonical(request->arena, &request->inputs.query, nothing);
    struct buf key = buf_new(request->arena, 256, 72 * 1024);
    buf_put(&key, request->target, strcspn(request->target, "?"));
    buf_char(&key, '?');
    buf_str(&key, query ?: "");
    buf_char(&key, ' ');
    buf_str(&key, request->media);
    if (!query || key.failed)
        return true;
    request->key = (struct text){key.data, key.length};
    const struct answer *answer =
        cache_get(cache, request->key, request->app->config.pool_wait_ms * 1000, &request->ticket);
    bool fine = !answer || take_answer(request, response, answer, problem);
    response->cache_status = answer                  ? "scip-api; hit"
                             : request->ticket.entry ? "scip-api; fwd=miss"
                                                     : "scip-api; fwd=bypass";
    cache_give_back(&answer);
    return fine;
}

static bool remember(struct request *request, struct response *response, struct problem *problem) {
    if (!request->ticket.entry || response->status != 200)
        return true;
    response->etag = response_etag(request, response);
    struct answer answer = {
        .content_type = response->content_type,
        .etag = response->etag,
        .next_link = response->next_link,
        .omitted = response->omitted,
        .body = {response->body.data + RESPONSE_HEAD_ROOM, response->body.length - RESPONSE_HEAD_ROOM}};
    cache_settle(request->app->cache, &request->ticket, answer.etag ? &answer : NULL);
    return true;
}

/* The database cannot be asked: an answer from before, marked by a ttl below zero (RFC 9211, section 2.3), is
 * better than none. */
static bool fall_back(struct request *request, struct response *response, struct problem *problem) {
    const struct answer *answer =
        request->key.bytes && problem->status >= 503 ? cache_get_stale(request->app->cache, request->key) : NULL;
    if (!answer)
        return false;
    struct problem none = {0};
    bool fine = take_answer(request, response, answer, &none);
    if (fine)
        *problem = none;
    response->age = (clock_us() - answer->made_us) / 1000000 ?: 1;
    response->cache_status = arena_printf(request->arena, "scip-api; hit; ttl=-%lld", (long long)response->age);
    cache_give_back(&answer);
    return fine;
}

/* Runs the statement; a read whose connection broke is tried once more on another one. */
static struct result *query(struct request *request, const char *const *values, struct problem *problem) {
    bool read = strcmp(request->match.spec->method, "GET") == 0, lost = false;
    struct result *result = NULL;
    for (int attempt = 0; attempt < 2 && !result; attempt++) {
        *problem = (struct problem){0};
        struct connection *connection = pool_take(request->app->pool, problem);
        if (!connection)
            return NULL;
        result = pg_run(connection, &request->operation->statement, values, problem, &lost);
        pool_give(request->app->pool, &connection); /* before anything is written to the client */
        if (!lost || !read)
            break;
    }
    return result;
}

static bool run(struct request *request, struct response *response, struct problem *problem) {
    const struct operation *operation = request->operation;
    response->status = operation->spec->success;
    response->constants = operation->spec->headers;
    response->constant_count = operation->spec->header_count;
    if (request->recalled)
        return true;
    if (operation->handler)
        return operation->handler(request, response, problem);
    const struct link *link = atomic_load(&operation->link);
    if (!link) {
        problem_set(problem, "unavailable", "The database has not answered for this operation yet.");
        return fall_back(request, response, problem);
    }
    const char **values = arena_alloc(request->arena, (operation->statement.count + 1) * sizeof *values);
    if (!values || !bind_values(request->arena, operation, &request->inputs, values, problem))
        return problem->status ? false : problem_set(problem, "too-large", "The request is too large.");
    request->result = query(request, values, problem);
    if (!request->result)
        return fall_back(request, response, problem);
    if (strcmp(operation->spec->method, "GET") != 0 && request->app->cache)
        cache_changed(request->app->cache);
    if (!operation_fits(link, request->result))
        return problem_set(problem, "unavailable", "The database's schema has changed under this operation.");
    return true;
}

/* A row whose _status is a redirect. */
static bool redirect(struct response *response, struct request *request, const struct link *link,
                     const struct value *row) {
    int64_t status;
    if (link->status < 0 || link->location < 0 || !row[link->status].text || !row[link->location].text ||
        !scan_int(row[link->status].text, row[link->status].length, &status) || status / 100 != 3)
        return false;
    response->status = (int)status;
    response->content_type = NULL;
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

static bool render_list(struct request *request, struct response *response, struct rendering *rendering,
                        struct value *row, struct problem *problem) {
    unsigned rows = result_rows(request->result), shown = rows;
    if (request->inputs.limit && rows > request->inputs.limit) {
        shown = (unsigned)request->inputs.limit;
        result_row(request->result, shown - 1, row);
        rendering->next = cursor_make(request, atomic_load(&request->operation->link), row);
        if (!rendering->next)
            return problem_set(problem, "internal", "The next page has no cursor.");
        response->next_link = next_link(request, rendering->next);
    }
    for (unsigned i = 0; i < shown; i++) {
        result_row(request->result, i, row);
        request->renderer->row(rendering, row);
    }
    return true;
}

static bool render(struct request *request, struct response *response, struct problem *problem) {
    if (request->operation->handler || request->recalled)
        return true;
    const struct link *link = atomic_load(&request->operation->link);
    struct value row[COLUMNS_MAX];
    bool list = request->match.spec->list;
    if (!list && !result_rows(request->result))
        return problem_set(problem, "not-found", "There is no such record.");
    if (!list)
        result_row(request->result, 0, row);
    if (!response_body(request, response, problem))
        return false;
    if ((!list && redirect(response, request, link, row)) || !request->renderer)
        return true;
    response->content_type = request->renderer->content_type;
    struct rendering rendering = {.buf = &response->body,
                                  .columns = link->columns,
                                  .column_count = link->count,
                                  .list = list,
                                  .title = request->app->contract->title};
    request->renderer->begin(&rendering);
    if (!list)
        request->renderer->row(&rendering, row);
    else if (!render_list(request, response, &rendering, row, problem))
        return false;
    request->renderer->end(&rendering);
    response->omitted = rendering.omitted;
    if (response->body.failed)
        return problem_set(problem, "bad-request",
                           "The result is too large for one answer: narrow it, or ask with limit.");
    return true;
}

static const struct step {
    enum step_id id;
    bool (*take)(struct request *, struct response *, struct problem *); /* false: the walk ends here */
} steps[] = {
    {STEP_ROUTE, route}, {STEP_ACCEPT, accept}, {STEP_BIND, bind},         {STEP_RECALL, recall},
    {STEP_RUN, run},     {STEP_RENDER, render}, {STEP_REMEMBER, remember}, {STEP_VALIDATE, response_validate},
};

void request_serve(struct request *request, struct response *response, struct problem *problem) {
    bool onwards = true;
    int64_t before = clock_us();
    for (size_t i = 0; onwards && i < sizeof steps / sizeof *steps; i++) {
        onwards = steps[i].take(request, response, problem);
        int64_t after = clock_us();
        request->spent_us[steps[i].id] = after - before;
        before = after;
    }
    static const struct answer nothing; /* of this path, as far as the database could say */
    cache_settle(request->app->cache, &request->ticket, problem->status < 500 ? &nothing : NULL);
    result_free(&request->result);
    json_decref(request->json);
    request->json = NULL;
}
