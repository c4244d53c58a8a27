/* A request's head as it arrived: where it ends, and whether everyone would read it the same way. */
#pragma once
#include <stddef.h>

/* ARRIVAL_MAX: the longest, civetweb's max_request_size. */
enum { ARRIVAL_MAX = 16384, ARRIVAL_HEADERS_MAX = 63 };

/* The target that stands for "*", a path that no route has. */
#define ARRIVAL_ASTERISK "/*"

struct arrival {
    size_t length;
    const char *fault;  /* the slug of what is wrong with it, or NULL */
    const char *target; /* of one whose method is nowhere allowed; lent by its bytes */
};

/* The length of the head at the start of bytes, up to the empty line that ends it; 0: more of it is to come. */
size_t arrival_end(const char *bytes, size_t length);

/* Checks a whole head (RFC 9112, sections 3 and 5; no bare CR or LF, no fold), and puts an absolute target into origin
 * form (section 3.2.2), over its bytes: there is room for one more than length, and for a NUL. */
struct arrival arrival_read(char *bytes, size_t length);
