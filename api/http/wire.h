/* The connection that this thread serves, below civetweb: it gets whole heads alone, and who is slow has a pace to
 * keep. */
#pragma once
#include "base/arena.h"
#include "http/arrival.h"
#include <stdbool.h>
#include <stdint.h>

struct mg_connection;

/* Other threads (OTHER) call the same functions, for other things: they get what libc would give them. */
enum wire_state { WIRE_OTHER, WIRE_LISTENS, WIRE_ADMIN, WIRE_HEAD, WIRE_WHOLE, WIRE_GIVEN, WIRE_BODY };

extern _Thread_local struct wire {
    enum wire_state state; /* civetweb's threads say what they begin with, and when a body may be read */
    int socket;
    bool lingers; /* the client sends what nobody wants: it is taken in for a moment before the connection is closed */
    int64_t timeout_us;  /* of a head, from its first byte on */
    int64_t deadline_us; /* of what is being read of a body, or 0 */
    struct arrival head;
    size_t length;       /* of what is there of it, and behind it */
    char *bytes;         /* ARRIVAL_MAX of them; NULL: none yet */
    size_t from;         /* where what came behind the head begins: its body, or the next request */
    int64_t patience_us; /* how long the socket waits for bytes; 0: nobody has said yet */
} wire;

/* The time that the other side may let us wait: some to begin with, and always as much more as the slowest rate needs
 * for what has gone by; no more than most_us of it is kept. */
struct pace {
    int64_t rate, most_us, left_us; /* bytes a second */
};

/* Ends the process when civetweb would not call us. Before the first listener. */
void wire_start(void);

/* From now on new connections are refused, and those end soon that wait for a head. Then the admin's as well. */
void wire_drain(bool admin);

/* How many connections are there, queued ones too. */
int wire_connections(void);

/* The answer is written: the next head may come. */
void wire_next(void);

/* civetweb closes the connection: takes in what is unread, which would reset it, and the answer with it (RFC 9112,
 * section 9.6). Then the same when it has closed it. */
void wire_closing(const struct mg_connection *connection);
void wire_closed(const struct mg_connection *connection);

/* What has gone by gives time. */
void pace_earn(struct pace *pace, size_t count);

/* Writes both, at once (two writes would cost a delayed acknowledgement, 44 ms, or twice the CPU), in the pace, and
 * adds what was taken to sent. False when the connection is of no more use. */
bool wire_write(struct text first, struct text second, struct pace *pace, size_t *sent);
