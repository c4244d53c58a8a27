#include "http/request.h"
#include "base/csv.h"
#include "base/json.h"
#include "base/log.h"
#include "http/auth.h"
#include "http/cursor.h"
#include <string.h>
#include <strings.h>

enum { JSON_DEPTH_MAX = 32 };

const char *request_header(const struct request *request, const char *name) {
    unsigned i = 0;
    while (i < request->header_count && strcasecmp(request->headers[i].name, name) != 0)
        i++;
    const char *value = i < request->header_count ? request->headers[i].value : NULL;
    size_t length = value ? strlen(value) : 0, trimmed = length;
    while (trimmed && strchr(" \t", value[trimmed - 1])) /* none of the value (RFC 9110, section 5.5) */
        trimmed--;
    return trimmed < length ? arena_copy(request->arena, value, trimmed) : value;
}

/* A link to a page may add to its address what is for others to read (utm_source, fbclid, ver): of those, a page
 * takes what the contract names. */
static bool read_query(struct request *request, const char *query) {
    const struct spec *spec = request->match.spec;
    struct pairs *pairs = &request->inputs.query;
    bool ok = bind_parse_query(request->arena, query, strlen(query), pairs, &request->problem);
    if (!response_negotiate("text/html", spec->media, spec->media_count)) /* it is none */
        return ok;
    unsigned count = ok ? pairs->count : 0;
    request->problem.status = pairs->count = 0;
    for (unsigned i = 0; i < count; i++)
        if (spec_parameter(spec, IN_QUERY, pairs->items[i].name))
            pairs->items[pairs->count++] = pairs->items[i];
    return true;
}

static bool route(struct request *request) {
    const char *mark = strchr(request->target, '?');
    size_t length = mark ? (size_t)(mark - request->target) : strlen(request->target);
    if (!router_match(request->app->contract, request->arena, request->method, request->target, length, &request->match,
                      &request->problem))
        return false;
    request->response.head = request->match.head;
    if (!request->match.spec) { /* OPTIONS */
        request->response.status = 204;
        request->response.allow = request->match.allow;
        return false;
    }
    if (request->match.stands_at) {
        request->response.status = 308;
        request->response.location =
            arena_printf(request->arena, "%.*s%s", (int)request->match.stands_at, request->target, mark ?: "");
        return false;
    }
    request->operation = &request->app->operations[request->match.index];
    request->inputs.match = &request->match;
    return read_query(request, mark ? mark + 1 : "");
}

/* ?format= wins over Accept, for people with a browser or curl; a word that is not on the contract's
 * list is left to bind, which names it. */
static bool negotiate(struct request *request) {
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
        return request_refuse(request, "not-acceptable", "Accept must allow one of the types that the contract lists.");
    request->renderer = request->media ? renderer_of(request->media) : NULL;
    request->inputs.whole = request->renderer && request->renderer->whole;
    request->response.vary_accept = spec->media_count > 1;
    return true;
}

bool request_says(const char *header, const char *type) {
    static const char *const others[] = {
        "text/csv", "application/vnd.ms-excel", "text/csv", "application/csv", "image/jpeg", "image/jpg", "audio/mpeg",
        "audio/mp3"};
    size_t length = strlen(type);
    for (size_t i = 0; i < sizeof others / sizeof *others; i += 2)
        if (strcmp(type, others[i]) == 0 && request_says(header, others[i + 1]))
            return true;
    return header && strncasecmp(header, type, length) == 0 && strchr("; \t", header[length]);
}

/* A form as a JSON object of strings; a name without a value counts as absent (RFC 6749, section 3.2). */
static bool read_form(struct request *request) {
    struct pairs *pairs = arena_alloc(request->arena, sizeof *pairs);
    request->json = json_object();
    if (!pairs || !request->json)
        return problem_exhausted(&request->problem);
    if (!bind_parse_query(request->arena, request->body.bytes, request->body.length, pairs, &request->problem))
        return false;
    for (unsigned i = 0; i < pairs->count; i++) {
        const struct pair *pair = &pairs->items[i];
        if (json_object_get(request->json, pair->name))
            return problem_add(&request->problem, "/body", "names a value more than once");
        if (pair->value.length &&
            json_object_set_new(request->json, pair->name, json_stringn(pair->value.bytes, pair->value.length)) < 0)
            return problem_exhausted(&request->problem);
    }
    return true;
}

