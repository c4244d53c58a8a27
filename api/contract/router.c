#include "contract/router.h"
#include "base/scan.h"
#include <stdio.h>
#include <string.h>

/* Splits and decodes the path; -1 with a problem. */
static int split_path(struct arena *arena, const char *path, size_t length, struct text *segments,
                      struct problem *problem) {
    int count = 0;
    if (!length || *path != '/')
        return problem_set(problem, "bad-request", "The request target must be a path that begins with /."), -1;
    for (const char *part = path + 1, *end = path + length; part <= end; count++) {
        const char *slash = memchr(part, '/', (size_t)(end - part));
        size_t size = (size_t)((slash ? slash : end) - part);
        char *decoded = arena_alloc_raw(arena, size + 1);
        if (!decoded)
            return problem_exhausted(problem), -1;
        ptrdiff_t used = scan_percent(part, size, false, decoded);
        if (used < 0 || memchr(decoded, '/', (size_t)used) || memchr(decoded, '\\', (size_t)used) ||
            (used == 1 && *decoded == '.') || (used == 2 && memcmp(decoded, "..", 2) == 0))
            return problem_set(problem, "bad-request", "The path has a segment that is not allowed."), -1;
        if (count == ROUTE_SEGMENTS_MAX)
            return problem_set(problem, "not-found", "There is nothing at this path."), -1;
        decoded[used] = '\0';
        segments[count] = (struct text){decoded, (size_t)used};
        part += size + 1;
    }
    return count;
}

/* The route that the segments lead to from node on, or NULL: a part that is written as it stands comes before a
 * parameter, whose value goes to values. */
static const json_t *find_route(const json_t *node, const struct text *segments, int count, struct text *values) {
    if (!node || !count)
        return json_object_get(node, "allow") ? node : NULL;
    const json_t *part = json_object_getn(json_object_get(node, "parts"), segments->bytes, segments->length);
    const json_t *found = find_route(part, segments + 1, count - 1, values);
    if (found || !segments->length)
        return found;
    *values = *segments;
    return find_route(json_object_get(node, "any"), segments + 1, count - 1, values + 1);
}

bool router_match(const struct contract *contract, struct arena *arena, const char *method, const char *path,
                  size_t length, struct route_match *match, struct problem *problem) {
    struct text segments[ROUTE_SEGMENTS_MAX];
    *match = (struct route_match){.head = strcmp(method, "HEAD") == 0};
    int count = split_path(arena, path, length, segments, problem);
    if (count < 0)
        return false;
    const json_t *route = find_route(contract->routes, segments, count, match->values);
    if (route) {
        const json_t *number = json_object_get(route, match->head ? "GET" : method);
        match->allow = json_string_value(json_object_get(route, "allow"));
        match->index = (unsigned)json_integer_value(number);
        match->spec = json_is_integer(number) ? &contract->specs[match->index] : NULL;
        if (match->spec || strcmp(method, "OPTIONS") == 0)
            return true;
        snprintf(problem->allow, sizeof problem->allow, "%s", match->allow);
        return problem_set(problem, "method-not-allowed", "This path has only: %s.", match->allow);
    }
    if (length == 1 || path[length - 1] != '/')
        return problem_set(problem, "not-found", "There is nothing at this path: /v1 lists what there is.");
    bool found = router_match(contract, arena, method, path, length - 1, match, problem);
    match->stands_at = match->stands_at ?: length - 1;
    return found;
}
