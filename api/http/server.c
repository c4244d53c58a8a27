#include "http/server.h"
#include "base/log.h"
#include "base/scan.h"
#include "http/framing.h"
#include "http/origin.h"
#include "http/request.h"
#include "http/response.h"
#include "http/transfer.h"
#include "metrics.h"
#include <civetweb.h>
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* REQUEST_MAX: request line and headers, civetweb's max_request_size. */
enum { STACK_MIN = 1024 * 1024, BODY_PIECE = 64 * 1024, HEADERS_MAX = 64, REQUEST_MAX = 16384 };

struct server {
    struct app *app;
    struct mg_context *context;
};

/* civetweb asks for stacks of 100 KiB, which a nested document overruns. The executable's definition comes
 * before libc's, so the library gets this one: never less than a mebibyte. */
int pthread_attr_setstacksize(pthread_attr_t *attributes, size_t size) {
    static int (*real)(pthread_attr_t *, size_t);
    if (!real)
        real = (int (*)(pthread_attr_t *, size_t))dlsym(RTLD_NEXT, "pthread_attr_setstacksize");
    return real(attributes, size < STACK_MIN ? STACK_MIN : size);
}

/* civetweb's recv and send come here too, for what its interface does not tell of the request that this thread reads.
 */
static _Thread_local struct arrival {
    int64_t deadline_us; /* of a body, in or out, or 0: civetweb would wait however slowly it drips */
    size_t bytes;        /* received since the last answer */
    bool line;           /* a line has ended among them */
} arrival;

static bool is_late(void) {
    bool late = arrival.deadline_us && clock_us() > arrival.deadline_us;
    if (late)
        errno = ETIMEDOUT;
    return late;
}

ssize_t send(int socket, const void *bytes, size_t count, int flags) {
    return is_late() ? -1 : sendto(socket, bytes, count, flags, NULL, 0);
}

ssize_t recv(int socket, void *bytes, size_t count, int flags) {
    if (is_late())
        return -1;
    ssize_t got = recvfrom(socket, bytes, count, flags, NULL, NULL);
    if (got > 0) {
        arrival.bytes += (size_t)got;
        arrival.line = arrival.line || memchr(bytes, '\n', (size_t)got);
    }
    return got;
}

/* Reads the whole body into the arena, within limit bytes and the deadline. */
static bool read_body(struct mg_connection *connection, struct request *request, const struct framing *framing,
                      int64_t limit, struct problem *problem) {
    problem->close = true; /* until all of it is read */
    if (framing->body == FRAMING_LENGTH && framing->length > limit)
        return problem_set(problem, "too-large", "A body has at most %lld bytes.", (long long)limit);
    if (framing->expects)
        mg_write(connection, "HTTP/1.1 100 Continue\r\n\r\n", 25);
    size_t first = framing->body == FRAMING_LENGTH ? (size_t)framing->length + 1 : BODY_PIECE;
    struct buf body = buf_new(request->arena, first, (size_t)limit + 2);
    arrival.deadline_us = clock_us() + request->app->config.body_timeout_ms * 1000;
    int got = 1;
    while (got > 0 && body.length <= (size_t)limit) {
        size_t wanted = framing->body == FRAMING_LENGTH ? (size_t)framing->length - body.length : BODY_PIECE;
        if (wanted > (size_t)limit + 1 - body.length)
            wanted = (size_t)limit + 1 - body.length;
        char *place = wanted ? buf_reserve(&body, wanted) : NULL;
        got = place ? mg_read(connection, place, wanted) : 0;
        buf_commit(&body, got > 0 ? (size_t)got : 0);
    }
    bool late = clock_us() > arrival.deadline_us;
    arrival.deadline_us = 0;
    if (got > 0 || body.failed)
        return problem_set(problem, "too-large", "A body has at most %lld bytes.", (long long)limit);
    if (got < 0 || (framing->body == FRAMING_LENGTH && (int64_t)body.length != framing->length))
        return problem_set(problem, late ? "request-timeout" : "bad-framing", "The body did not arrive whole.");
    request->body = (struct text){buf_text(&body), body.length};
    problem->close = false;
    return true;
}

static struct wire wire_of(struct mg_connection *connection) {
    return (struct wire){connection, mg_read, mg_write, &arrival.deadline_us};
}

/* Reads the body into the arena, or leaves it to a handler that takes it piece by piece. */
static bool take_body(struct mg_connection *connection, struct request *request, const struct framing *framing,
                      struct inflow *inflow, struct problem *problem) {
    struct body_rule rule = request_body_rule(request);
    if (framing->body == FRAMING_NO_BODY)
        return true;
    if (!rule.streamed)
        return read_body(connection, request, framing, rule.limit, problem);
    *inflow = inflow_new(wire_of(connection), &request->app->config, framing, rule.limit);
    request->source = &inflow->source;
    return true;
}

