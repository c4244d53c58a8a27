#include "op/cache.h"
#include "base/buf.h"
#include "base/log.h"
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

/* FRESH_US bounds how long after a commit an old answer may still be given. */
enum { BUCKETS = 4096, FRESH_US = 250000 };

/* An answer in one block: etag, head and body follow. */
struct copy {
    struct answer answer; /* first: what is lent leads back here */
    atomic_uint readers;  /* the entry's own, and the loans */
    size_t size;
    char bytes[];
};

struct entry {
    LIST_ENTRY(entry) bucket; /* those of the same hash */
    TAILQ_ENTRY(entry) use;   /* by last use, the newest first */
    struct entry *of;         /* of another name, the entry that it is for, which it keeps; it has none of the rest */
    struct copy *copy;        /* NULL until first made */
    uint64_t generation;      /* in which kept was begun */
    uint64_t making;          /* generation of the ticket that is out, or 0 */
    uint64_t uncacheable_in;  /* generation in which there was nothing to keep */
    unsigned users;           /* who waits here, the ticket's holder, other names: keeps the entry */
    pthread_cond_t settled;
    uint64_t hash;
    size_t key_length;
    char key[];
};

struct cache {
    pthread_mutex_t lock; /* guards all below */
    LIST_HEAD(, entry) buckets[BUCKETS];
    TAILQ_HEAD(uses_list, entry) uses;
    size_t capacity;
    uint64_t seed, generation;
    int64_t fresh_until;
    struct cache_stats stats;
};

struct cache *cache_new(size_t capacity, const unsigned char *seed) {
    struct cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        log_fatal("out of memory");
    *cache = (struct cache){.lock = PTHREAD_MUTEX_INITIALIZER, .capacity = capacity, .generation = 1};
    memcpy(&cache->seed, seed, sizeof cache->seed);
    TAILQ_INIT(&cache->uses);
    return cache;
}

static void release_copy(struct copy *copy) {
    if (copy && atomic_fetch_sub(&copy->readers, 1) == 1)
        free(copy);
}

static struct entry *find_entry(struct cache *cache, struct text key, uint64_t hash) {
    struct entry *entry;
    LIST_FOREACH (entry, &cache->buckets[hash % BUCKETS], bucket)
        if (entry->hash == hash && entry->key_length == key.length && memcmp(entry->key, key.bytes, key.length) == 0)
            break;
    return entry;
}

static size_t size_of(const struct entry *entry) {
    return sizeof *entry + entry->key_length + (entry->copy ? entry->copy->size : 0);
}

static void drop_entry(struct cache *cache, struct entry *entry) {
    LIST_REMOVE(entry, bucket);
    TAILQ_REMOVE(&cache->uses, entry, use);
    cache->stats.bytes -= size_of(entry);
    cache->stats.entries -= !entry->of;
    if (entry->of)
        entry->of->users--;
    release_copy(entry->copy);
    pthread_cond_destroy(&entry->settled);
    free(entry);
}

static void touch_entry(struct cache *cache, struct entry *entry) {
    TAILQ_REMOVE(&cache->uses, entry, use);
    TAILQ_INSERT_HEAD(&cache->uses, entry, use);
}

/* Drops what was not used for longest until the rest fits. */
static void make_room(struct cache *cache) {
    for (struct entry *entry = TAILQ_LAST(&cache->uses, uses_list), *newer;
         entry && cache->stats.bytes > cache->capacity; entry = newer) {
        newer = TAILQ_PREV(entry, uses_list, use);
        if (!entry->users)
            drop_entry(cache, entry);
    }
}

void cache_free(struct cache **cache) {
    if (!*cache)
        return;
    for (struct entry *entry; (entry = TAILQ_LAST(&(*cache)->uses, uses_list));) /* names before what they name */
        drop_entry(*cache, entry);
    free(*cache);
    *cache = NULL;
}

static struct entry *add_entry(struct cache *cache, struct text key, uint64_t hash, struct entry *of) {
    struct entry *entry = calloc(1, sizeof *entry + key.length);
    if (!entry)
        return NULL;
    pthread_cond_init(&entry->settled, NULL);
    entry->of = of;
    entry->hash = hash;
    entry->key_length = key.length;
    memcpy(entry->key, key.bytes, key.length);
    LIST_INSERT_HEAD(&cache->buckets[hash % BUCKETS], entry, bucket);
    TAILQ_INSERT_HEAD(&cache->uses, entry, use);
    cache->stats.bytes += size_of(entry);
    cache->stats.entries += !of;
    return entry;
}

static const struct answer *lend_copy(struct copy *copy) {
    atomic_fetch_add(&copy->readers, 1);
    return &copy->answer;
}

void cache_give_back(const struct answer **answer) {
    release_copy((struct copy *)*answer);
    *answer = NULL;
}

static bool is_fresh(const struct cache *cache, const struct entry *entry) {
    return entry && entry->copy && entry->generation == cache->generation;
}

/* Waits, with the lock held, until the ticket that is out is settled; false when the time is over. */
static bool wait_settled(struct cache *cache, struct entry *entry, const struct timespec *until) {
    entry->users++;
    int late = pthread_cond_clockwait(&entry->settled, &cache->lock, CLOCK_MONOTONIC, until);
    entry->users--;
    return late == 0;
}

