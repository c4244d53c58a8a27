#include "token/seen.h"
#include <pthread.h>
#include <string.h>

/* 4096 entries of 512 bytes. A key is a keyed hash, so nobody can aim at one set. */
enum { SETS = 1024, WAYS = 4, LOCKS = 16, TEXT_MAX = 424 };

struct entry {
    unsigned char key[SEEN_KEY_SIZE];
    int64_t expires_at; /* 0: empty */
    int64_t issued_at;
    struct seen_under under;
    uint16_t id, scope; /* where they begin in texts; 0: none */
    uint16_t used;
    char texts[TEXT_MAX]; /* subject, id, scope, each with its NUL */
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
              struct seen_under *under) {
    pthread_mutex_t *lock = &seen->locks[set_of(key) % LOCKS];
    pthread_mutex_lock(lock);
    const struct entry *entry = find_seen(seen, key);
    char *texts = entry && now < entry->expires_at ? arena_copy(arena, entry->texts, entry->used) : NULL;
    if (texts) {
        *claims = (struct claims){.subject = texts,
                                  .id = entry->id ? texts + entry->id : NULL,
                                  .scope = entry->scope ? texts + entry->scope : NULL,
                                  .issued_at = entry->issued_at,
                                  .expires_at = entry->expires_at};
        *under = entry->under;
    }
    pthread_mutex_unlock(lock);
    return texts;
}

/* Gives where it went; 0 for none. */
static uint16_t put_text(struct entry *entry, const char *text) {
    uint16_t start = entry->used;
    if (!text)
        return 0;
    memcpy(entry->texts + start, text, strlen(text) + 1);
    entry->used = (uint16_t)(start + strlen(text) + 1);
    return start;
}

static struct entry *victim(struct seen *seen, const unsigned char *key, int64_t now) {
    unsigned set = set_of(key);
    struct entry *entry = find_seen(seen, key);
    for (int i = 0; i < WAYS && !entry; i++)
        if (seen->entries[set][i].expires_at <= now)
            entry = &seen->entries[set][i];
    return entry ? entry : &seen->entries[set][seen->next[set]++ % WAYS];
}

void seen_put(struct seen *seen, const unsigned char *key, int64_t now, const struct claims *claims,
              struct seen_under under) {
    size_t id = claims->id ? strlen(claims->id) + 1 : 0, scope = claims->scope ? strlen(claims->scope) + 1 : 0;
    if (strlen(claims->subject) + 1 + id + scope > TEXT_MAX)
        return;
    pthread_mutex_t *lock = &seen->locks[set_of(key) % LOCKS];
    pthread_mutex_lock(lock);
    struct entry *entry = victim(seen, key, now);
    *entry = (struct entry){.expires_at = claims->expires_at, .issued_at = claims->issued_at, .under = under};
    memcpy(entry->key, key, SEEN_KEY_SIZE);
    put_text(entry, claims->subject);
    entry->id = put_text(entry, claims->id);
    entry->scope = put_text(entry, claims->scope);
    pthread_mutex_unlock(lock);
}
