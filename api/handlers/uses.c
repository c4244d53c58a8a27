#include "handlers/uses.h"
#include "base/clock.h"
#include "http/request.h"
#include <string.h>
#include <strings.h>

/* Whether nobody asked for it yet: the method says so, or a browser that fetches ahead (Sec-Purpose of the Fetch
 * Standard, and what came before it). */
static bool is_of_nobody(const struct request *request) {
    const char *purpose = request_header(request, "Sec-Purpose") ?: request_header(request, "Purpose");
    return strcmp(request->method, "HEAD") == 0 || (purpose && strncasecmp(purpose, "prefetch", 8) == 0);
}

static bool record(struct request *request, const char *item, enum use_kind kind, const char **url) {
    struct use use = {.item = item,
                      .kind = is_of_nobody(request) ? USE_NONE : kind,
                      .address = request->address,
                      .user_agent = request_header(request, "User-Agent") ?: "",
                      .at = clock_now_s()};
    return uses_record(request->app->uses, request->arena, &use, url, &request->problem);
}

bool use_record(struct request *request, const char *item, enum use_kind kind) {
    const char *url;
    return record(request, item, kind, &url);
}

/* The item that the path names, as the counter wants it. */
static bool record_slug(struct request *request, const char *collection, enum use_kind kind, const char **url) {
    const char *slug = request->match.values[0].bytes;
    const char *item = arena_printf(request->arena, "%s/%.*s", collection, (int)request->match.values[0].length, slug);
    return item ? record(request, item, kind, url) : problem_exhausted(&request->problem);
}

/* To the recorded address, and nowhere else. */
static bool visit(struct request *request, const char *collection) {
    const char *url;
    if (!record_slug(request, collection, USE_VISIT, &url))
        return false;
    if (!url)
        return request_refuse(request, "not-found", "The record has no address on the web.");
    request->response.status = 303;
    request->response.location = url;
    return true;
}

static bool investigate(struct request *request, const char *collection) {
    const char *url;
    request->response.status = 204;
    return record_slug(request, collection, USE_INVESTIGATION, &url);
}

bool visit_document(struct request *request) {
    return visit(request, "document");
}

bool visit_resource(struct request *request) {
    return visit(request, "resource");
}

bool investigate_document(struct request *request) {
    return investigate(request, "document");
}

bool investigate_resource(struct request *request) {
    return investigate(request, "resource");
}
