/* Bodies that go by piece by piece, in and out, and no slower than a pace. */
#pragma once
#include "http/framing.h"
#include "http/request.h"
#include "http/wire.h"
#include <sys/types.h>

/* A body on its way in. */
struct inflow {
    struct mg_connection *connection;
    struct framing framing;
    struct pace pace;
    int64_t limit, received; /* bytes */
    bool ended;              /* all of it has been read */
};

/* Fills bytes with what comes: fewer than size where the body ends, -1 with a problem. A client that waits for 100
 * (Continue) gets it from the first call. */
ssize_t inflow_read(struct request *request, char *bytes, size_t size);

/* The pace of an answer: what lies in the buffers on the way, up to the client, has been written and not yet read. */
struct pace pace_of_answer(const struct config *config);

/* Writes an answer: its head, and its body, or the first piece of a stream and all others. Adds what was written to
 * sent. False when it has not come to its end. */
bool transfer_write(struct request *request, struct stream *stream, struct text head, struct text body, size_t *sent);
