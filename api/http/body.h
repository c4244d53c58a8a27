/* Bodies that go by piece by piece. */
#pragma once
#include "base/arena.h"
#include "base/problem.h"
#include <stdint.h>
#include <sys/types.h>

struct request;

/* A body that a handler reads piece by piece. */
struct source {
    /* Fills bytes: fewer than size where the body ends, -1 with a problem. A client that waits for 100 (Continue) is
     * told by the first call. */
    ssize_t (*read)(struct source *source, char *bytes, size_t size, struct problem *problem);
    bool ended; /* all of it has been read */
};

/* A body that is written piece by piece. */
struct stream {
    int64_t length;
    /* The next piece, lent until the next call, empty behind the last. False with the request's problem: it cannot
     * be had, and may be asked for once more. */
    bool (*next)(struct request *request, struct stream *stream, struct text *piece);
    void (*end)(struct stream *stream); /* or NULL: gives back what it holds, however far it was written */
};

/* How a request's body is taken. Files may be larger than documents, which cost memory to read. */
struct body_rule {
    int64_t limit; /* bytes */
    bool streamed; /* not read before its handler asks for it */
};
