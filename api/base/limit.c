#include "base/limit.h"
#include "base/buf.h"
#include "base/log.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A hash has PROBES places; when all are taken, the oldest window is evicted. */
enum { SLOTS = 16384, PROBES = 4, LOCKS = 64, WINDOW_S = 60 };

struct slot {
    uint64_t hash;
    int64_t window; /* its number since the machine started */
    int64_t count;
};

struct limiter {
    uint64_t seed;
    pthread_mutex_t locks[LOCKS]; /* each guards the slots whose first place it shares */
    struct slot slots[SLOTS][PROBES];
};

struct limiter *limiter_new(const unsigned char *seed) {
    struct limiter *limiter = calloc(1, sizeof *limiter);
    if (!limiter)
        log_fatal("out of memory");
    memcpy(&limiter->seed, seed, sizeof limiter->seed);
    for (int i = 0; i < LOCKS; i++)
        pthread_mutex_init(&limiter->locks[i], NULL);
    return limiter;
}

void limiter_free(struct limiter **limiter) {
    free(*limiter);
    *limiter = NULL;
}

bool limiter_take(struct limiter *limiter, char kind, const char *text, const char *more, int64_t quota, int64_t *left,
                  int64_t *reset_s) {
    uint64_t hash = hash_bytes(limiter->seed ^ (unsigned char)kind, text, strlen(text)); /* who collide share a quota */
    hash = hash_bytes(hash, more, strlen(more));
    int64_t seconds = clock_us() / 1000000, window = seconds / WINDOW_S;
    struct slot *places = limiter->slots[hash % SLOTS], *slot = &places[0];
    pthread_mutex_t *lock = &limiter->locks[hash % SLOTS % LOCKS];
    pthread_mutex_lock(lock);
    for (int i = 0; i < PROBES && slot->hash != hash; i++)
        if (places[i].hash == hash || places[i].window < slot->window)
            slot = &places[i];
    if (slot->hash != hash || slot->window != window)
        *slot = (struct slot){hash, window, 0};
    bool ok = slot->count < quota;
    slot->count += ok;
    *left = quota - slot->count;
    pthread_mutex_unlock(lock);
    *reset_s = WINDOW_S - seconds % WINDOW_S;
    return ok;
}
