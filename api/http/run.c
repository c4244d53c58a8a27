#include "base/scan.h"
#include "http/auth.h"
#include "http/response.h"
#include "http/steps.h"
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

/* Runs the statement; a read whose connection broke is tried once more on another one. */
static struct result *query(struct request *request, const char *const *values, struct problem *problem) {
    bool read = strcmp(request->match.spec->method, "GET") == 0, lost = false;
    struct result *result = NULL;
    for (int attempt = 0; attempt < 2 && !result; attempt++) {
        *problem = (struct problem){0};
        struct connection *connection = pool_take(request->app->pool, problem);
        if (!connection)
            return NULL;
        result = pg_run(connection, &request->operation->statement, values, problem, &lost);
        pool_give(request->app->pool, &connection); /* before anything is written to the client */
        if (!lost || !read)
            break;
    }
    return result;
}

/* SHA-256 of all that makes the request what it is, as a bytea. */
static const char *hash_request(const struct request *request) {
    unsigned char digest[32];
    char hex[sizeof digest * 2 + 1];
    const char *if_match = request_header(request, "If-Match") ?: "";
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool fine = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) &&
                EVP_DigestUpdate(context, request->target, strlen(request->target) + 1) &&
                EVP_DigestUpdate(context, if_match, strlen(if_match) + 1) &&
                EVP_DigestUpdate(context, request->body.bytes, request->body.length) &&
                EVP_DigestFinal_ex(context, digest, NULL);
    EVP_MD_CTX_free(context);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return fine ? arena_printf(request->arena, "\\x%s", hex) : NULL;
}

/* An answer that was kept is given again, byte for byte. */
static bool take_kept(struct request *request, struct response *response, struct problem *problem) {
    struct value row[5];
    int64_t status = 0;
    const char *texts[5] = {0};
    result_row(request->outcome.kept, 0, row);
    for (int i = 0; i < 5; i++)
        texts[i] = row[i].text ? arena_copy(request->arena, row[i].text, row[i].length) : NULL;
    if (!response_body(request, response, problem))
        return false;
    scan_int(row[0].text, row[0].length, &status);
    response->status = (int)status;
    response->location = texts[1];
    response->etag = texts[2];
    response->content_type = texts[3];
    buf_put(&response->body, row[4].text, row[4].length);
    return true;
}

static bool transact(struct request *request, const char *const *values, struct response *response,
                     struct problem *problem) {
    struct call *call = &request->call;
    call->operation = request->operation;
    call->values = values;
    call->enter = auth_enter(request);
    call->answer_values =
        call->operation->answer ? bind_values(request->arena, call->operation->answer, &request->inputs) : NULL;
    call->hash = call->key ? hash_request(request) : NULL;
    if (!call->enter || (call->operation->answer && !call->answer_values) || (call->key && !call->hash))
        return problem_set(problem, "unavailable", "The service is short of memory.");
    return transaction_run(&request->app->transactions, call, &request->outcome, problem);
}

bool run(struct request *request, struct response *response, struct problem *problem) {
    const struct operation *operation = request->operation;
    response->status = operation->spec->success;
    response->constants = operation->spec->headers;
    response->constant_count = operation->spec->header_count;
    if (request->recalled)
        return true;
    if (operation->handler)
        return operation->handler(request, response, problem);
    const struct link *link = atomic_load(&operation->link), *answer = atomic_load(&rows_of(request)->link);
    if (!link || !answer) {
        problem_set(problem, "unavailable", "The database has not answered for this operation yet.");
        return recall_stale(request, response, problem);
    }
    const char *const *values = bind_values(request->arena, operation, &request->inputs);
    if (!values)
        return problem_set(problem, "unavailable", "The service is short of memory.");
    struct outcome *outcome = &request->outcome;
    bool fine = request->caller.subject ? transact(request, values, response, problem)
                                        : (outcome->row = query(request, values, problem)) != NULL;
    if (!fine)
        return recall_stale(request, response, problem);
    if (outcome->kept)
        return take_kept(request, response, problem);
    if (strcmp(operation->spec->method, "GET") != 0 && request->app->cache)
        cache_changed(request->app->cache);
    if (!operation_fits(link, outcome->row) || (outcome->answer && !operation_fits(answer, outcome->answer)))
        return problem_set(problem, "unavailable", "The database's schema has changed under this operation.");
    return true;
}

/* With an Idempotency-Key the answer is kept in the transaction of its effect, so it comes before the commit. */
bool commit(struct request *request, struct response *response, struct problem *problem) {
    if (!request->outcome.held)
        return true;
    response->etag = response->content_type && response->version ? response_etag(request, response) : NULL;
    buf_char(&response->body, '\0');
    response->body.length--;
    const char *const answer[] = {arena_printf(request->arena, "%d", response->status), response->location,
                                  response->etag, response->content_type, response->body.data + RESPONSE_HEAD_ROOM};
    bool fine = transaction_keep(&request->app->transactions, &request->call, &request->outcome, answer, problem);
    if (fine && request->app->cache)
        cache_changed(request->app->cache);
    return fine;
}
