#include "http/response.h"
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/log.h"

bool response_body(struct request *request, struct response *response, struct problem *problem) {
    size_t limit = (size_t)request->app->config.response_limit;
    response->body = buf_new(request->arena, RESPONSE_HEAD_ROOM + 12 * 1024, RESPONSE_HEAD_ROOM + limit);
    if (!buf_reserve(&response->body, RESPONSE_HEAD_ROOM))
        return problem_set(problem, "unavailable", "The service is short of memory.");
    buf_commit(&response->body, RESPONSE_HEAD_ROOM);
    return true;
}

/* The next element of a comma-separated header value, trimmed; false at the end. */
static bool next_element(const char **rest, struct text *element) {
    const char *from = *rest + strspn(*rest, " \t,");
    if (!*from)
        return false;
    size_t length = strcspn(from, ",");
    *rest = from + length;
    while (length && (from[length - 1] == ' ' || from[length - 1] == '\t'))
        length--;
    *element = (struct text){from, length};
    return true;
}

/* The weight of a media range in thousandths (RFC 9110, section 12.4.2). */
static int weight(const struct text *range) {
    for (const char *semicolon = memchr(range->bytes, ';', range->length), *end = range->bytes + range->length;
         semicolon; semicolon = memchr(semicolon + 1, ';', (size_t)(end - semicolon - 1))) {
        const char *name = semicolon + 1 + strspn(semicolon + 1, " \t");
        if (name + 2 < end && (*name | 0x20) == 'q' && name[1] == '=') {
            double value = strtod(name + 2, NULL);
            return value < 0 || value > 1 ? 0 : (int)(value * 1000);
        }
    }
    return 1000;
}

/* How exactly range names type: 3 type/subtype, 2 type, 1 anything, 0 not at all. */
static int precision(const struct text *range, const char *type) {
    size_t length = strcspn(range->bytes, "; \t,");
    length = length < range->length ? length : range->length;
    const char *slash = strchr(type, '/');
    if (length == 3 && memcmp(range->bytes, "*/*", 3) == 0)
        return 1;
    if (length == (size_t)(slash - type) + 2 && range->bytes[length - 1] == '*' &&
        strncasecmp(range->bytes, type, length - 1) == 0)
        return 2;
    return length == strlen(type) && strncasecmp(range->bytes, type, length) == 0 ? 3 : 0;
}

const char *response_negotiate(const char *accept, const char *const *offered, unsigned count) {
    const char *chosen = count ? offered[0] : NULL;
    if (!accept || !accept[strspn(accept, " \t")])
        return chosen;
    chosen = NULL;
    for (unsigned i = 0, best = 0; i < count; i++) {
        struct text range;
        int found = 0, wanted = 0;
        for (const char *rest = accept; next_element(&rest, &range);) {
            int exact = precision(&range, offered[i]);
            if (exact > found) {
                found = exact;
                wanted = weight(&range);
            }
        }
        if (wanted > (int)best) {
            best = (unsigned)wanted;
            chosen = offered[i];
        }
    }
    return chosen;
}

static EVP_MAC *siphash;

static void fetch_siphash(void) {
    siphash = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
}

/* SipHash-2-4 of the body under the process's secret: strong for caching, and no oracle for guessing. */
const char *response_etag(struct request *request, const struct response *response) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fetch_siphash);
    unsigned char hash[16];
    size_t length = 0;
    EVP_MAC_CTX *mac = EVP_MAC_CTX_new(siphash);
    bool fine = mac && EVP_MAC_init(mac, request->app->secret, 16, NULL) &&
                EVP_MAC_update(mac, (unsigned char *)response->body.data + RESPONSE_HEAD_ROOM,
                               response->body.length - RESPONSE_HEAD_ROOM) &&
                EVP_MAC_final(mac, hash, &length, sizeof hash);
    EVP_MAC_CTX_free(mac);
    if (!fine)
        return NULL;
    uint64_t halves[2];
    memcpy(halves, hash, sizeof halves);
    /* If-Match reads the record's version alone; the hash is of this representation */
    return arena_printf(request->arena, "\"%s%s%016llx%016llx\"", response->version ?: "", response->version ? "." : "",
                        (unsigned long long)halves[0], (unsigned long long)halves[1]);
}

