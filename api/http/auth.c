#include "http/auth.h"
#include "base/limit.h"
#include <string.h>
#include <strings.h>

/* Counts against a quota; the answer tells what is left (draft-ietf-httpapi-ratelimit-headers), shared answers
 * leave it out: they are kept for others. */
static bool count(struct request *request, struct response *response, char kind, const char *text, const char *more,
                  int64_t quota, struct problem *problem) {
    int64_t left, reset_s;
    if (!quota)
        return true;
    bool fine = limiter_take(request->app->limiter, kind, text, more, quota, &left, &reset_s);
    if (!fine || !request->match.spec->shared)
        response->rate = arena_printf(request->arena, "\"%s\";r=%lld;t=%lld", kind == 'c' ? "client" : "address",
                                      (long long)left, (long long)reset_s);
    if (fine)
        return true;
    problem_set(problem, "too-many-requests", "The %s has used up its requests of this minute.",
                kind == 'c' ? "client" : "address");
    problem->retry_after = (int)reset_s;
    return false;
}

static bool count_address(struct request *request, struct response *response, struct problem *problem) {
    return count(request, response, 'a', request->network, "", request->app->config.rate_address, problem);
}

/* The token of "Bearer token"; NULL when the header is of another kind. */
static const char *bearer(const char *header) {
    return strncasecmp(header, "Bearer ", 7) == 0 ? header + 7 + strspn(header + 7, " ") : NULL;
}

bool auth_check(struct request *request, struct response *response, struct problem *problem) {
    const struct spec *spec = request->match.spec;
    const char *header = spec->secured ? request_header(request, "Authorization") : NULL;
    if (!header)
        return count_address(request, response, problem) &&
               (!spec->secured || spec->anonymous ||
                problem_set(problem, "unauthorized", "This needs a bearer token in the Authorization header."));
    const char *token = bearer(header);
    request->tried = true;
    if (token && token_verify(request->app->tokens, request->arena, token, strlen(token), &request->caller, problem))
        return count(request, response, 'c', request->caller.issuer, request->caller.subject,
                     request->app->config.rate_client, problem);
    if (!token)
        problem_set(problem, "unauthorized", "The Authorization header must be Bearer and a token.");
    request->caller = (struct claims){0};
    struct problem busy = {0};
    if (!count_address(request, response, &busy)) /* who guesses is slowed down */
        *problem = busy;
    return false;
}

const char *const *auth_enter(const struct request *request) {
    const struct claims *caller = &request->caller;
    bool own = strcmp(caller->issuer, request->app->config.issuer) == 0;
    const char *const all[ENTER_VALUES] = {
        own ? "self" : caller->issuer,
        caller->subject,
        caller->id,
        caller->issued_at ? arena_printf(request->arena, "%lld", (long long)caller->issued_at) : NULL,
        own ? caller->scope : NULL, /* others' scopes are other words */
        request->id,
        request->match.spec->id,
        arena_printf(request->arena, "{%s}", request->match.spec->roles),
        request->call.dry_run ? "true" : "false"};
    const char **values = arena_alloc(request->arena, sizeof all);
    return values ? memcpy(values, all, sizeof all) : NULL;
}

void auth_explain(const struct request *request, struct problem *problem) {
    if (problem->status == 403 && strstr(problem->detail, "(role-needed)"))
        problem_set(problem, "forbidden", "Only for %s: the central team of the Alliance gives roles. (role-needed)",
                    request->match.spec->roles);
    const char *const *values = request->call.enter ?: auth_enter(request);
    if (problem->status != 401 || !values)
        return;
    /* noted for those who can make the account, in a transaction of its own: the refused one left nothing */
    struct result *row = transaction_ask(&request->app->transactions, UNKNOWN_ACCOUNT, values, &(struct problem){0});
    const char *told = row ? result_cell(row, 0, 0) : NULL;
    if (told)
        problem_set(problem, "unauthorized", "%s", told);
    result_free(&row);
}
