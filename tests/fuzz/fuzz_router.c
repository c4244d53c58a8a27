/* A target: the router, the query string and the Accept header never give bytes that are not UTF-8. */
#include "../unit/problems.h"
#include "base/scan.h"
#include "contract/router.h"
#include "http/request.h"
#include "op/bind.h"
#include <assert.h>
#include <string.h>

static const struct spec specs[] = {
    {.id = "list"},
    {.id = "get"},
    {.id = "lead"},
    {.id = "root"},
};

static const char routes[] =
    "{\"parts\": {\"\": {\"GET\": 3, \"allow\": \"GET, HEAD, OPTIONS\"}, \"v1\": {\"parts\": {\"hubs\": {"
    "\"GET\": 0, \"allow\": \"GET, HEAD, OPTIONS\", \"any\": {\"GET\": 1, \"allow\": \"GET, HEAD, OPTIONS\","
    "\"parts\": {\"leads\": {\"any\": {\"PUT\": 2, \"allow\": \"PUT, OPTIONS\"}}}}}}}}}";

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    static struct contract contract = {.specs = specs};
    static const char *const media[] = {"application/json", "text/csv"};
    struct arena *arena = arena_new(1 << 16);
    contract.routes = contract.routes ?: json_loads(routes, 0, NULL);
    struct route_match match;
    struct problem problem = {0};
    struct pairs pairs;
    const char *text = (const char *)data, *mark = size ? memchr(text, '?', size) : NULL;
    size_t length = mark ? (size_t)(mark - text) : size;
    if (router_match(&contract, arena, "GET", text, length, &match, &problem))
        for (int i = 0; match.spec == &specs[1] && i < 1; i++)
            assert(scan_utf8(match.values[i].bytes, match.values[i].length) &&
                   !memchr(match.values[i].bytes, '/', match.values[i].length));
    else
        assert(problem.status == 400 || problem.status == 404 || problem.status == 405 || problem.status == 414 ||
               problem.status == 413);
    if (mark && bind_parse_query(arena, mark + 1, size - length - 1, &pairs, &problem))
        for (unsigned i = 0; i < pairs.count; i++)
            assert(scan_utf8(pairs.items[i].value.bytes, pairs.items[i].value.length) &&
                   strlen(pairs.items[i].value.bytes) == pairs.items[i].value.length);
    char *accept = arena_copy(arena, text, size);
    if (accept)
        response_negotiate(accept, media, 2);
    arena_free(&arena);
    return 0;
}
