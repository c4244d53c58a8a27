/* Bodies that go by piece by piece, in and out, and no slower than a pace. */
#pragma once
#include "http/framing.h"
#include "http/request.h"

struct mg_connection;

/* A connection, as the server lends it. */
struct wire {
    struct mg_connection *connection;
    int (*read)(struct mg_connection *connection, void *bytes, size_t count);
    int (*write)(struct mg_connection *connection, const void *bytes, size_t count);
    int64_t *deadline_us; /* of what the connection is waiting for; 0: none */
};

/* The time that a transfer may take: some to begin with, and always as much more as its slowest rate needs. */
struct pace {
    int64_t rate, most_us, left_us;
};

/* A body on its way to the handler that asks for it. */
struct inflow {
    struct source source; /* first: the handler knows this part alone */
    struct wire wire;
    struct framing framing;
    struct pace pace;
    int64_t limit, received;
};

/* A body that nobody has read yet. */
struct inflow inflow_new(struct wire wire, const struct config *config, const struct framing *framing, int64_t limit);

/* Takes in for a moment what a client still sends that was not asked for: to close at once would reset the
 * connection, and the answer would be lost (RFC 9112, section 9.6). */
void inflow_linger(struct inflow *inflow);

/* Writes a body from its first piece on and adds the bytes that were taken to sent. False when it has not come to its
 * end. */
bool transfer_pour(struct wire wire, struct request *request, struct stream *stream, struct text piece, size_t *sent);
