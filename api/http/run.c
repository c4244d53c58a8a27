#include "http/auth.h"
#include "http/request.h"
#include <openssl/evp.h>
#include <string.h>

/* SHA-256 of all that makes the request what it is, as a bytea. */
static const char *hash_request(const struct request *request) {
    unsigned char digest[32];
    const char *if_match = request_header(request, "If-Match") ?: "";
    struct buf all = buf_new(request->arena, 1024 + request->body.length, SIZE_MAX);
    buf_put(&all, request->target, strlen(request->target) + 1);
    buf_put(&all, if_match, strlen(if_match) + 1);
    buf_put(&all, request->body.bytes, request->body.length);
    bool ok = !all.failed && EVP_Digest(all.data, all.length, digest, NULL, EVP_sha256(), NULL);
    return ok ? hex_text(request->arena, "\\x", digest, sizeof digest) : NULL;
}

/* An answer that was kept is given again, byte for byte. */
static bool take_kept(struct request *request) {
    const struct result *kept = request->outcome.kept;
    request->response.status = (int)result_int(kept, 0, 0);
    request->response.location = result_text(request->arena, kept, 0, 1);
    request->response.etag = result_text(request->arena, kept, 0, 2);
    request->response.content_type = result_text(request->arena, kept, 0, 3);
    buf_str(response_body(request), result_cell(kept, 0, 4) ?: "");
    return true;
}

static bool transact(struct request *request, const struct statement *statement, const char *const *values) {
    struct call *call = &request->call;
    call->operation = request->operation;
    call->own = (struct command){.statement = statement, .values = values};
    call->enter = auth_enter(request);
    call->answer_values =
        call->operation->answer ? bind_values(request->arena, call->operation->answer, &request->inputs) : NULL;
    call->hash = call->key ? hash_request(request) : NULL;
    if (!call->enter || (call->operation->answer && !call->answer_values) || (call->key && !call->hash))
        return problem_exhausted(&request->problem);
    return transaction_run(&request->app->transactions, call, &request->outcome, &request->problem);
}

/* Of the values that a rule points at, this request has those that its operation knows. */
static bool refuse_known(struct request *request) {
    const struct spec *spec = request->match.spec;
    struct problem *problem = &request->problem;
    unsigned count = problem->error_count;
    problem->error_count = 0;
    for (unsigned i = 0; i < count; i++) {
        const char *name = (strchr(problem->errors[i].pointer + 1, '/') ?: "/") + 1;
        bool body = strncmp(problem->errors[i].pointer, "/body/", 6) == 0;
        name = arena_copy(request->arena, name, strcspn(name, "/")) ?: "";
        if (!*name || (body ? schema_has(spec->body, name) : !!spec_parameter(spec, IN_ANY, name)))
            problem->errors[problem->error_count++] = problem->errors[i];
    }
    return false;
}

bool run(struct request *request) {
    const struct operation *operation = request->operation;
    request->response.status = operation->spec->success;
    request->response.constants = operation->spec->head;
    request->response.cache = operation->spec->cache;
    if (request->recalled)
        return true;
    if (operation->handler)
        return operation->handler(request);
    const struct link *link = atomic_load(&operation->link), *answer = atomic_load(&rows_of(request)->link);
    if (!link || !answer) {
        request_refuse(request, "unavailable", "The database has not answered for this operation yet.");
        return recall_stale(request);
    }
    const char *const *values = bind_values(request->arena, operation, &request->inputs);
    const struct statement *statement = plan_statement(request->arena, operation, &request->inputs);
    if (!values || !statement)
        return problem_exhausted(&request->problem);
    struct outcome *outcome = &request->outcome;
    bool read = strcmp(operation->spec->method, "GET") == 0;
    bool ok = request->caller.subject
                  ? transact(request, statement, values)
                  : (outcome->row = pool_run(request->app->pool, statement, values, read, &request->problem)) != NULL;
    if (!ok)
        return recall_stale(request) || refuse_known(request);
    if (outcome->kept)
        return take_kept(request);
    if (!read && !request->caller.subject && request->app->cache) /* what a caller with a token does is not over yet */
        cache_changed(request->app->cache);
    if (!operation_fits(link, outcome->row) || (outcome->answer && !operation_fits(answer, outcome->answer)))
        return request_refuse(request, "unavailable", "The database's schema has changed under this operation.");
    return true;
}

/* A write is committed when its answer stands. With an Idempotency-Key that is kept in the same transaction. */
bool commit(struct request *request) {
    if (!request->outcome.held)
        return true;
    request->response.etag =
        request->response.content_type && request->response.version ? response_etag(request) : NULL;
    const char *body = buf_text(response_body(request));
    if (!body)
        return problem_exhausted(&request->problem);
    const char *const answer[] = {arena_printf(request->arena, "%d", request->response.status),
                                  request->response.location, request->response.etag, request->response.content_type,
                                  body};
    bool ok =
        transaction_commit(&request->app->transactions, &request->call, &request->outcome, answer, &request->problem);
    if (ok && request->app->cache)
        cache_changed(request->app->cache);
    return ok || refuse_known(request);
}
