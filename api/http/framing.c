#include "http/framing.h"
#include "base/scan.h"
#include <string.h>
#include <strings.h>

enum { TARGET_MAX = 8192 };

static unsigned count_of(const struct request *request, const char *name) {
    unsigned count = 0;
    for (unsigned i = 0; i < request->header_count; i++)
        count += strcasecmp(request->headers[i].name, name) == 0;
    return count;
}

static bool has_one(struct request *request, const char *name, bool needed) {
    unsigned count = count_of(request, name);
    return (count ? count == 1 : !needed) ||
           request_refuse(request, "bad-framing", "A request has one %s header.", name);
}

static bool takes_body(const char *method) {
    return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0;
}

static bool read_length(struct request *request, struct framing *framing) {
    const char *length = request_header(request, "Content-Length"),
               *coding = request_header(request, "Transfer-Encoding");
    if (count_of(request, "Content-Length") + count_of(request, "Transfer-Encoding") > 1)
        return request_refuse(request, "bad-framing", "A request has one Content-Length or one Transfer-Encoding.");
    if (coding && strcasecmp(coding, "chunked") != 0)
        return request_refuse(request, "bad-framing", "The only transfer coding is chunked.");
    if (length && (*length == '-' || !scan_int(length, strlen(length), &framing->length)))
        return request_refuse(request, "bad-framing", "Content-Length is not a number of bytes.");
    framing->body = coding ? FRAMING_CHUNKED : length && framing->length ? FRAMING_LENGTH : FRAMING_NO_BODY;
    if (!length && !coding && takes_body(request->method))
        return request_refuse(request, "length-required", "%s needs Content-Length, or Transfer-Encoding: chunked.",
                              request->method);
    return true;
}

/* Whether the client lets the connection stay open (RFC 9112, section 9.3). */
static bool wants_close(const struct request *request, const char *http_version) {
    const char *connection = request_header(request, "Connection");
    if (connection)
        return !strcasestr(connection, "keep-alive") || strcasestr(connection, "close");
    return strcmp(http_version, "1.1") != 0;
}

bool framing_read(struct request *request, const char *http_version, struct framing *framing) {
    *framing = (struct framing){.body = FRAMING_NO_BODY};
    request->problem.close = true;
    if (!has_one(request, "Host", strcmp(http_version, "1.0") != 0) ||
        !has_one(request, "Authorization", false) || /* who stands in front may have read the other one */
        !read_length(request, framing))
        return false;
    const char *expect = request_header(request, "Expect");
    bool waits = expect && strcasecmp(expect, "100-continue") == 0;
    framing->expects = waits && framing->body != FRAMING_NO_BODY;
    /* a body where none is meant, and a chunked one, may end elsewhere than we think: close after it */
    framing->close = wants_close(request, http_version) || framing->body == FRAMING_CHUNKED ||
                     (framing->body == FRAMING_LENGTH && !takes_body(request->method)) ||
                     strcmp(request->method, "DELETE") == 0;
    if (expect && !waits)
        return request_refuse(request, "expectation-failed", "The only expectation is 100-continue.");
    if (strlen(request->target) > TARGET_MAX)
        return request_refuse(request, "uri-too-long", "The request target is longer than %d bytes.", TARGET_MAX);
    request->problem.close = false;
    return true;
}
