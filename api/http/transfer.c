#include "http/transfer.h"
#include "base/log.h"
#include <time.h>

/* PACE_STEP: bytes between two looks at the pace. LINGER_US: how long what nobody wants is still taken in. PAUSE_NS:
 * before a piece is asked for once more. */
enum { PACE_STEP = 32 * 1024, LINGER_US = 1000000, PAUSE_NS = 50000000 };

static struct pace pace_of(const struct config *config) {
    int64_t most_us = config->body_timeout_ms * 1000;
    return (struct pace){config->transfer_rate, most_us, most_us};
}

static void pace_begin(const struct pace *pace, const struct wire *wire) {
    *wire->deadline_us = clock_us() + pace->left_us;
}

static void pace_end(struct pace *pace, const struct wire *wire, int64_t count) {
    pace->left_us = *wire->deadline_us - clock_us() + (count > 0 ? count * 1000000 / pace->rate : 0);
    if (pace->left_us > pace->most_us)
        pace->left_us = pace->most_us;
    *wire->deadline_us = 0;
}

/* The next bytes, no more than a step; 0 at the end, -1 with a problem. */
static int read_step(struct inflow *inflow, char *bytes, size_t size, struct problem *problem) {
    bool measured = inflow->framing.body == FRAMING_LENGTH;
    int64_t left = measured ? inflow->framing.length - inflow->received : PACE_STEP;
    size_t wanted = size < PACE_STEP ? size : PACE_STEP;
    if (left < (int64_t)wanted)
        wanted = (size_t)left;
    pace_begin(&inflow->pace, &inflow->wire);
    int count = wanted ? inflow->wire.read(inflow->wire.connection, bytes, wanted) : 0;
    pace_end(&inflow->pace, &inflow->wire, count);
    inflow->received += count > 0 ? count : 0;
    if (count < 0 || (measured && !count && left))
        return problem_set(problem, inflow->pace.left_us <= 0 ? "request-timeout" : "bad-framing",
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
        inflow->wire.write(inflow->wire.connection, "HTTP/1.1 100 Continue\r\n\r\n", 25);
    inflow->framing.expects &= !fine; /* who was not told to go on sends nothing */
    while (fine && got < size && !source->ended) {
        int count = read_step(inflow, bytes + got, size - got, problem);
        if (count < 0)
            return -1;
        got += (size_t)count;
        fine = inflow->received <= inflow->limit;
    }
    if (!fine)
        return problem_set(problem, "too-large", "A file has at most %lld bytes.", (long long)inflow->limit), -1;
    return (ssize_t)got;
}

struct inflow inflow_new(struct wire wire, const struct config *config, const struct framing *framing, int64_t limit) {
    return (struct inflow){
        .source = {.read = read_source}, .wire = wire, .framing = *framing, .pace = pace_of(config), .limit = limit};
}

void inflow_linger(struct inflow *inflow) {
    char nobody[4096];
    struct wire *wire = &inflow->wire;
    if (inflow->framing.expects) /* it was not told to go on */
        return;
    *wire->deadline_us = clock_us() + LINGER_US;
    while (wire->read(wire->connection, nobody, sizeof nobody) > 0)
        ;
    *wire->deadline_us = 0;
}

/* The next piece. A database that is away for a moment is waited for: that it is away cannot be said any more. */
static bool next_piece(struct request *request, struct stream *stream, struct text *piece) {
    int64_t until_us = clock_us() + request->app->config.pool_wait_ms * 1000;
    struct problem problem = {0};
    while (!stream->next(request, stream, piece, &problem)) {
        if (problem.status != 503 || clock_us() > until_us)
            return false;
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
        problem.status = 0;
    }
    return true;
}

bool transfer_pour(struct wire wire, struct request *request, struct stream *stream, struct text piece, size_t *sent) {
    struct pace pace = pace_of(&request->app->config);
    while (piece.length) {
        for (size_t at = 0, step; at < piece.length; at += step) {
            step = piece.length - at < PACE_STEP ? piece.length - at : PACE_STEP;
            pace_begin(&pace, &wire);
            int count = wire.write(wire.connection, piece.bytes + at, step);
            pace_end(&pace, &wire, count);
            *sent += count > 0 ? (size_t)count : 0;
            if (count != (int)step)
                return false;
        }
        if (!next_piece(request, stream, &piece))
            return false;
    }
    return true;
}
