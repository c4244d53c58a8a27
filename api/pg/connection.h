/* Private to pg/: one PostgreSQL session and what is prepared in it. */
#pragma once
#include <libpq-fe.h>
#include <stdint.h>

enum { STATEMENTS_MAX = 1024 };

struct connection {
    PGconn *pg;
    int64_t query_timeout_us;
    unsigned generation; /* of the pool when it was opened */
    bool broken;         /* must not be used again */
    bool timed_out;      /* broken by our own deadline: says nothing about the others */
    bool prepared[STATEMENTS_MAX];
};

/* Waits until the socket is ready for `events` (POLLIN, POLLOUT) or deadline_us (monotonic) has passed. */
bool connection_wait(PGconn *pg, short events, int64_t deadline_us);
