#include "base/clock.h"
#include "handlers/handlers.h"
#include <string.h>
#include <strings.h>

/* Whether nobody asked for it yet: the method says so, or a browser that fetches ahead (Sec-Purpose of the Fetch
 * Standard, and what came before it). */
static bool is_of_nobody(const struct request *request) {
    const char *purpose = request_header(request, "Sec-Purpose") ?: request_header(request, "Purpose");
    return strcmp(request->method, "HEAD") == 0 || (purpose && strncasecmp(purpose, "prefetch", 8) == 0);
}

bool use_record(struct request *request, const char *item, enum use_kind kind, const char **url) {
    struct use use = {.item = item,
                      .kind = is_of_nobody(request) ? USE_NONE : kind,
                      .address = request->address,
                      .user_agent = request_header(request, "User-Agent") ?: "",
                      .at = clock_now_s()};
    return uses_record(request->app->uses, request->arena, &use, url, &request->problem);
}

/* The item that the path names, as the counter wants it. */
static bool record_slug(struct request *request, enum use_kind kind, const char **url) {
    const struct text *slug = request->match.values;
    bool document = strncmp(request->match.spec->path, "/v1/documents/", strlen("/v1/documents/")) == 0;
    const char *item =
        arena_printf(request->arena, "%s/%.*s", document ? "document" : "resource", (int)slug->length, slug->bytes);
    return item ? use_record(request, item, kind, url) : problem_exhausted(&request->problem);
}

/* To the recorded address, and nowhere else. */
bool visit(struct request *request) {
    const char *url;
    if (!record_slug(request, USE_VISIT, &url))
        return false;
    if (!url)
        return request_refuse(request, "not-found", "The record has no address on the web.");
    request->response.status = 303;
    request->response.location = url;
    return true;
}

bool investigate(struct request *request) {
    const char *url;
    request->response.status = 204;
    return record_slug(request, USE_INVESTIGATION, &url);
}
