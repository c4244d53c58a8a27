#include "contract/router.h"
#include "base/scan.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
enum { METHODS = sizeof methods / sizeof *methods };

/* One path of the contract. A segment without bytes is a parameter. */
struct route {
    const char *template;
    struct text segments[ROUTE_SEGMENTS_MAX];
    unsigned segment_count;
    const struct spec *specs[METHODS];
    const char *allow;
};

struct router {
    const struct contract *contract;
    struct route *routes; /* literal segments before parameters, so that the first match is the best one */
    unsigned count;
};

static void split_template(struct route *route, const struct spec *spec, struct gate *gate) {
    unsigned parameters = 0;
    for (const char *part = spec->path; *part;) {
        size_t size = strcspn(++part, "/");
        bool parameter = *part == '{';
        if (route->segment_count == ROUTE_SEGMENTS_MAX || (parameters += parameter) > ROUTE_PARAMETERS_MAX) {
            gate_fault(gate, spec->where, "the path is too long: %s", spec->path);
            return;
        }
        route->segments[route->segment_count++] = parameter ? (struct text){0} : (struct text){part, size};
        part += size;
    }
}

static int order(const void *left, const void *right) {
    const struct route *a = left, *b = right;
    for (unsigned i = 0; i < a->segment_count && i < b->segment_count; i++) {
        if (!a->segments[i].bytes != !b->segments[i].bytes)
            return a->segments[i].bytes ? -1 : 1;
    }
    return strcmp(a->template, b->template);
}

const struct router *router_new(struct arena *arena, const struct contract *contract, struct gate *gate) {
    struct router *router = arena_alloc(arena, sizeof *router);
    router->contract = contract;
    router->routes = arena_alloc(arena, contract->spec_count * sizeof *router->routes);
    for (unsigned i = 0; i < contract->spec_count; i++) {
        const struct spec *spec = &contract->specs[i];
        unsigned at = 0;
        while (at < router->count && strcmp(router->routes[at].template, spec->path) != 0)
            at++;
        struct route *route = &router->routes[at];
        if (at == router->count) {
            router->count++;
            route->template = spec->path;
            route->allow = spec->allow;
            split_template(route, spec, gate);
        }
        for (int method = 0; method < METHODS; method++)
            if (strcmp(methods[method], spec->method) == 0)
                route->specs[method] = spec;
    }
    qsort(router->routes, router->count, sizeof *router->routes, order);
    return router;
}

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

static bool route_fits(const struct route *route, const struct text *segments, unsigned count, struct text *values) {
    if (route->segment_count != count)
        return false;
    for (unsigned i = 0; i < count; i++) {
        const struct text *wanted = &route->segments[i], *got = &segments[i];
        if (!wanted->bytes) {
            if (!got->length)
                return false;
            *values++ = *got;
        } else if (wanted->length != got->length || memcmp(wanted->bytes, got->bytes, got->length) != 0) {
            return false;
        }
    }
    return true;
}

bool router_match(const struct router *router, struct arena *arena, const char *method, const char *path, size_t length,
                  struct route_match *match, struct problem *problem) {
    struct text segments[ROUTE_SEGMENTS_MAX];
    *match = (struct route_match){.head = strcmp(method, "HEAD") == 0};
    int count = split_path(arena, path, length, segments, problem);
    if (count < 0)
        return false;
    for (const struct route *route = router->routes; route < router->routes + router->count; route++) {
        if (!route_fits(route, segments, (unsigned)count, match->values))
            continue;
        match->allow = route->allow;
        for (int i = 0; i < METHODS; i++)
            if (strcmp(methods[i], match->head ? "GET" : method) == 0)
                match->spec = route->specs[i];
        if (match->spec)
            match->index = (unsigned)(match->spec - router->contract->specs);
        if (match->spec || strcmp(method, "OPTIONS") == 0)
            return true;
        snprintf(problem->allow, sizeof problem->allow, "%s", route->allow);
        return problem_set(problem, "method-not-allowed", "This path has only: %s.", route->allow);
    }
    if (length == 1 || path[length - 1] != '/')
        return problem_set(problem, "not-found", "There is nothing at this path: /v1 lists what there is.");
    bool found = router_match(router, arena, method, path, length - 1, match, problem);
    match->stands_at = match->stands_at ?: length - 1;
    return found;
}
