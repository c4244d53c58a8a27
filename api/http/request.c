#include "http/request.h"
#include "base/log.h"
#include "base/scan.h"
#include "http/auth.h"
#include "http/cursor.h"
#include "http/response.h"
#include "metrics.h"
#include <openssl/evp.h>
#include <stdio.h>
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

/* A form as a JSON object of strings; a name without a value counts as absent (RFC 6749, section 3.2). */
static bool read_form(struct request *request, struct problem *problem) {
    struct pairs *pairs = arena_alloc(request->arena, sizeof *pairs);
    if (!pairs || !bind_parse_query(request->arena, request->body.bytes, request->body.length, pairs, problem))
        return problem->status ? false : problem_set(problem, "too-large", "The request is too large.");
    request->inputs.body = request->json = json_object();
    for (unsigned i = 0; i < pairs->count; i++) {
        const struct pair *pair = &pairs->items[i];
        if (json_object_get(request->json, pair->name))
            return problem_add(problem, "/body", "names a value more than once");
        if (pair->value.length)
            json_object_set_new(request->json, pair->name, json_stringn(pair->value.bytes, pair->value.length));
    }
    return schema_validate(request->match.spec->body, request->json, "/body", problem);
}

static bool read_body(struct request *request, struct problem *problem) {
    const struct spec *spec = request->match.spec;
    if (!spec->body || !request->body.bytes || !request->body.length) {
        if (spec->body_required)
            return problem_add(problem, "/body", "is missing");
        return true;
    }
    if (!is_type(request_header(request, "Content-Type"), spec->body_type))
        return problem_set(problem, "unsupported-media-type", "The body must be %s.", spec->body_type);
    if (strcmp(spec->body_type, "application/x-www-form-urlencoded") == 0)
        return read_form(request, problem);
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

/* Headers that the contract names. A precondition that is missing is 428 (RFC 6585, section 3). */
static bool bind_headers(struct request *request, struct problem *problem) {
    const struct spec *spec = request->match.spec;
    for (unsigned i = 0; i < spec->parameter_count; i++) {
        const struct parameter *parameter = &spec->parameters[i];
        const char *value = parameter->place == IN_HEADER ? request_header(request, parameter->name) : NULL;
        bool condition = strncmp(parameter->name, "If-", 3) == 0;
        if (parameter->place != IN_HEADER)
            continue;
        if (!value && parameter->required && condition)
            return problem_set(problem, "precondition-required", "This needs %s%s.", parameter->name,
                               strcmp(parameter->name, "If-Match") == 0 ? " with the record's ETag" : ": *");
        bind_check_value(parameter, value ? &(struct text){value, strlen(value)} : NULL, problem);
        if (value && strcmp(parameter->name, "If-Match") == 0)
            request->inputs.if_match = bind_if_match(request->arena, value);
        if (value && strcmp(parameter->name, "Idempotency-Key") == 0)
            request->call.key = value;
    }
    return !problem->status;
}

static bool bind(struct request *request, struct response *response, struct problem *problem) {
    const struct text *dry_run = pairs_get(&request->inputs.query, "dry_run");
    request->inputs.operations = request->app->contract->operations;
    request->call.dry_run = dry_run && strcmp(dry_run->bytes, "true") == 0;
    return bind_check(request->arena, request->match.spec, &request->inputs, problem) &&
           bind_headers(request, problem) && cursor_open(request, problem) && read_body(request, problem);
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

/* SHA-256 of all that makes the request what it is, as a bytea. */
static const char *hash_request(const struct request *request) {
    unsigned char digest[32];
    char hex[sizeof digest * 2 + 1];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool fine = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) &&
                EVP_DigestUpdate(context, request->target, strlen(request->target) + 1) &&
                EVP_DigestUpdate(context, request->body.bytes, request->body.length) &&
                EVP_DigestFinal_ex(context, digest, NULL);
    EVP_MD_CTX_free(context);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return fine ? arena_printf(request->arena, "\\x%s", hex) : NULL;
}

/* An answer that was kept is given again, byte for byte. */
static bool take_kept(struct request *request, struct response *response, struct problem *problem) {
    struct value row[5];
    int64_t status = 0;
    const char *texts[5] = {0};
    result_row(request->outcome.kept, 0, row);
    for (int i = 0; i < 5; i++)
        texts[i] = row[i].text ? arena_copy(request->arena, row[i].text, row[i].length) : NULL;
    if (!response_body(request, response, problem))
        return false;
    scan_int(row[0].text, row[0].length, &status);
    response->status = (int)status;
    response->location = texts[1];
    response->etag = texts[2];
    response->content_type = texts[3];
    buf_put(&response->body, row[4].text, row[4].length);
    return true;
}

static bool transact(struct request *request, const char *const *values, struct response *response,
                     struct problem *problem) {
    struct call *call = &request->call;
    call->operation = request->operation;
    call->values = values;
    call->enter = auth_enter(request);
    call->answer_values =
        call->operation->answer ? bind_values(request->arena, call->operation->answer, &request->inputs) : NULL;
    call->hash = call->key ? hash_request(request) : NULL;
    if (!call->enter || (call->operation->answer && !call->answer_values) || (call->key && !call->hash))
        return problem_set(problem, "too-large", "The request is too large.");
    return transaction_run(&request->app->transactions, call, &request->outcome, problem);
}

/* The operation whose columns are rendered: the write's own, or the read that it answers with. */
static const struct operation *shown(const struct request *request) {
    return request->operation->answer ?: request->operation;
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
    const struct link *link = atomic_load(&operation->link), *answer = atomic_load(&shown(request)->link);
    if (!link || !answer) {
        problem_set(problem, "unavailable", "The database has not answered for this operation yet.");
        return fall_back(request, response, problem);
    }
    const char *const *values = bind_values(request->arena, operation, &request->inputs);
    if (!values)
        return problem_set(problem, "too-large", "The request is too large.");
    struct outcome *outcome = &request->outcome;
    bool fine = request->caller.subject ? transact(request, values, response, problem)
                                        : (outcome->row = query(request, values, problem)) != NULL;
    if (!fine)
        return fall_back(request, response, problem);
    if (outcome->kept)
        return take_kept(request, response, problem);
    if (strcmp(operation->spec->method, "GET") != 0 && request->app->cache)
        cache_changed(request->app->cache);
    if (!operation_fits(link, outcome->row) || (outcome->answer && !operation_fits(answer, outcome->answer)))
        return problem_set(problem, "unavailable", "The database's schema has changed under this operation.");
    return true;
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

static bool render(struct request *request, struct response *response, struct problem *problem) {
    if (request->operation->handler || request->recalled || request->outcome.kept)
        return true;
    const struct link *link = atomic_load(&shown(request)->link);
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

/* With an Idempotency-Key the answer is kept in the transaction of its effect, so it comes before the commit. */
static bool commit(struct request *request, struct response *response, struct problem *problem) {
    if (!request->outcome.held)
        return true;
    response->etag = response->content_type && response->version ? response_etag(request, response) : NULL;
    buf_char(&response->body, '\0');
    response->body.length--;
    const char *const answer[] = {arena_printf(request->arena, "%d", response->status), response->location,
                                  response->etag, response->content_type, response->body.data + RESPONSE_HEAD_ROOM};
    bool fine = transaction_keep(&request->app->transactions, &request->call, &request->outcome, answer, problem);
    if (fine && request->app->cache)
        cache_changed(request->app->cache);
    return fine;
}

static const struct step {
    enum step_id id;
    bool (*take)(struct request *, struct response *, struct problem *); /* false: the walk ends here */
} steps[] = {
    {STEP_ROUTE, route},       {STEP_AUTH, auth_check},
    {STEP_ACCEPT, accept},     {STEP_BIND, bind},
    {STEP_RECALL, recall},     {STEP_RUN, run},
    {STEP_RENDER, render},     {STEP_COMMIT, commit},
    {STEP_REMEMBER, remember}, {STEP_VALIDATE, response_validate},
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
    transaction_drop(&request->app->transactions, &request->outcome);
    json_decref(request->json);
    request->json = NULL;
}
