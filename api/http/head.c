/* The bytes of an answer: its head, and the body behind it. */
#include "base/log.h"
#include "base/scan.h"
#include "http/request.h"
#include <string.h>
#include <time.h>

enum { HEAD_MAX = 32 * 1024 };

/* Leaves out what has no value. */
static void put_header(struct buf *head, const char *name, const char *value) {
    /* no value may begin a header of its own: what holds a control character is left out, and said */
    for (const char *c = value; c && *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f) {
            log_event(LOG_ERROR, "header refused", LOG_TEXT("name", name));
            return;
        }
    if (!value)
        return;
    buf_str(head, name);
    buf_put(head, ": ", 2);
    buf_str(head, value);
    buf_put(head, "\r\n", 2);
}

static void put_date(struct buf *head) {
    static _Thread_local time_t second;
    static _Thread_local char text[40];
    time_t now = time(NULL);
    if (now != second) {
        struct tm utc;
        strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &utc));
        second = now;
    }
    put_header(head, "Date", text);
}

/* The method that a preflight asks about (Fetch, section 3.2.2), or NULL. */
static const char *preflight_of(const struct request *request) {
    return strcmp(request->method, "OPTIONS") == 0 ? request_header(request, "Access-Control-Request-Method") : NULL;
}

/* What anybody may read, the pages of every origin may read: no cookie makes it another answer. What has or wants to
 * have a token, and what writes, is for the origins of the list. */
static bool is_open(const struct request *request) {
    const char *preflight = preflight_of(request),
               *headers = preflight ? request_header(request, "Access-Control-Request-Headers") : NULL;
    const char *method = preflight ?: request->method;
    return (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0) && !request_header(request, "Authorization") &&
           !(headers && strcasestr(headers, "authorization"));
}

static void put_cors(struct buf *head, const struct request *request) {
    const struct response *response = &request->response;
    bool open = is_open(request);
    const char *origin = open ? "*" : request_header(request, "Origin");
    if (!open && (!origin || !scan_listed(request->app->config.cors_origins, origin)))
        return;
    put_header(head, "Access-Control-Allow-Origin", origin);
    if (!preflight_of(request)) {
        put_header(head, "Access-Control-Expose-Headers",
                   "Accept-Ranges, Age, Allow, Cache-Status, Content-Disposition, Content-Range, Date, ETag, Link, "
                   "Location, RateLimit, Retry-After, Server-Timing, WWW-Authenticate, X-Omitted-Count, X-Request-Id");
    } else if (response->allow) {
        put_header(head, "Access-Control-Allow-Methods", open ? "GET, HEAD" : response->allow);
        buf_printf(head,
                   "Access-Control-Allow-Headers: Accept, Accept-Language, %sIf-Match, If-None-Match, If-Range, "
                   "Range, X-Request-Id\r\n",
                   open ? "" : "Authorization, Content-Digest, Content-Type, Idempotency-Key, ");
        put_header(head, "Access-Control-Max-Age", "600");
    }
}

/* What else than its address makes this answer what it is. A cache in front must not give what it keeps to who sends
 * a token. */
static void put_vary(struct buf *head, const struct request *request) {
    const struct response *response = &request->response;
    bool shared = request->match.spec && request->match.spec->shared;
    bool listed = *request->app->config.cors_origins && !is_open(request);
    const char *names = arena_printf(request->arena, "%s%s%s", response->vary_accept ? ", Accept" : "",
                                     shared ? ", Authorization" : "", listed ? ", Origin" : "");
    if (names && *names)
        put_header(head, "Vary", names + strlen(", "));
}

/* Milliseconds with three decimals; after ", " but for the first. */
static void put_duration(struct buf *head, const char *name, int64_t us) {
    buf_str(head, name);
    buf_str(head, ";dur=");
    buf_int(head, us / 1000);
    buf_put(head, (char[]){'.', (char)('0' + us / 100 % 10), (char)('0' + us / 10 % 10), (char)('0' + us % 10)}, 4);
}

/* Where the time went (W3C Server Timing); what took no time is left out. */
static void put_timing(struct buf *head, const struct request *request) {
    static const struct {
        enum step_id step;
        const char *name;
    } phases[] = {{STEP_BIND, "bind"}, {STEP_RUN, "db"}, {STEP_RENDER, "render"}};
    buf_str(head, "Server-Timing: ");
    for (size_t i = 0; i < sizeof phases / sizeof *phases; i++)
        if (request->spent_us[phases[i].step]) {
            put_duration(head, phases[i].name, request->spent_us[phases[i].step]);
            buf_put(head, ", ", 2);
        }
    put_duration(head, "total", clock_us() - request->started_us);
    buf_put(head, "\r\n", 2);
}

/* Turns problem into the response: a page for who asks for one (a browser does, with q-values; curl does not). */
static void take_problem(struct request *request) {
    static const char *const offered[] = {"application/problem+json", "application/json", "text/html"};
    static const char policy[] =
        "Content-Security-Policy: default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n";
    const struct app *app = request->app;
    const struct problem *problem = &request->problem;
    struct response *response = &request->response;
    bool page = app->problem_page && response_negotiate(request_header(request, "Accept"), offered, 3) == offered[2];
    operation_refusal *refuse = request->operation ? request->operation->refuse : NULL;
    size_t length = strcspn(request->target ?: "", "?");
    for (unsigned i = 0; !request->operation && i < app->contract->spec_count; i++) /* refused before it was routed */
        if (strlen(app->operations[i].spec->path) == length &&
            strncmp(app->operations[i].spec->path, request->target, length) == 0)
            refuse = refuse ?: app->operations[i].refuse;
    *response = (struct response){.status = problem->status,
                                  .content_type = page ? "text/html; charset=utf-8" : offered[0],
                                  .constants = page ? policy : NULL,
                                  .vary_accept = app->problem_page != NULL,
                                  .head = response->head,
                                  .rate = response->rate,
                                  .allow = *problem->allow ? problem->allow : NULL,
                                  .range = *problem->range ? problem->range : NULL};
    if (refuse && refuse(request))
        return;
    if (page)
        app->problem_page(app, problem, request->id, response_body(request));
    else
        problem_render(problem, request->id, response_body(request));
}

