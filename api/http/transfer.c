#include "http/transfer.h"
#include "base/log.h"
#include "http/server.h"
#include <unistd.h>

/* READ_STEP: bytes between two looks at the pace. PAUSE_US:
 * before a piece is asked for once more. BUFFERS: bytes that the system and the edge hold at most, of one connection.
 */
enum { READ_STEP = 32 * 1024, PAUSE_US = 50000, BUFFERS = 8 * 1024 * 1024 };

struct pace pace_of_answer(const struct config *config) {
    int64_t first_us = config->body_timeout_ms * 1000;
    return (struct pace){config->transfer_rate, first_us + (int64_t)BUFFERS * 1000000 / config->transfer_rate,
                         first_us};
}

/* The next bytes, no more than a step, within the pace; below 0 when they break off. */
static int read_step(struct inflow *inflow, char *bytes, size_t size) {
    bool measured = inflow->framing.body == FRAMING_LENGTH;
    int64_t left = measured ? inflow->framing.length - inflow->received : READ_STEP, until_us;
    wire.deadline_us = until_us = clock_us() + inflow->pace.left_us;
    int count = server_read(inflow->connection, bytes, (size_t)left < size ? (size_t)left : size);
    wire.deadline_us = 0;
    inflow->pace.left_us = until_us - clock_us();
    pace_earn(&inflow->pace, count > 0 ? (size_t)count : 0);
    inflow->received += count > 0 ? count : 0;
    inflow->ended = measured ? inflow->received == inflow->framing.length : !count;
    return measured && !count ? -1 : count;
}

ssize_t inflow_read(struct request *request, char *bytes, size_t size) {
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct inflow *inflow = request->inflow;
    size_t got = 0;
    bool ok = inflow->framing.body != FRAMING_LENGTH || inflow->framing.length <= inflow->limit;
    if (ok && inflow->framing.expects)
        wire_write((struct text){go_on, sizeof go_on - 1}, (struct text){0}, &inflow->pace, &(size_t){0});
    inflow->framing.expects &= !ok; /* who got no 100 (Continue) sends nothing */
    for (int count = 0; ok && got < size && !inflow->ended; got += (size_t)count) {
        count = read_step(inflow, bytes + got, size - got < READ_STEP ? size - got : READ_STEP);
        if (count < 0)
            return request_refuse(request, inflow->pace.left_us <= 0 ? "request-timeout" : "bad-framing",
                                  "The body did not arrive whole."),
                   -1;
        ok = inflow->received <= inflow->limit;
    }
    if (!ok)
        request_refuse(request, "too-large", "A body has at most %lld bytes here.", (long long)inflow->limit);
    return ok ? (ssize_t)got : -1;
}

bool take_body(struct request *request) {
    struct inflow *inflow = request->inflow;
    const struct spec *spec = request->match.spec;
    inflow->limit = spec->streamed ? request->app->config.upload_limit : spec->body_bytes;
    if (spec->streamed || inflow->ended)
        return true;
    bool fits = inflow->framing.body == FRAMING_LENGTH && inflow->framing.length <= inflow->limit;
    size_t most = (size_t)(fits ? inflow->framing.length : inflow->limit + 1);
    struct buf body = buf_new(request->arena, fits ? most + 1 : READ_STEP, most + 1);
    while (!inflow->ended) {
        size_t left = most - body.length, room = left < READ_STEP ? left : READ_STEP;
        char *place = buf_reserve(&body, room);
        ssize_t got = place ? inflow_read(request, place, room) : -1;
        if (got < 0)
            return place ? false : problem_exhausted(&request->problem);
        buf_commit(&body, (size_t)got);
    }
    request->body = (struct text){buf_text(&body), body.length};
    return true;
}

/* The next piece. A database that is away for a moment is waited for: that it is away cannot be said any more. */
static bool next_piece(struct request *request, struct stream *stream, struct text *piece) {
    int64_t until_us = clock_us() + request->app->config.pool_wait_ms * 1000;
    while (!stream->next(request, stream, piece)) {
        if (request->problem.status != 503 || clock_us() > until_us)
            return false;
        usleep(PAUSE_US);
        request->problem.status = 0;
    }
    return true;
}

bool transfer_write(struct request *request, struct stream *stream, struct text head, struct text body, size_t *sent) {
    struct pace pace = pace_of_answer(&request->app->config);
    for (; wire_write(head, body, &pace, sent); head = (struct text){0})
        if (!stream || !body.length)
            return true;
        else if (!next_piece(request, stream, &body))
            return false;
    return false;
}
