/* Bodies that go by piece by piece, in and out, and no slower than a pace. */
#pragma once
#include "http/framing.h"
#include "http/request.h"
#include "http/wire.h"

#define CONTINUE "HTTP/1.1 100 Continue\r\n\r\n"

struct mg_connection;

/* How the server reads a body: civetweb knows its chunks. */
typedef int read_body_fn(struct mg_connection *connection, void *bytes, size_t count);

/* A body on its way to the handler that asks for it. */
struct inflow {
    struct source source; /* first: the handler knows this part alone */
    struct mg_connection *connection;
    read_body_fn *read_body;
    struct framing framing;
    struct pace pace;
    int64_t limit, received;
};

/* A body that nobody has read yet. */
struct inflow inflow_new(struct mg_connection *connection, read_body_fn *read_body, const struct config *config,
                         const struct framing *framing, int64_t limit);

/* Reads all of it into the request's arena. */
bool inflow_whole(struct inflow *inflow, struct request *request);

/* The pace of an answer: what lies in the buffers on the way, up to the client, has been written and not yet read. */
struct pace pace_of_answer(const struct config *config);

/* Writes an answer: its head, and its body from the first piece on. Adds what was written to sent. False when it has
 * not come to its end. */
bool transfer_write(struct request *request, struct stream *stream, struct text head, struct text piece, size_t *sent);
