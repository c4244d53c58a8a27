#include "token/seen.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* 4096 entries of 512 bytes. A key is a keyed hash, so nobody can aim at one set. */
enum { SETS = 1024, WAYS = 4, LOCKS = 16, TEXT_MAX = 456 };

struct entry {
    unsigned char key[SEEN_KEY_SIZE];
    int64_t expires_at; /* 0: empty */
    int64_t issued_at;
    unsigned issuer, used;
    char texts[TEXT_MAX]; /* subject, id, scope, each with its NUL; "" where there is none */
};

struct seen {
    pthread_mutex_t locks[LOCKS]; /* each guards the sets of its number modulo LOCKS */
    unsigned char next[SETS];     /* whose turn it is to be replaced */
    struct entry entries[SETS][WAYS];
};

struct seen *seen_new(struct arena *arena) {
    struct seen *seen = arena_alloc(arena, sizeof *seen);
    for (int i = 0; i < LOCKS; i++)
        pthread_mutex_init(&seen->locks[i], NULL);
    return seen;
}

static unsigned set_of(const unsigned char *key) {
    return (key[0] | (unsigned)key[1] << 8) % SETS;
}

static struct entry *find_seen(struct seen *seen, const unsigned char *key) {
    struct entry *set = seen->entries[set_of(key)];
    for (int i = 0; i < WAYS; i++)
        if (set[i].expires_at && memcmp(set[i].key, key, SEEN_KEY_SIZE) == 0)
            return &set[i];
    return NULL;
}

bool seen_get(struct seen *seen, const unsigned char *key, int64_t now, struct arena *arena, struct claims *claims,
              unsigned *issuer) {
    pthread_mutex_t *lock = &seen->locks[set_of(key) % LOCKS];
    pthread_mutex_lock(lock);
    const struct entry *entry = find_seen(seen, key);
    char *texts = entry && now < entry->expires_at ? arena_copy(arena, entry->texts, entry->used) : NULL;
    if (texts) {
        const char *id = texts + strlen(texts) + 1, *scope = id + strlen(id) + 1;
        *claims = (struct claims){.subject = texts,
                                  .id = *id ? id : NULL,
                                  .scope = *scope ? scope : NULL,
                                  .issued_at = entry->issued_at,
                                  .expires_at = entry->expires_at};
        *issuer = entry->issuer;
    }
    pthread_mutex_unlock(lock);
    return texts;
}

static struct entry *victim(struct seen *seen, const unsigned char *key, int64_t now) {
    unsigned set = set_of(key);
    struct entry *entry = find_seen(seen, key);
    for (int i = 0; i < WAYS && !entry; i++)
        if (seen->entries[set][i].expires_at <= now)
            entry = &seen->entries[set][i];
    return entry ? entry : &seen->entries[set][seen->next[set]++ % WAYS];
}

void seen_put(struct seen *seen, const unsigned char *key, int64_t now, const struct claims *claims, unsigned issuer) {
    struct entry made = {.expires_at = claims->expires_at, .issued_at = claims->issued_at, .issuer = issuer};
    made.used = 1 + (unsigned)snprintf(made.texts, TEXT_MAX, "%s%c%s%c%s", claims->subject, '\0', claims->id ?: "",
                                       '\0', claims->scope ?: "");
    if (made.used > TEXT_MAX)
        return;
    memcpy(made.key, key, SEEN_KEY_SIZE);
    pthread_mutex_t *lock = &seen->locks[set_of(key) % LOCKS];
    pthread_mutex_lock(lock);
    *victim(seen, key, now) = made;
    pthread_mutex_unlock(lock);
}
