/* Where a request ends: what civetweb lets through and a proxy in front would read differently. */
#pragma once
#include "http/request.h"

enum framing_body { FRAMING_NO_BODY, FRAMING_LENGTH, FRAMING_CHUNKED };

struct framing {
    enum framing_body body;
    int64_t length; /* FRAMING_LENGTH */
    bool close;     /* the connection ends with this answer */
    bool expects;   /* wants 100 (Continue) before it sends the body (RFC 9110, section 10.1.1) */
};

/* Reads the framing from the headers as civetweb parsed them in place (their bytes are still the request's
 * own block). False with a problem, and then the connection closes: its next bytes cannot be trusted. */
bool framing_read(struct request *request, const char *http_version, struct framing *framing);
