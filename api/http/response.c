#include "base/scan.h"
#include "http/request.h"
#include <assert.h>
#include <ctype.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct buf *response_body(struct request *request) {
    struct buf *body = &request->response.body;
    if (!body->arena)
        *body = buf_new(request->arena, 12 * 1024, (size_t)request->app->config.response_limit);
    return body;
}

struct text response_text(const struct response *response) {
    assert(!response->lent.bytes || !response->body.data); /* a response has one body */
    return response->lent.bytes ? response->lent : (struct text){response->body.data, response->body.length};
}

struct buf *response_json(struct request *request) {
    request->response.content_type = "application/json";
    return response_body(request);
}

/* A weight in thousandths (RFC 9110, section 12.4.2); 0, not wanted, where it is none. More digits than three do not
 * count. */
static int read_weight(const char *at, const char *end) {
    int value = at < end && (*at == '0' || *at == '1') ? (*at - '0') * 1000 : 2000;
    if (++at < end && *at == '.')
        for (int unit = 100; ++at < end && isdigit((unsigned char)*at); unit /= 10)
            value += unit * (*at - '0');
    at += at < end ? strspn(at, " \t") : 0;
    return value <= 1000 && (at >= end || *at == ';') ? value : 0;
}

/* The weight of a media range, in thousandths. */
static int weight(const struct text *range) {
    for (const char *semicolon = memchr(range->bytes, ';', range->length), *end = range->bytes + range->length;
         semicolon; semicolon = memchr(semicolon + 1, ';', (size_t)(end - semicolon - 1))) {
        const char *name = semicolon + 1 + strspn(semicolon + 1, " \t");
        if (name + 1 < end && (*name | 0x20) == 'q' && name[1] == '=')
            return read_weight(name + 2, end);
    }
    return 1000;
}

/* How exactly range names type: 3 type/subtype, 2 type, 1 anything, 0 not at all. */
static int precision(const struct text *range, const char *type) {
    size_t length = strcspn(range->bytes, "; \t,");
    length = length < range->length ? length : range->length;
    const char *slash = strchr(type, '/');
    if (length == 3 && memcmp(range->bytes, "*/*", 3) == 0)
        return 1;
    if (length == (size_t)(slash - type) + 2 && range->bytes[length - 1] == '*' &&
        strncasecmp(range->bytes, type, length - 1) == 0)
        return 2;
    return length == strlen(type) && strncasecmp(range->bytes, type, length) == 0 ? 3 : 0;
}

const char *response_negotiate(const char *accept, const char *const *offered, unsigned count) {
    const char *chosen = NULL;
    if (!accept || !accept[strspn(accept, " \t")])
        return count ? offered[0] : NULL;
    for (unsigned i = 0, best = 0; i < count; i++) {
        int found = 0, wanted = 0;
        for (const char *at = accept; *(at += strspn(at, " \t,")); at += strcspn(at, ",")) {
            struct text range = {at, strcspn(at, ",")};
            int exact = precision(&range, offered[i]);
            if (exact > found) {
                found = exact;
                wanted = weight(&range);
            }
        }
        if (wanted > (int)best) {
            best = (unsigned)wanted;
            chosen = offered[i];
        }
    }
    return chosen;
}

/* SipHash-2-4: strong for caching, and no oracle for guessing. */
const char *response_tag(struct arena *arena, const unsigned char *key, const char *version, struct text body) {
    unsigned long long hash[2];
    size_t length;
    if (!EVP_Q_mac(NULL, "SIPHASH", NULL, NULL, NULL, key, 16, (const unsigned char *)body.bytes, body.length,
                   (unsigned char *)hash, sizeof hash, &length))
        return NULL;
    return arena_printf(arena, "\"%s%s%016llx%016llx\"", version, *version ? "." : "", hash[0], hash[1]);
}

const char *response_etag(struct request *request) {
    return response_tag(request->arena, request->app->keys[KEY_ETAGS], request->response.version ?: "",
                        response_text(&request->response));
}

bool response_names_etag(const char *list, const char *etag) {
    char weak[80];
    snprintf(weak, sizeof weak, "W/%s", etag);
    return scan_listed(list, etag) || scan_listed(list, weak) || scan_listed(list, "*");
}

bool response_validate(struct request *request) {
    struct response *response = &request->response;
    bool read = strcmp(request->match.spec->method, "GET") == 0 && response->status == 200;
    if (!response->etag && (read || response->version))
        response->etag = response_etag(request);
    const char *given = read ? request_header(request, "If-None-Match") : NULL;
    if (given && response->etag && response_names_etag(given, response->etag)) {
        response->status = 304;
        response->content_type = NULL;
        response->body.length = response->lent.length = 0;
    }
    return true;
}
