#include "base/log.h"
#include "http/auth.h"
#include "http/request.h"
#include "http/transfer.h"
#include <assert.h>
#include <string.h>

enum { NAME_BYTES_MAX = 32 * 1024 };

/* Takes over an answer that was made for somebody else, and its loan: until it is written. */
static void take_answer(struct request *request, const struct answer *answer, const char *cache_status) {
    struct response *response = &request->response;
    assert(!request->ticket.entry); /* it is not the new answer that the ticket is for */
    request->recalled = answer;
    response->status = 200;
    response->constants = request->match.spec->head;
    response->cache = request->match.spec->cache;
    response->content_type = answer->content_type;
    response->etag = answer->etag;
    response->common = answer->head;
    response->lent = answer->body;
    response->cache_status = cache_status;
}

/* What a target means does not change: one that was given an answer from the cache is given it again, for which nothing
 * has to be found out but what is each request's own. Who has a token may see more, and wants to see what it has just
 * changed. */
bool known(struct request *request) {
    bool get = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
    if (!get || !request->app->cache || request_header(request, "Authorization"))
        return true;
    struct buf name = buf_new(request->arena, 512, NAME_BYTES_MAX);
    buf_str(&name, request->target);
    buf_char(&name, ' ');
    buf_str(&name, request_header(request, "Accept") ?: "");
    request->name = (struct text){name.failed ? NULL : name.data, name.length};
    const struct answer *answer =
        request->name.bytes && request->inflow->ended ? cache_find(request->app->cache, request->name, false) : NULL;
    if (!answer)
        return true;
    request->match.index = answer->operation;
    request->operation = &request->app->operations[answer->operation];
    request->match.spec = request->operation->spec;
    take_answer(request, answer, "scip-api; hit");
    if (auth_count_address(request))
        response_validate(request);
    return false;
}

/* The key is what the answer depends on and nothing else: representation, path, and what bind has checked of the query.
 */
static struct text key_of(const struct request *request) {
    const char *query = pairs_canonical(request->arena, &request->inputs.query, (const char *const[]){NULL});
    struct buf key = buf_new(request->arena, 256, 72 * 1024);
    buf_printf(&key, "%s %s ", request->media, query ?: "");
    put_path(&key, request);
    return query && !key.failed ? (struct text){key.data, key.length} : (struct text){0};
}

bool recall(struct request *request) {
    if (request->name.bytes && request->match.spec->shared && !request->operation->handler)
        request->key = key_of(request);
    if (!request->key.bytes)
        return true;
    const struct answer *answer =
        cache_get(request->app->cache, request->key, request->app->config.pool_wait_ms * 1000, &request->ticket);
    request->response.cache_status = request->ticket.entry ? "scip-api; fwd=miss" : "scip-api; fwd=bypass";
    if (answer)
        take_answer(request, answer, "scip-api; hit");
    if (answer && !response_named(request)) /* a file's name is the target's own */
        cache_name(request->app->cache, request->name, request->key);
    return true;
}

bool remember(struct request *request) {
    assert(!request->recalled || !request->ticket.entry);
    if (!request->ticket.entry || request->response.status != 200)
        return true;
    request->response.etag = response_etag(request);
    struct answer answer = {.content_type = request->response.content_type,
                            .etag = request->response.etag,
                            .head = request->response.common = response_common(request),
                            .operation = request->match.index,
                            .body = response_text(&request->response)};
    cache_settle(request->app->cache, &request->ticket, answer.etag && answer.head.bytes ? &answer : NULL);
    return true;
}

/* The database cannot be asked: an answer from before, marked by a ttl below zero (RFC 9211, section 2.3), is
 * better than none. */
bool recall_stale(struct request *request) {
    const struct answer *answer = request->key.bytes && request->problem.status >= 503
                                      ? cache_find(request->app->cache, request->key, true)
                                      : NULL;
    if (!answer)
        return false;
    cache_settle(request->app->cache, &request->ticket, NULL); /* no new one comes about: who waits for it may try */
    request->problem = (struct problem){0};
    request->response.age = (clock_us() - answer->made_us) / 1000000 ?: 1;
    take_answer(request, answer,
                arena_printf(request->arena, "scip-api; hit; ttl=-%lld", (long long)request->response.age));
    return true;
}
