/* What goes back: representation, validators, CORS, and the bytes of the head. */
#pragma once
#include "http/request.h"

enum { RESPONSE_HEAD_ROOM = 4096 };

/* The body's buffer, which the first call begins with room for the head in front of it. Where it fails, so does the
 * whole answer, at the end. */
struct buf *response_body(struct request *request);
/* The same of an answer in JSON. */
struct buf *response_json(struct request *request);

/* Picks from the offered media types by the Accept header (RFC 9110, section 12.5.1); no header or a
 * tie: the first. NULL when none fits. */
const char *response_negotiate(const char *accept, const char *const *offered, unsigned count);

/* A keyed hash of the body as an entity tag, lent by the arena; NULL when there is no memory. */
const char *response_etag(struct request *request);

/* Whether a list of entity tags, or `*`, names etag. Weak comparison (RFC 9110, section 8.8.3.2): an edge that
 * compresses weakens what we sent. */
bool response_names_etag(const char *list, const char *etag);

/* Sets the ETag and turns a matching If-None-Match into 304 (RFC 9110, 13.1.2). */
bool response_validate(struct request *request);

/* Head and body in one run of bytes, lent by the request's arena; close tells that the connection ends, and is set
 * where there was no room for them. Turns its problem into a response first when it has a status. */
struct text response_finish(struct request *request, bool *close);

/* An answer that needs no memory: 503. */
struct text response_last(void);