bool response_names_etag(const char *list, const char *etag) {
    struct text element;
    while (next_element(&list, &element)) {
        if (element.length == 1 && *element.bytes == '*')
            return true;
        if (element.length > 2 && memcmp(element.bytes, "W/", 2) == 0)
            element = (struct text){element.bytes + 2, element.length - 2};
        if (element.length == strlen(etag) && memcmp(element.bytes, etag, element.length) == 0)
            return true;
    }
    return false;
}

bool response_validate(struct request *request, struct response *response, struct problem *problem) {
    bool read = strcmp(request->match.spec->method, "GET") == 0;
    if (!read && response->version && !response->etag)
        response->etag = response_etag(request, response);
    if (response->status != 200 || !read)
        return true;
    if (!response->etag)
        response->etag = response_etag(request, response);
    const char *known = request_header(request, "If-None-Match");
    if (response->etag && known && response_names_etag(known, response->etag)) {
        response->status = 304;
        response->content_type = NULL;
        response->body.length = RESPONSE_HEAD_ROOM;
    }
    return true;
}

static void put_header(struct buf *head, const char *name, const char *value) {
    /* no value may begin a header of its own: what holds a control character is left out, and said */
    for (const char *c = value; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f) {
            log_event(LOG_ERROR, "header refused", LOG_TEXT("name", name));
            return;
        }
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

/* Whether origin is on the configured list. */
static bool origin_allowed(const char *list, const char *origin) {
    struct text element;
    while (next_element(&list, &element))
        if (element.length == strlen(origin) && memcmp(element.bytes, origin, element.length) == 0)
            return true;
    return false;
}

static void put_cors(struct buf *head, const struct request *request, const struct response *response) {
    const char *origin = request_header(request, "Origin");
    if (!*request->app->config.cors_origins || !origin || !origin_allowed(request->app->config.cors_origins, origin))
        return;
    put_header(head, "Access-Control-Allow-Origin", origin);
    if (response->allow && request_header(request, "Access-Control-Request-Method")) { /* a preflight */
        put_header(head, "Access-Control-Allow-Methods", response->allow);
        put_header(head, "Access-Control-Allow-Headers",
                   "Accept, Accept-Language, Authorization, Content-Digest, Content-Type, Idempotency-Key, If-Match, "
                   "If-None-Match, If-Range, Range, X-Request-Id");
        put_header(head, "Access-Control-Max-Age", "600");
    } else {
        put_header(head, "Access-Control-Expose-Headers",
                   "Accept-Ranges, Age, Cache-Status, Content-Disposition, Content-Range, Date, ETag, Link, Location, "
                   "RateLimit, Retry-After, Server-Timing, WWW-Authenticate, "
                   "X-Omitted-Count, X-Request-Id");
    }
}

static void put_vary(struct buf *head, const struct request *request, const struct response *response) {
    bool cors = *request->app->config.cors_origins;
    if (cors || response->vary_accept)
        put_header(head, "Vary", cors && response->vary_accept ? "Accept, Origin" : cors ? "Origin" : "Accept");
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

/* Turns problem into the response. */
static void take_problem(struct request *request, struct response *response, const struct problem *problem) {
    struct problem none;
    operation_refusal *refuse = request->operation ? request->operation->refuse : NULL;
    *response = (struct response){.status = problem->status,
                                  .content_type = "application/problem+json",
                                  .head = response->head,
                                  .rate = response->rate};
    if (problem->allow[0])
        response->allow = problem->allow;
    if (problem->range[0])
        response->range = problem->range;
    if (response_body(request, response, &none) && !(refuse && refuse(response, problem)))
        problem_render(problem, request->id, &response->body);
}

/* Roles separated by commas as scopes separated by spaces. */
static const char *scope_of(struct arena *arena, const char *roles) {
    char *scope = arena_copy(arena, roles, strlen(roles));
    for (char *comma = scope; comma && (comma = strchr(comma, ','));)
        *comma = ' ';
    return scope ?: "";
}

/* How to ask so that it is allowed (RFC 6750, section 3). */
static void put_challenge(struct buf *head, const struct request *request, const struct response *response,
                          const struct problem *problem) {
    const struct spec *spec = request->match.spec;
    if (response->challenge)
        put_header(head, "WWW-Authenticate", response->challenge);
    if (problem->status == 401)
        put_header(head, "WWW-Authenticate", request->tried ? "Bearer error=\"invalid_token\"" : "Bearer");
    if (problem->status == 403 && spec && *spec->roles)
        buf_printf(head, "WWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"%s\"\r\n",
                   scope_of(request->arena, spec->roles));
}

static void put_representation(struct buf *head, const struct response *response, const struct problem *problem) {
    int64_t length = response->stream                             ? response->stream->length
                     : response->body.length > RESPONSE_HEAD_ROOM ? (int64_t)response->body.length - RESPONSE_HEAD_ROOM
                                                                  : 0;
    if (response->content_type)
        put_header(head, "Content-Type", response->content_type);
    if (response->status != 304 && response->status != 204) {
        buf_str(head, "Content-Length: ");
        buf_int(head, length);
        buf_put(head, "\r\n", 2);
    }
    if (response->etag)
        put_header(head, "ETag", response->etag);
    if (response->location)
        put_header(head, "Location", response->location);
    if (response->allow)
        put_header(head, "Allow", response->allow);
    if (response->range)
        put_header(head, "Content-Range", response->range);
    if (response->disposition)
        put_header(head, "Content-Disposition", response->disposition);
    if (response->next_link)
        buf_printf(head, "Link: <%s>; rel=\"next\"\r\n", response->next_link);
    if (response->cache_status)
        put_header(head, "Cache-Status", response->cache_status);
    if (response->age)
        buf_printf(head, "Age: %lld\r\n", (long long)response->age);
    if (response->omitted)
        buf_printf(head, "X-Omitted-Count: %u\r\n", response->omitted);
    if (problem->retry_after)
        buf_printf(head, "Retry-After: %d\r\n", problem->retry_after);
    if (response->rate)
        put_header(head, "RateLimit", response->rate);
    bool cache = false;
    for (unsigned i = 0; i < response->constant_count; i++) {
        put_header(head, response->constants[i].name, response->constants[i].value);
        cache |= strcasecmp(response->constants[i].name, "Cache-Control") == 0;
    }
    if (!cache)
        put_header(head, "Cache-Control", "no-store");
}

struct text response_last(void) {
    static const char last[] =
        "HTTP/1.1 503 \r\nContent-Type: application/problem+json\r\nContent-Length: 155\r\nRetry-After: 1\r\n"
        "Cache-Control: no-store\r\nConnection: close\r\n\r\n{\"type\":\"/problems/unavailable\",\"title\":\"The "
        "service "
        "is not available at the moment\",\"status\":503,\"detail\":\"The service is short of "
        "memory.\",\"instance\":\"\"}";
    return (struct text){last, sizeof last - 1};
}

struct text response_finish(struct request *request, struct response *response, const struct problem *problem,
                            bool *close) {
    if (problem->status)
        take_problem(request, response, problem);
    char *body = response->body.data ? response->body.data + RESPONSE_HEAD_ROOM : NULL;
    size_t length = body ? response->body.length - RESPONSE_HEAD_ROOM : 0;
    struct buf head = buf_new(request->arena, 1024, RESPONSE_HEAD_ROOM);
    buf_str(&head, "HTTP/1.1 ");
    buf_int(&head, response->status);
    buf_put(&head, " \r\n", 3); /* no phrase: nobody may count on one (RFC 9112, section 4) */
    put_date(&head);
    put_representation(&head, response, problem);
    put_challenge(&head, request, response, problem);
    put_vary(&head, request, response);
    put_cors(&head, request, response);
    put_header(&head, "X-Content-Type-Options", "nosniff");
    put_header(&head, "X-Request-Id", request->id);
    put_timing(&head, request);
    put_header(&head, "Connection", *close ? "close" : "keep-alive");
    buf_put(&head, "\r\n", 2);
    if (head.failed || (response->content_type && response->body.failed)) {
        log_event(LOG_ERROR, "answer does not fit", LOG_TEXT("id", request->id));
        response->stream = NULL;
        response->status = 503;
        *close = true;
        return response_last();
    }
    if (response->head || !body)
        length = 0;
    if (!body)
        return (struct text){head.data, head.length};
    /* one run of bytes, so one write: two cost a delayed acknowledgement (44 ms) or twice the CPU */
    char *start = body - head.length;
    memcpy(start, head.data, head.length);
    return (struct text){start, head.length + length};
}
