#include "http/auth.h"
#include "base/limit.h"
#include <string.h>
#include <strings.h>

/* Counts against a quota; the response says what is left (draft-ietf-httpapi-ratelimit-headers), shared answers
 * leave it out: they are kept for others. */
static bool count(struct request *request, char kind, const char *text, const char *more, int64_t quota) {
    const char *who = kind == 'c' ? "client" : "address";
    int64_t left, reset_s;
    if (!quota)
        return true;
    bool ok = limiter_take(request->app->limiter, kind, text, more, quota, &left, &reset_s);
    if (!ok || !request->match.spec->shared)
        request->response.rate =
            arena_printf(request->arena, "\"%s\";r=%lld;t=%lld", who, (long long)left, (long long)reset_s);
    if (!ok) {
        request_refuse(request, "too-many-requests", "The %s has used up its requests of this minute.", who);
        request->problem.retry_after = (int)reset_s;
    }
    return ok;
}

bool auth_count_address(struct request *request) {
    return count(request, 'a', request->network, "", request->app->config.rate_address);
}

bool auth_check(struct request *request) {
    const struct spec *spec = request->match.spec;
    const char *header = spec->secured ? request_header(request, "Authorization") : NULL;
    if (!header)
        return auth_count_address(request) &&
               (!spec->secured || spec->anonymous ||
                request_refuse(request, "unauthorized", "This needs a bearer token in the Authorization header."));
    const char *token = strncasecmp(header, "Bearer ", 7) == 0 ? header + 7 + strspn(header + 7, " ") : NULL;
    request->tried = true;
    if (token &&
        token_verify(request->app->tokens, request->arena, token, strlen(token), &request->caller, &request->problem))
        return count(request, 'c', request->caller.issuer, request->caller.subject, request->app->config.rate_client);
    if (!token)
        request_refuse(request, "unauthorized", "The Authorization header must be Bearer and a token.");
    request->caller = (struct claims){0};
    auth_count_address(request); /* who guesses is slowed down: 429 then, not 401 */
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

void auth_explain(struct request *request) {
    if (request->problem.status == 403 && strcmp(request->problem.slug, "role-needed") == 0)
        request_refuse(request, "role-needed", "This needs one of the roles: %s. The central team gives roles.",
                       request->match.spec->roles);
    const char *const *values = request->call.enter ?: auth_enter(request);
    if (request->problem.status != 401 || !values)
        return;
    /* noted for those who can make the account, in a transaction of its own: the refused one left nothing */
    struct result *row = transaction_ask(&request->app->transactions, UNKNOWN_ACCOUNT, values, &(struct problem){0});
    const char *answer = row ? result_cell(row, 0, 0) : NULL;
    if (answer)
        request_refuse(request, "unauthorized", "%s", answer);
    result_free(&row);
}
