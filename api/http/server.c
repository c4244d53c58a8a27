#include "http/server.h"
#include "base/log.h"
#include "http/arrival.h"
#include "http/framing.h"
#include "http/origin.h"
#include "http/request.h"
#include "http/transfer.h"
#include "http/wire.h"
#include "metrics.h"
#include <civetweb.h>
#include <malloc.h>
#include <string.h>

enum { TRIM_BYTES = 16 * 1024 };

struct server {
    struct app *app;
    struct mg_context *context;
    admin_page_fn *page; /* or NULL: the API's own */
};

int server_read(struct mg_connection *connection, void *bytes, size_t count) {
    return mg_read(connection, bytes, count);
}

static void log_request(const struct request *request, size_t bytes) {
    int64_t duration = clock_us() - request->started_us;
    const struct spec *spec = request->match.spec;
    log_event(LOG_INFO, "request", LOG_TEXT("id", request->id), LOG_TEXT("method", request->method),
              LOG_TEXT("operation", spec ? spec->id : ""), LOG_NUMBER("status", request->response.status),
              LOG_NUMBER("bytes", (int64_t)bytes), LOG_NUMBER("duration_us", duration),
              LOG_NUMBER("db_us", request->spent_us[STEP_RUN]),
              LOG_NUMBER("render_us", request->spent_us[STEP_RENDER]));
    metrics_count(request->app->metrics, spec ? (int)request->match.index : -1, request->response.status, duration);
}

/* Everything civetweb knows of the request, in our own terms; of one that it has refused, nothing. */
static void take_over(struct request *request, const struct mg_request_info *info) {
    _Static_assert(sizeof(struct header) == sizeof(struct mg_header), "each a name and a value");
    bool refused = wire.head.fault, traces = refused && strcmp(wire.head.fault, "method-not-allowed") == 0;
    request->method = traces ? "TRACE" : refused ? "" : info->request_method;
    request->headers = (const struct header *)info->http_headers;
    request->header_count = refused ? 0 : (unsigned)info->num_headers;
    request->target = refused ? wire.head.target : info->local_uri_raw;
    if (!refused && info->query_string)
        request->target = arena_printf(request->arena, "%s?%s", info->local_uri_raw, info->query_string);
    origin_place(request, info->remote_addr);
    origin_name(request);
}