static void log_request(const struct request *request, int status, size_t bytes) {
    int64_t duration = clock_us() - request->started_us;
    bool known = request->match.spec;
    log_event(LOG_INFO, "request", LOG_TEXT("id", request->id), LOG_TEXT("method", request->method),
              LOG_TEXT("operation", known ? request->match.spec->id : ""), LOG_NUMBER("status", status),
              LOG_NUMBER("bytes", (int64_t)bytes), LOG_NUMBER("duration_us", duration),
              LOG_NUMBER("db_us", request->spent_us[STEP_RUN]),
              LOG_NUMBER("render_us", request->spent_us[STEP_RENDER]));
    metrics_count(request->app->metrics, known ? (int)request->match.index : -1, status, duration);
}

/* Everything civetweb knows of the request, in our own terms. */
static void take_over(struct request *request, const struct mg_request_info *info, struct header *headers) {
    request->method = info->request_method;
    request->headers = headers;
    for (int i = 0; i < info->num_headers && i < HEADERS_MAX; i++)
        headers[request->header_count++] = (struct header){info->http_headers[i].name, info->http_headers[i].value};
    request->target = info->local_uri_raw;
    if (info->query_string)
        request->target = arena_printf(request->arena, "%s?%s", info->local_uri_raw, info->query_string);
    request->address = origin_address(request, info->remote_addr);
    origin_name(request);
}

static void answer(struct mg_connection *connection, struct request *request, const char *http_version) {
    struct response response = {.head = strcmp(request->method, "HEAD") == 0};
    struct problem problem;
    struct framing framing;
    struct inflow inflow;
    struct text piece = {0};
    problem.status = problem.retry_after = 0;
    problem.error_count = 0;
    problem.listed = NULL;
    problem.allow[0] = problem.range[0] = '\0';
    problem.close = false;
    if (!request->target)
        problem_set(&problem, "unavailable", "The service is short of memory.");
    else if (framing_read(request, http_version, &framing, &problem) &&
             take_body(connection, request, &framing, &inflow, &problem))
        request_serve(request, &response, &problem);
    if (response.stream && !problem.status && !response.head) /* while there is still time to say that it fails */
        response.stream->next(request, response.stream, &piece, &problem);
    struct stream *stream = response.stream;
    bool unread = request->source && !request->source->ended;
    bool close = problem.close || unread || framing.close || atomic_load(&request->app->draining);
    struct text bytes = response_finish(request, &response, &problem, close);
    if (close)
        mg_disable_connection_keep_alive(connection);
    mg_write(connection, bytes.bytes, bytes.length);
    size_t sent = bytes.length;
    if (response.stream && !transfer_pour(wire_of(connection), request, response.stream, piece, &sent))
        mg_disable_connection_keep_alive(connection); /* the client sees that bytes are missing */
    if (stream && stream->end)
        stream->end(stream);
    if (unread)
        inflow_linger(&inflow);
    if (request->transfers)
        metrics_transfer_end(request->app->metrics);
    log_request(request, response.status, sent);
}

/* Each worker has one arena, for one request after another. */
static void *on_thread(const struct mg_context *context, int type) {
    const struct config *config = &((struct server *)mg_get_user_data(context))->app->config;
    /* body, its copies as values, and an answer that has grown by doubling */
    size_t cap = (size_t)((config->body_limit + config->file_limit) * 4 + config->response_limit * 3) + 1024 * 1024;
    return type == 1 ? arena_new(cap) : NULL;
}

static void on_thread_end(const struct mg_context *context, int type, void *arena) {
    arena_free((struct arena **)&arena);
}

static int on_request(struct mg_connection *connection) {
    const struct mg_request_info *info = mg_get_request_info(connection);
    struct app *app = ((struct server *)info->user_data)->app;
    struct header headers[HEADERS_MAX];
    struct request request = {.app = app, .started_us = clock_us(), .arena = mg_get_thread_pointer(connection)};
    if (!request.arena) {
        mg_disable_connection_keep_alive(connection);
        return 503;
    }
    metrics_enter(app->metrics);
    take_over(&request, info, headers);
    answer(connection, &request, info->http_version);
    metrics_leave(app->metrics);
    arena_reset(request.arena);
    arrival = (struct arrival){0};
    return 1;
}