const struct answer *cache_get(struct cache *cache, struct text key, int64_t wait_us, struct ticket *ticket) {
    uint64_t hash = hash_bytes(cache->seed, key.bytes, key.length);
    struct timespec until = clock_after(wait_us);
    struct entry *entry;
    const struct answer *found = NULL;
    assert(!ticket->entry); /* nobody would settle it any more, and who waits for it would wait in vain */
    pthread_mutex_lock(&cache->lock);
    while ((entry = find_entry(cache, key, hash)) && !is_fresh(cache, entry) && entry->making == cache->generation)
        if (!wait_settled(cache, entry, &until))
            break;
    if (clock_us() > cache->fresh_until || (entry && entry->uncacheable_in == cache->generation) ||
        (entry && entry->making == cache->generation && !is_fresh(cache, entry))) {
        cache->stats.bypasses++;
    } else if (is_fresh(cache, entry)) {
        cache->stats.hits++;
        touch_entry(cache, entry);
        found = lend_copy(entry->copy);
    } else if (entry || (entry = add_entry(cache, key, hash, NULL))) {
        cache->stats.misses++;
        entry->making = cache->generation;
        entry->users++;
        *ticket = (struct ticket){entry, cache->generation};
    }
    pthread_mutex_unlock(&cache->lock);
    return found;
}

void cache_name(struct cache *cache, struct text name, struct text key) {
    uint64_t hash = hash_bytes(cache->seed, name.bytes, name.length);
    pthread_mutex_lock(&cache->lock);
    struct entry *of = find_entry(cache, key, hash_bytes(cache->seed, key.bytes, key.length));
    if (of && !find_entry(cache, name, hash) && add_entry(cache, name, hash, of)) {
        of->users++;
        touch_entry(cache, of); /* so a name is always dropped before what it names */
        make_room(cache);
    }
    pthread_mutex_unlock(&cache->lock);
}

const struct answer *cache_find(struct cache *cache, struct text name, bool stale) {
    const struct answer *found = NULL;
    uint64_t hash = hash_bytes(cache->seed, name.bytes, name.length);
    pthread_mutex_lock(&cache->lock);
    struct entry *named = find_entry(cache, name, hash), *entry = named && named->of ? named->of : named;
    if (stale ? entry && entry->copy : is_fresh(cache, entry) && clock_us() <= cache->fresh_until) {
        ++*(stale ? &cache->stats.stale : &cache->stats.hits);
        touch_entry(cache, named);
        touch_entry(cache, entry);
        found = lend_copy(entry->copy);
    }
    pthread_mutex_unlock(&cache->lock);
    return found;
}

static struct copy *copy_answer(const struct answer *answer) {
    size_t etag = strlen(answer->etag) + 1, head = answer->head.length;
    size_t size = sizeof(struct copy) + etag + head + answer->body.length;
    struct copy *copy = malloc(size);
    if (!copy)
        return NULL;
    *copy = (struct copy){.answer = *answer, .readers = 1, .size = size};
    copy->answer.made_us = clock_us();
    copy->answer.etag = memcpy(copy->bytes, answer->etag, etag);
    copy->answer.head.bytes = head ? memcpy(copy->bytes + etag, answer->head.bytes, head) : NULL;
    copy->answer.body.bytes = memcpy(copy->bytes + etag + head, answer->body.bytes, answer->body.length);
    return copy;
}

void cache_settle(struct cache *cache, struct ticket *ticket, const struct answer *answer) {
    struct entry *entry = ticket->entry;
    if (!entry)
        return;
    struct copy *copy =
        answer && answer->body.bytes && answer->body.length < cache->capacity / 8 ? copy_answer(answer) : NULL;
    pthread_mutex_lock(&cache->lock);
    if (entry->making == ticket->generation) { /* else somebody began again in a later generation */
        entry->making = 0;
        entry->uncacheable_in = answer && !copy ? ticket->generation : 0;
        if (copy) {
            cache->stats.bytes += copy->size - (entry->copy ? entry->copy->size : 0);
            release_copy(entry->copy);
            entry->copy = copy;
            entry->generation = ticket->generation;
            copy = NULL;
        }
        pthread_cond_broadcast(&entry->settled);
    }
    assert(entry->users > 0); /* a ticket is settled once */
    entry->users--;
    release_copy(copy);
    make_room(cache);
    pthread_mutex_unlock(&cache->lock);
    ticket->entry = NULL;
}

void cache_checked(struct cache *cache, int64_t asked_us, bool changed) {
    pthread_mutex_lock(&cache->lock);
    cache->generation += changed;
    cache->fresh_until = asked_us + FRESH_US;
    pthread_mutex_unlock(&cache->lock);
}

uint64_t cache_generation(struct cache *cache) {
    pthread_mutex_lock(&cache->lock);
    uint64_t generation = clock_us() > cache->fresh_until ? 0 : cache->generation;
    pthread_mutex_unlock(&cache->lock);
    return generation;
}

void cache_changed(struct cache *cache) {
    pthread_mutex_lock(&cache->lock);
    cache->generation++;
    pthread_mutex_unlock(&cache->lock);
}

struct cache_stats cache_stats(struct cache *cache) {
    pthread_mutex_lock(&cache->lock);
    struct cache_stats stats = cache->stats;
    pthread_mutex_unlock(&cache->lock);
    return stats;
}