static void serve(struct request *request, struct inflow *inflow) {
    int64_t most_us = request->app->config.body_timeout_ms * 1000;
    inflow->pace = (struct pace){request->app->config.transfer_rate, most_us, most_us};
    inflow->ended = inflow->framing.body == FRAMING_NO_BODY;
    if (strcmp(request->target, ARRIVAL_ASTERISK) != 0)
        request_serve(request);
    else /* of all of the service (RFC 9110, section 9.3.7) */
        request->response = (struct response){.status = 204, .allow = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"};
}

static void answer(struct mg_connection *connection, struct request *request, const char *http_version) {
    struct response *response = &request->response;
    struct inflow inflow = {.connection = connection, .framing = {.close = true}, .ended = true};
    struct text body;
    request->inflow = &inflow;
    response->head = strcmp(request->method, "HEAD") == 0;
    if (wire.head.fault && !*request->method)
        request_refuse(request, wire.head.fault, "%s.", problem_title(wire.head.fault));
    else if (!request->target)
        problem_exhausted(&request->problem);
    else if (wire.head.fault || framing_read(request, http_version, &inflow.framing))
        serve(request, &inflow); /* TRACE too, which is nowhere allowed: 405 says what is */
    struct stream *stream = response->stream;
    if (stream && !request->problem.status && !response->head) /* while there is still time to say that it fails */
        stream->next(request, stream, &response->lent);
    bool unread = !inflow.ended,
         close = request->problem.close || unread || inflow.framing.close || atomic_load(&request->app->draining);
    struct text bytes = response_finish(request, &body, &close);
    size_t sent = 0;
    bool whole = transfer_write(request, response->stream, bytes, body, &sent);
    if (close || !whole) /* the client sees that bytes are missing */
        mg_disable_connection_keep_alive(connection);
    if (stream && stream->end)
        stream->end(stream);
    wire.lingers = unread && !inflow.framing.expects; /* who waits for 100 (Continue) sends nothing */
    if (request->release)
        request->release(request);
    cache_give_back(&request->recalled);
    log_request(request, sent);
}

static void *on_thread(const struct mg_context *context, int type) {
    const struct server *server = mg_get_user_data(context);
    wire.state = type == 1 ? WIRE_HEAD : server->page ? WIRE_ADMIN : WIRE_LISTENS;
    wire.timeout_us = server->app->config.request_timeout_ms * 1000;
    return NULL;
}

/* Each worker has one arena, for one request after another: from its first one on, or from when there is memory. */
static _Thread_local struct arena *worker_arena;

static struct arena *arena_of_worker(const struct app *app) {
    /* body, its copies as values, and an answer that has grown by doubling */
    size_t cap = (size_t)(app->contract->body_bytes * 8 + app->config.response_limit * 3) + 1024 * 1024;
    return worker_arena = worker_arena ?: arena_new(cap);
}

static void on_thread_end(const struct mg_context *context, int type, void *pointer) {
    arena_free(&worker_arena);
}

/* Without memory even for a problem. */
static int refuse_all(struct mg_connection *connection) {
    mg_disable_connection_keep_alive(connection);
    wire_write(response_last(), (struct text){0}, &(struct pace){.rate = 1}, &(size_t){0});
    return 1;
}

static int on_request(struct mg_connection *connection) {
    const struct mg_request_info *info = mg_get_request_info(connection);
    struct app *app = ((struct server *)info->user_data)->app;
    struct request request;
    memset(&request, 0, offsetof(struct request, problem.errors)); /* which are more than all else */
    request.app = app;
    request.started_us = clock_us();
    request.arena = arena_of_worker(app);
    wire.state = WIRE_BODY;
    if (!request.arena)
        return refuse_all(connection);
    atomic_fetch_add(&app->metrics->in_flight, 1);
    take_over(&request, info);
    answer(connection, &request, info->http_version);
    atomic_fetch_sub(&app->metrics->in_flight, 1);
    arena_reset(request.arena);
    if (request.body.length > TRIM_BYTES) /* few are: what was built of it goes back to the system */
        malloc_trim(0);
    wire_next();
    return 1;
}

/* Before on_request is asked; the connection closes. */
static int on_error(struct mg_connection *connection, int status, const char *message) {
    wire.head.fault = wire.head.fault ?: "bad-request";
    on_request(connection);
    return 0;
}

/* Process metrics and health for the operator; no contract, no log. */
static int on_admin(struct mg_connection *connection) {
    const struct mg_request_info *info = mg_get_request_info(connection);
    const struct server *server = info->user_data;
    struct arena *arena = arena_of_worker(server->app);
    wire.state = WIRE_BODY;
    if (!arena)
        return refuse_all(connection);
    struct buf body = buf_new(arena, 16 * 1024, 8 * 1024 * 1024), head = buf_new(arena, 256, 1024);
    bool ready = server->page(server->app, info->local_uri_raw, &body);
    buf_printf(&head,
               "HTTP/1.1 %s\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: %zu\r\n"
               "Cache-Control: no-store\r\nConnection: close\r\n\r\n",
               ready ? "200 OK" : "503 Service Unavailable", body.length);
    mg_disable_connection_keep_alive(connection);
    struct pace pace = pace_of_answer(&server->app->config);
    wire_write((struct text){head.data, head.length}, (struct text){body.data, body.length}, &pace, &(size_t){0});
    arena_reset(arena);
    wire_next();
    return 1;
}

struct server *server_start(struct app *app, admin_page_fn *page) {
    const struct config *config = &app->config;
    struct arena *arena = app->arena;
    int64_t port = page ? config->admin_port : config->port;
    const char *options[][2] = {
        {"listening_ports", arena_printf(arena, "%s:%lld", page ? config->admin_host : config->host, (long long)port)},
        {"num_threads", arena_printf(arena, "%lld", page ? 2LL : (long long)config->threads)},
        {"request_timeout_ms", arena_printf(arena, "%lld", (long long)config->request_timeout_ms)},
        {"enable_keep_alive", config->keepalive_ms ? "yes" : "no"},
        {"keep_alive_timeout_ms", arena_printf(arena, "%lld", (long long)config->keepalive_ms)},
        {"tcp_nodelay", "1"},
        {"decode_url", "no"},
        {"connection_queue", "1024"},
        {"listen_backlog", "1024"},
        {"access_control_allow_methods", ""},
        {"access_control_allow_origin", ""},
        {NULL, NULL}};
    struct server *server = arena_alloc(arena, sizeof *server);
    struct mg_callbacks callbacks = {.begin_request = page ? on_admin : on_request,
                                     .http_error = on_error,
                                     .init_thread = on_thread,
                                     .exit_thread = on_thread_end,
                                     .connection_close = wire_closing,
                                     .connection_closed = wire_closed};
    struct mg_init_data init = {.callbacks = &callbacks, .user_data = server, .configuration_options = options[0]};
    char text[256] = "";
    struct mg_error_data error = {.code = &(unsigned){0}, .text = text, .text_buffer_size = sizeof text};
    *server = (struct server){.app = app, .page = page};
    server->context = mg_start2(&init, &error);
    if (!server->context)
        log_event(LOG_ERROR, "cannot listen", LOG_NUMBER("port", port), LOG_TEXT("reason", text));
    return server->context ? server : NULL;
}

void server_stop(struct server **server) {
    if (*server)
        mg_stop((*server)->context);
    *server = NULL;
}