static bool read_json(struct request *request) {
    struct text text = request->body;
    struct json_size size = json_measure(text.bytes, text.length);
    unsigned most = request->match.spec->body_values;
    if (size.values > most)
        return request_refuse(request, "too-large", "A body has at most %u values here.", most);
    if (size.depth > JSON_DEPTH_MAX)
        return problem_add(&request->problem, "/body", "is nested more than %d deep", JSON_DEPTH_MAX);
    if (size.nul)
        return problem_add(&request->problem, "/body", "is not JSON: it holds a NUL");
    if (size.fractions)
        text = json_with_integers(request->arena, text.bytes, text.length);
    json_error_t error = {0};
    request->json =
        text.bytes ? json_loadb(text.bytes, text.length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error) : NULL;
    if (!request->json && !*error.text) /* there is nothing wrong with the text */
        return problem_exhausted(&request->problem);
    char *near = strstr(error.text, " near ");
    if (near) /* an answer repeats no value that may be somebody's name */
        *near = '\0';
    if (!request->json)
        return problem_add(&request->problem, "/body", "is not JSON: %s (line %d, column %d)", error.text, error.line,
                           error.column);
    request->inputs.body_text = text;
    return true;
}

static bool read_body(struct request *request) {
    const struct spec *spec = request->match.spec;
    if (!spec->body || !request->body.bytes || !request->body.length)
        return !spec->body_required || problem_add(&request->problem, "/body", "is missing");
    if (!request_says(request_header(request, "Content-Type"), spec->body_type))
        return request_refuse(request, "unsupported-media-type", "The body must be %s.", spec->body_type);
    if (strcmp(spec->body_type, "text/csv") == 0) {
        const char *json = csv_to_json(request->arena, request->body.bytes, request->body.length, spec->body_values,
                                       &request->problem);
        request->inputs.body_text = (struct text){json, json ? strlen(json) : 0};
        return json;
    }
    bool form = strcmp(spec->body_type, "application/x-www-form-urlencoded") == 0;
    if (!(form ? read_form : read_json)(request))
        return false;
    request->inputs.body = request->json;
    return schema_validate(spec->body, request->json, "/body", &request->problem);
}

/* Headers that the contract names. Without any of the preconditions that it names it is 428 (RFC 6585, section 3);
 * version 0 is that of a record that is not there, and none has both. */
static bool bind_headers(struct request *request) {
    const struct spec *spec = request->match.spec;
    bool files = request->operation->handler; /* whose entity tags are digests */
    unsigned missing = 0, given = 0;
    for (unsigned i = 0; i < spec->parameter_count; i++) {
        const struct parameter *parameter = &spec->parameters[i];
        const char *value = request_header(request, parameter->name), *any = given ? "{}" : "{0}";
        bool condition = strncmp(parameter->name, "If-", 3) == 0;
        if (parameter->place != IN_HEADER || (condition && !value && ++missing))
            continue;
        bind_check_value(parameter, value ? &(struct text){value, strlen(value)} : NULL, &request->problem);
        any = strcmp(parameter->name, "If-Match") != 0 ? any : files ? "{*}" : NULL;
        if (condition && (++given, !bind_tags(request->arena, value, files, any, &request->inputs.if_match)))
            return problem_exhausted(&request->problem);
        if (value && strcmp(parameter->name, "Idempotency-Key") == 0)
            request->call.key = value;
    }
    return (given || !missing || problem_set_status(&request->problem, 428)) && !request->problem.status;
}

static bool bind(struct request *request) {
    const struct text *dry_run = pairs_get(&request->inputs.query, "dry_run");
    request->inputs.service = &request->app->service;
    request->call.dry_run = dry_run && strcmp(dry_run->bytes, "true") == 0;
    return bind_check(request->arena, request->match.spec, &request->inputs, &request->problem) &&
           bind_headers(request) && cursor_open(request) && read_body(request);
}

/* The walk. A step gives false where it ends. */
static bool (*const steps[STEPS])(struct request *) = {
    [STEP_KNOWN] = known, /* and no more where its answer is */
    [STEP_ROUTE] = route,
    [STEP_AUTH] = auth_check,
    [STEP_ACCEPT] = negotiate,
    [STEP_BODY] = take_body,
    [STEP_BIND] = bind,
    [STEP_RECALL] = recall,
    [STEP_RUN] = run,
    [STEP_RENDER] = render,
    [STEP_COMMIT] = commit,
    [STEP_REMEMBER] = remember,
    [STEP_VALIDATE] = response_validate,
};

void request_serve(struct request *request) {
    bool onwards = true;
    int64_t before = clock_us();
    for (int i = 0; onwards && i < STEPS; i++) {
        onwards = steps[i](request);
        int64_t after = clock_us();
        request->spent_us[i] = after - before;
        before = after;
    }
    if (request->caller.subject)
        auth_explain(request);
    static const struct answer nothing; /* of this path, as far as the database could say */
    cache_settle(request->app->cache, &request->ticket, request->problem.status < 500 ? &nothing : NULL);
    transaction_drop(&request->app->transactions, &request->outcome);
    json_decref(request->json);
    request->json = NULL;
}
