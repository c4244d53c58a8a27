#include "http/transfer.h"
#include "base/log.h"
#include <string.h>
#include <time.h>

/* READ_STEP: bytes between two looks at the pace. PAUSE_NS:
 * before a piece is asked for once more. BUFFERS: bytes that the system and the edge hold at most, of one connection.
 */
enum { READ_STEP = 32 * 1024, PAUSE_NS = 50000000, BUFFERS = 8 * 1024 * 1024 };

struct pace pace_of_answer(const struct config *config) {
    int64_t first_us = config->body_timeout_ms * 1000;
    return (struct pace){config->transfer_rate, first_us + (int64_t)BUFFERS * 1000000 / config->transfer_rate,
                         first_us};
}

/* The next bytes, no more than a step; 0 at the end, -1 with a problem. */
static int read_step(struct inflow *inflow, char *bytes, size_t size, struct problem *problem) {
    bool measured = inflow->framing.body == FRAMING_LENGTH;
    int64_t left = measured ? inflow->framing.length - inflow->received : READ_STEP;
    size_t wanted = size < READ_STEP ? size : READ_STEP;
    if (left < (int64_t)wanted)
        wanted = (size_t)left;
    struct pace *pace = &inflow->pace;
    int64_t deadline_us = clock_us() + pace->left_us;
    wire.deadline_us = deadline_us;
    int count = wanted ? inflow->read_body(inflow->connection, bytes, wanted) : 0;
    wire.deadline_us = 0;
    pace->left_us = deadline_us - clock_us();
    pace_earn(pace, count > 0 ? (size_t)count : 0);
    inflow->received += count > 0 ? count : 0;
    if (count < 0 || (measured && !count && left))
        return problem_set(problem, pace->left_us <= 0 ? "request-timeout" : "bad-framing",
                           "The body did not arrive whole."),
               -1;
    inflow->source.ended = measured ? inflow->received == inflow->framing.length : !count;
    return count;
}

static ssize_t read_source(struct source *source, char *bytes, size_t size, struct problem *problem) {
    struct inflow *inflow = (struct inflow *)source;
    size_t got = 0;
    bool fine = inflow->framing.body != FRAMING_LENGTH || inflow->framing.length <= inflow->limit;
    if (fine && inflow->framing.expects)
        wire_write(CONTINUE, strlen(CONTINUE), &inflow->pace, &(size_t){0});
    inflow->framing.expects &= !fine; /* who was not told to go on sends nothing */
    while (fine && got < size && !source->ended) {
        int count = read_step(inflow, bytes + got, size - got, problem);
        if (count < 0)
            return -1;
        got += (size_t)count;
        fine = inflow->received <= inflow->limit;
    }
    if (!fine)
        return problem_set(problem, "too-large", "A body has at most %lld bytes here.", (long long)inflow->limit), -1;
    return (ssize_t)got;
}

struct inflow inflow_new(struct mg_connection *connection, read_body_fn *read_body, const struct config *config,
                         const struct framing *framing, int64_t limit) {
    int64_t most_us = config->body_timeout_ms * 1000;
    return (struct inflow){.source = {.read = read_source},
                           .connection = connection,
                           .read_body = read_body,
                           .framing = *framing,
                           .pace = {config->transfer_rate, most_us, most_us},
                           .limit = limit};
}

bool inflow_whole(struct inflow *inflow, struct request *request) {
    size_t limit = (size_t)inflow->limit;
    bool fits = inflow->framing.body == FRAMING_LENGTH && inflow->framing.length <= inflow->limit;
    struct buf body = buf_new(request->arena, fits ? (size_t)inflow->framing.length + 2 : READ_STEP, limit + 2);
    while (!inflow->source.ended) {
        size_t left = fits ? (size_t)inflow->framing.length - body.length : limit + 1 - body.length,
               room = left < READ_STEP ? left : READ_STEP;
        char *place = buf_reserve(&body, room);
        ssize_t got = place ? read_source(&inflow->source, place, room, &request->problem) : -1;
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
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
        request->problem.status = 0;
    }
    return true;
}

bool transfer_write(struct request *request, struct stream *stream, struct text head, struct text piece, size_t *sent) {
    struct pace pace = pace_of_answer(&request->app->config);
    if (!wire_write(head.bytes, head.length, &pace, sent))
        return false;
    while (stream && piece.length)
        if (!wire_write(piece.bytes, piece.length, &pace, sent) || !next_piece(request, stream, &piece))
            return false;
    return true;
}