/* Errors that civetweb finds before on_request is asked; the connection closes after each. */
static int on_error(struct mg_connection *connection, int status, const char *message) {
    const struct mg_request_info *info = mg_get_request_info(connection);
    struct app *app = ((struct server *)info->user_data)->app;
    struct problem problem = {0};
    bool full = arrival.bytes >= REQUEST_MAX; /* civetweb tells it as malformed */
    problem_set(&problem,
                full && !arrival.line ? "uri-too-long"
                : full                ? "headers-too-large"
                : status == 505       ? "version-not-supported"
                                      : "bad-request",
                "The request could not be read as HTTP/1.1.");
    arrival = (struct arrival){0};
    struct request request = {
        .app = app, .method = "", .started_us = clock_us(), .arena = mg_get_thread_pointer(connection)};
    struct response response = {0};
    if (!request.arena)
        return 0;
    origin_name(&request);
    struct text bytes = response_finish(&request, &response, &problem, true);
    mg_disable_connection_keep_alive(connection);
    mg_write(connection, bytes.bytes, bytes.length);
    log_request(&request, problem.status, bytes.length);
    arena_reset(request.arena);
    return 0;
}

/* Process metrics and health for the operator; no contract, no log. */
static int on_admin(struct mg_connection *connection) {
    const struct mg_request_info *info = mg_get_request_info(connection);
    struct app *app = ((struct server *)info->user_data)->app;
    struct arena *arena = mg_get_thread_pointer(connection);
    if (!arena)
        return 503;
    struct buf body = buf_new(arena, 16 * 1024, 8 * 1024 * 1024), head = buf_new(arena, 256, 1024);
    bool asks = strcmp(info->local_uri_raw, "/health/ready") == 0;
    struct readiness now = asks ? app_ready(app) : (struct readiness){true, true};
    bool known = strcmp(info->local_uri_raw, "/metrics") == 0;
    if (known)
        metrics_render(app, &body);
    else if (strncmp(info->local_uri_raw, "/health/", 8) == 0)
        buf_str(&body, !now.reads ? "unavailable\n" : now.writes ? "ok\n" : "reads only\n");
    else
        buf_str(&body, "/metrics, /health/live, /health/ready\n");
    buf_printf(&head,
               "HTTP/1.1 %s\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: %zu\r\n"
               "Cache-Control: no-store\r\nConnection: close\r\n\r\n",
               now.reads ? "200 OK" : "503 Service Unavailable", body.length);
    mg_disable_connection_keep_alive(connection);
    mg_write(connection, head.data, head.length);
    mg_write(connection, body.data, body.length);
    arena_reset(arena);
    return 1;
}

static struct server *start(struct app *app, const char *ports, int64_t threads, int (*serve)(struct mg_connection *)) {
    char thread_count[16], request_ms[16], keepalive_ms[16], error_text[256] = "";
    snprintf(thread_count, sizeof thread_count, "%lld", (long long)threads);
    snprintf(request_ms, sizeof request_ms, "%lld", (long long)app->config.request_timeout_ms);
    snprintf(keepalive_ms, sizeof keepalive_ms, "%lld", (long long)app->config.keepalive_ms);
    const char *options[] = {"listening_ports",
                             ports,
                             "num_threads",
                             thread_count,
                             "request_timeout_ms",
                             request_ms,
                             "enable_keep_alive",
                             app->config.keepalive_ms ? "yes" : "no",
                             "keep_alive_timeout_ms",
                             keepalive_ms,
                             "tcp_nodelay",
                             "1",
                             "decode_url",
                             "no",
                             "connection_queue",
                             "1024",
                             "listen_backlog",
                             "1024",
                             "access_control_allow_methods",
                             "",
                             "access_control_allow_origin",
                             "",
                             NULL};
    struct server *server = arena_alloc(app->arena, sizeof *server);
    struct mg_callbacks callbacks = {
        .begin_request = serve, .http_error = on_error, .init_thread = on_thread, .exit_thread = on_thread_end};
    struct mg_init_data init = {.callbacks = &callbacks, .user_data = server, .configuration_options = options};
    unsigned code = 0;
    struct mg_error_data error = {.code = &code, .text = error_text, .text_buffer_size = sizeof error_text};
    server->app = app;
    server->context = mg_start2(&init, &error);
    if (!server->context) {
        log_event(LOG_ERROR, "cannot listen", LOG_TEXT("ports", ports), LOG_TEXT("reason", error_text));
        return NULL;
    }
    return server;
}

struct server *server_start(struct app *app) {
    const char *ports = arena_printf(app->arena, "%s:%lld", app->config.host, (long long)app->config.port);
    return start(app, ports, app->config.threads, on_request);
}

struct server *server_start_admin(struct app *app) {
    return start(app, arena_printf(app->arena, "127.0.0.1:%lld", (long long)app->config.admin_port), 2, on_admin);
}

void server_stop(struct server **server) {
    if (*server)
        mg_stop((*server)->context);
    *server = NULL;
}