/* How to ask so that it is allowed (RFC 6750, section 3). */
static void put_challenge(struct buf *head, const struct request *request) {
    const struct response *response = &request->response;
    const struct spec *spec = request->match.spec;
    put_header(head, "WWW-Authenticate", response->challenge);
    if (request->problem.status == 401)
        put_header(head, "WWW-Authenticate", request->tried ? "Bearer error=\"invalid_token\"" : "Bearer");
    if (request->problem.status != 403 || !spec || !*spec->roles)
        return;
    buf_str(head, "WWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"");
    for (const char *c = spec->roles; *c; c++)
        buf_char(head, *c == ',' ? ' ' : *c); /* roles have commas between them, scopes spaces */
    buf_str(head, "\"\r\n");
}

/* How it may be kept, as the contract says: but nobody keeps what was made for a token, and what is stale already is
 * asked for again. */
static void put_cache_control(struct buf *head, const struct request *request) {
    const struct response *response = &request->response;
    const char *cache = response->cache;
    bool kept = cache && !strstr(cache, "no-store") && !strstr(cache, "private");
    if (kept && request_header(request, "Authorization"))
        cache = "private, no-store";
    else if (response->age)
        cache = "no-cache";
    put_header(head, "Cache-Control", cache ?: "no-store");
}

bool response_named(const struct request *request) {
    return request->response.content_type == render_csv.content_type && pairs_get(&request->inputs.query, "format");
}

static void put_own(struct buf *head, const struct request *request) {
    const struct response *response = &request->response;
    put_header(head, "Content-Type", response->content_type);
    if (response->status != 304 && response->status != 204) {
        buf_str(head, "Content-Length: ");
        buf_int(head, response->stream ? response->stream->length : (int64_t)response_text(response).length);
        buf_put(head, "\r\n", 2);
    }
    put_header(head, "Location", response->location);
    put_header(head, "Allow", response->allow);
    put_header(head, "Content-Range", response->range);
    put_header(head, "Content-Disposition", response->disposition);
    if (response_named(request))
        csv_put_name(head, request->target);
    put_header(head, "Cache-Status", response->cache_status);
    if (response->age)
        buf_printf(head, "Age: %lld\r\n", (long long)response->age);
    if (request->problem.retry_after)
        buf_printf(head, "Retry-After: %d\r\n", request->problem.retry_after);
    put_header(head, "RateLimit", response->rate);
    put_cache_control(head, request);
}

struct text response_common(const struct request *request) {
    const struct response *response = &request->response;
    struct buf head = buf_new(request->arena, 1024, HEAD_MAX);
    put_header(&head, "ETag", response->etag);
    if (response->next_link)
        buf_printf(&head, "Link: <%s>; rel=\"next\"\r\n", response->next_link);
    if (response->omitted)
        buf_printf(&head, "X-Omitted-Count: %u\r\n", response->omitted);
    buf_str(&head, response->constants ?: "");
    put_vary(&head, request);
    put_cors(&head, request);
    put_header(&head, "X-Content-Type-Options", "nosniff");
    return (struct text){head.failed ? NULL : head.data, head.length};
}

static struct buf make_head(const struct request *request, bool close) {
    struct text common = request->response.common.bytes ? request->response.common : response_common(request);
    struct buf head = buf_new(request->arena, 2048, HEAD_MAX);
    buf_str(&head, "HTTP/1.1 ");
    buf_int(&head, request->response.status);
    buf_put(&head, " \r\n", 3); /* no phrase: nobody may count on one (RFC 9112, section 4) */
    put_date(&head);
    put_own(&head, request);
    put_challenge(&head, request);
    buf_put(&head, common.bytes, common.length);
    put_header(&head, "X-Request-Id", request->id);
    put_timing(&head, request);
    put_header(&head, "Connection", close ? "close" : "keep-alive");
    buf_put(&head, "\r\n", 2);
    head.failed |= !common.bytes;
    return head;
}

struct text response_last(void) {
    static const char last[] =
        "HTTP/1.1 503 \r\nContent-Type: application/problem+json\r\nContent-Length: 155\r\nRetry-After: 1\r\n"
        "Cache-Control: no-store\r\nConnection: close\r\n\r\n"
        "{\"type\":\"/problems/unavailable\",\"title\":\"The service is not available at the moment\","
        "\"status\":503,\"detail\":\"The service is short of memory.\",\"instance\":\"\"}";
    return (struct text){last, sizeof last - 1};
}

struct text response_finish(struct request *request, struct text *body, bool *close) {
    struct response *response = &request->response;
    if (request->problem.status)
        take_problem(request);
    struct buf head = make_head(request, *close);
    *body = response->head ? (struct text){0} : response_text(response);
    if (!head.failed && !(response->content_type && response->body.failed))
        return (struct text){head.data, head.length};
    log_event(LOG_ERROR, "answer does not fit", LOG_TEXT("id", request->id));
    response->stream = NULL;
    response->status = 503;
    *close = true;
    *body = (struct text){0};
    return response_last();
}
