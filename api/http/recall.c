#include "base/log.h"
#include "http/request.h"
#include <assert.h>
#include <string.h>

/* Takes over an answer that was made for somebody else. */
static void take_answer(struct request *request, const struct answer *answer) {
    assert(!request->ticket.entry); /* it is not the new answer that the ticket is for */
    buf_put(response_body(request), answer->body.bytes, answer->body.length);
    request->response.status = 200;
    request->response.content_type = answer->content_type;
    request->response.etag = arena_copy(request->arena, answer->etag, strlen(answer->etag));
    request->response.next_link =
        answer->next_link ? arena_copy(request->arena, answer->next_link, strlen(answer->next_link)) : NULL;
    request->response.omitted = answer->omitted;
    request->recalled = true;
}

/* The key is what the answer depends on and nothing else: operation, values of the path as they were decoded, those of
 * the query that bind has checked, representation. */
static struct text key_of(const struct request *request) {
    static const char *const nothing[] = {NULL};
    const char *query = pairs_canonical(request->arena, &request->inputs.query, nothing);
    struct buf key = buf_new(request->arena, 256, 72 * 1024);
    buf_str(&key, request->match.spec->id);
    const struct text *value = request->match.values;
    for (const char *brace = request->match.spec->path; (brace = strchr(brace, '{')); brace++, value++) {
        buf_char(&key, '/');
        buf_put(&key, value->bytes, value->length);
    }
    buf_char(&key, '?');
    buf_str(&key, query ?: "");
    buf_char(&key, ' ');
    buf_str(&key, request->media);
    return query && !key.failed ? (struct text){key.data, key.length} : (struct text){0};
}

bool recall(struct request *request) {
    struct cache *cache = request->app->cache;
    if (!cache || !request->match.spec->shared || request->operation->handler ||
        request_header(request, "Authorization")) /* it may see more, and wants to see what it has just changed */
        return true;
    request->key = key_of(request);
    if (!request->key.bytes)
        return true;
    const struct answer *answer =
        cache_get(cache, request->key, request->app->config.pool_wait_ms * 1000, &request->ticket);
    if (answer)
        take_answer(request, answer);
    request->response.cache_status = answer                  ? "scip-api; hit"
                                     : request->ticket.entry ? "scip-api; fwd=miss"
                                                             : "scip-api; fwd=bypass";
    cache_give_back(&answer);
    return true;
}

bool remember(struct request *request) {
    assert(!request->recalled || !request->ticket.entry);
    if (!request->ticket.entry || request->response.status != 200)
        return true;
    request->response.etag = response_etag(request);
    struct answer answer = {.content_type = request->response.content_type,
                            .etag = request->response.etag,
                            .next_link = request->response.next_link,
                            .omitted = request->response.omitted,
                            .body = response_text(&request->response)};
    cache_settle(request->app->cache, &request->ticket, answer.etag ? &answer : NULL);
    return true;
}

/* The database cannot be asked: an answer from before, marked by a ttl below zero (RFC 9211, section 2.3), is
 * better than none. */
bool recall_stale(struct request *request) {
    const struct answer *answer = request->key.bytes && request->problem.status >= 503
                                      ? cache_get_stale(request->app->cache, request->key)
                                      : NULL;
    if (!answer)
        return false;
    cache_settle(request->app->cache, &request->ticket, NULL); /* no new one comes about: who waits for it may try */
    take_answer(request, answer);
    request->problem = (struct problem){0};
    request->response.age = (clock_us() - answer->made_us) / 1000000 ?: 1;
    request->response.cache_status =
        arena_printf(request->arena, "scip-api; hit; ttl=-%lld", (long long)request->response.age);
    cache_give_back(&answer);
    return true;
}
