#include "op/visitor.h"
#include "base/log.h"
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* SALT: bytes of one. EDGE_S: seconds of a day in which a click may follow one of the day before. */
enum { SALT = 32, EDGE_S = 30 };

struct salts {
    int64_t starts, ends; /* of the day, in seconds since 1970 */
    unsigned char day[SALT], previous[SALT], month[SALT];
    bool has_previous;
};

struct visitors {
    const struct transactions *transactions;
    int64_t wait_us;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t fetched;
    bool fetching;   /* somebody asks the database */
    unsigned rounds; /* how often that is over */
    struct salts salts;
};

struct visitors *visitors_new(struct arena *arena, const struct transactions *transactions, int64_t wait_us) {
    struct visitors *visitors = arena_alloc(arena, sizeof *visitors);
    visitors->transactions = transactions;
    visitors->wait_us = wait_us;
    pthread_cond_init(&visitors->fetched, NULL);
    pthread_mutex_init(&visitors->lock, NULL);
    return visitors;
}

/* A bytea's text form. */
static bool read_salt(const char *text, unsigned char *salt) {
    for (int i = 0; i < SALT; i++)
        if (!text || strlen(text) != 2 + 2 * SALT || sscanf(text + 2 + 2 * i, "%2hhx", &salt[i]) != 1)
            return false;
    return true;
}

static bool fetch(const struct visitors *visitors, int64_t at, struct salts *salts, struct problem *problem) {
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)at);
    struct result *result = transaction_ask(visitors->transactions, USAGE_SALTS, (const char *const[]){text}, problem);
    bool ok = result && read_salt(result_cell(result, 0, 2), salts->day) &&
              read_salt(result_cell(result, 0, 4), salts->month);
    salts->starts = result_int(result, 0, 0);
    salts->ends = result_int(result, 0, 1);
    salts->has_previous = read_salt(result_cell(result, 0, 3), salts->previous);
    result_free(&result);
    return ok;
}

static bool covers(const struct salts *salts, int64_t at) {
    return at >= salts->starts && at < salts->ends;
}

/* Waits, with the lock held, for what another thread fetches, and no longer than a fetch may take. What it could not
 * get, nobody who waited asks for again: waits would add up. */
static bool wait_fetched(struct visitors *visitors, int64_t at) {
    struct timespec until = clock_after(visitors->wait_us + 1000000);
    for (unsigned round = visitors->rounds; visitors->fetching && round == visitors->rounds;)
        if (pthread_cond_clockwait(&visitors->fetched, &visitors->lock, CLOCK_MONOTONIC, &until) != 0)
            break;
    return covers(&visitors->salts, at);
}

/* The salts for this second, as a copy. One thread fetches them, without the lock. */
static bool take_salts(struct visitors *visitors, int64_t at, struct salts *salts, struct problem *problem) {
    pthread_mutex_lock(&visitors->lock);
    struct salts *current = &visitors->salts, fresh = {0};
    bool ok = covers(current, at);
    if (!ok && visitors->fetching) {
        ok = wait_fetched(visitors, at);
    } else if (!ok) {
        visitors->fetching = true;
        pthread_mutex_unlock(&visitors->lock);
        ok = fetch(visitors, at, &fresh, problem);
        pthread_mutex_lock(&visitors->lock);
        visitors->fetching = false;
        visitors->rounds++;
        if (ok)
            *current = fresh;
        pthread_cond_broadcast(&visitors->fetched);
    }
    if (current->has_previous && at >= current->starts + 2 * EDGE_S) { /* its time is over */
        OPENSSL_cleanse(current->previous, SALT);
        current->has_previous = false;
    }
    *salts = *current;
    pthread_mutex_unlock(&visitors->lock);
    OPENSSL_cleanse(&fresh, sizeof fresh);
    return ok || (!problem->status && problem_set(problem, "unavailable", "Uses cannot be counted."));
}

/* 128 bits of a keyed hash. */
static void hash_visitor(const unsigned char *salt, const void *who, size_t length, char key[static VISITOR_KEY]) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    HMAC(EVP_sha256(), salt, SALT, who, length, digest, NULL);
    for (int i = 0; i < VISITOR_KEY - 1; i++)
        key[i] = "0123456789abcdef"[digest[i / 2] >> (i % 2 ? 0 : 4) & 15];
    key[VISITOR_KEY - 1] = '\0';
}

bool visitor_find(struct visitors *visitors, struct arena *arena, const char *address, const char *user_agent,
                  int64_t at, struct visitor_keys *keys, struct problem *problem) {
    size_t first = strlen(address) + 1, length = first + strlen(user_agent);
    char *who = arena_alloc(arena, length + 1);
    struct salts salts;
    if (!who)
        return problem_exhausted(problem);
    if (!take_salts(visitors, at, &salts, problem))
        return false;
    memcpy(who, address, first);
    memcpy(who + first, user_agent, length - first);
    hash_visitor(salts.day, who, length, keys->day);
    hash_visitor(salts.month, who, length, keys->month);
    keys->previous[0] = '\0';
    if (at < salts.starts + EDGE_S && salts.has_previous)
        hash_visitor(salts.previous, who, length, keys->previous);
    return true;
}
