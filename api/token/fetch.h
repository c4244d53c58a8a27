/* Documents of outside issuers by HTTP. Addresses are the operator's, so they may be in-house. */
#pragma once
#include "base/buf.h"

enum { FETCH_SIZE_MAX = 256 * 1024, FETCH_TIMEOUT_MS = 5000 };

/* The body of a 200 answer to GET url, http or https, appended to body; no redirects, no more than body's cap.
 * False with a static text of what went wrong. Takes FETCH_TIMEOUT_MS at most. One thread: the library begins with the
 * first of all, where there is one. */
bool fetch_get(const char *url, struct buf *body, const char **wrong);

/* Ends the fetch under way within a second, and those to come at once. Any thread. */
void fetch_stop(void);
