/* What goes back: representation, validators, CORS, and the bytes of the head. */
#pragma once
#include "base/buf.h"
#include "contract/contract.h"

struct request;

/* A body that is written piece by piece. */
struct stream {
    int64_t length;
    /* The next piece, lent until the next call, empty behind the last. False with the request's problem: it cannot
     * be had, and may be asked for once more. */
    bool (*next)(struct request *request, struct stream *stream, struct text *piece);
    void (*end)(struct stream *stream); /* or NULL: gives back what it holds, however far it was written */
};

struct response {
    int status;
    const char *content_type; /* NULL: no body */
    struct buf body;
    struct text lent;      /* instead of it, a body that lasts until it is written, or a stream's first piece */
    struct text common;    /* of the head, what response_common made before */
    struct stream *stream; /* or NULL; then there is no other body */
    const char *allow, *location, *etag, *next_link;
    const char *version;      /* of the record, for its ETag */
    const char *challenge;    /* WWW-Authenticate of a 401 that is no problem */
    const char *rate;         /* RateLimit */
    const char *cache_status; /* RFC 9211 */
    const char *range;        /* Content-Range */
    const char *disposition;  /* Content-Disposition */
    int64_t age;              /* seconds, of a stale answer; 0: as good as new */
    const char *constants;    /* lines of the head, or NULL */
    const char *cache;        /* Cache-Control as the contract has it, or NULL */
    unsigned omitted;         /* rows left out of this representation */
    bool vary_accept;
    bool head; /* leave the body out */
};

/* The body's buffer, which the first call begins. Where it fails, so does the whole answer, at the end. */
struct buf *response_body(struct request *request);
/* The same of an answer in JSON. */
struct buf *response_json(struct request *request);

/* The body, lent; bytes is NULL where nothing was begun. */
struct text response_text(const struct response *response);

/* Picks from the offered media types by the Accept header (RFC 9110, section 12.5.1); no header or a
 * tie: the first. NULL when none fits. */
const char *response_negotiate(const char *accept, const char *const *offered, unsigned count);

/* A keyed hash of a body as an entity tag, behind the record's version where that is not "" (If-Match reads that
 * alone); key: 16 bytes. Lent by the arena; NULL when there is no memory. */
const char *response_tag(struct arena *arena, const unsigned char *key, const char *version, struct text body);

/* The entity tag of the response's body, lent by the arena; NULL when there is no memory. */
const char *response_etag(struct request *request);

/* Whether a list of entity tags, or `*`, names etag. Weak comparison (RFC 9110, section 8.8.3.2): an edge that
 * compresses weakens what we sent. */
bool response_names_etag(const char *list, const char *etag);

/* What the head says to everybody alike who gets this answer; lent by the arena, bytes NULL over its cap. */
struct text response_common(const struct request *request);
/* Whether it is a file with a name, for who asks for it by ?format=. */
bool response_named(const struct request *request);

/* Sets the ETag and turns a matching If-None-Match into 304 (RFC 9110, 13.1.2). */
bool response_validate(struct request *request);

/* The head, lent by the request's arena, and the body that is written behind it; close says that the connection ends,
 * and is set where there was no room for them. Turns its problem into a response first when it has a status. */
struct text response_finish(struct request *request, struct text *body, bool *close);

/* An answer that needs no memory: 503. */
struct text response_last(void);
