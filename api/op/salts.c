#include "op/salts.h"
#include "base/scan.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* SALT: bytes of one. EDGE_S: seconds in which a click may follow one of the day before. */
enum { SALT = 32, EDGE_S = 30 };

struct day_salts {
    int64_t starts, ends; /* of the day, in seconds since 1970 */
    unsigned char day[SALT], previous[SALT], month[SALT];
    bool has_previous;
};

struct salts {
    const struct transactions *transactions;
    pthread_mutex_t lock; /* guards now */
    struct day_salts now;
};

struct salts *salts_new(struct arena *arena, const struct transactions *transactions) {
    struct salts *salts = arena_alloc(arena, sizeof *salts);
    *salts = (struct salts){.transactions = transactions};
    pthread_mutex_init(&salts->lock, NULL);
    return salts;
}

/* A bytea's text form. */
static bool read_salt(const struct value *value, unsigned char *salt) {
    for (int i = 0; i < SALT; i++)
        if (!value->text || value->length != 2 + 2 * SALT || sscanf(value->text + 2 + 2 * i, "%2hhx", &salt[i]) != 1)
            return false;
    return true;
}

static bool fetch(struct salts *kept, int64_t at, struct problem *problem) {
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)at);
    struct result *result = transaction_ask(kept->transactions, USAGE_SALTS, (const char *const[]){text}, problem);
    struct day_salts salts;
    struct value row[5];
    bool fine = result && result_rows(result) == 1 && result_columns(result) == 5;
    if (fine) {
        result_row(result, 0, row);
        fine = row[0].text && scan_int(row[0].text, row[0].length, &salts.starts) && row[1].text &&
               scan_int(row[1].text, row[1].length, &salts.ends) && read_salt(&row[2], salts.day) &&
               read_salt(&row[4], salts.month);
        salts.has_previous = read_salt(&row[3], salts.previous);
    }
    result_free(&result);
    if (fine)
        kept->now = salts;
    return fine || problem->status || problem_set(problem, "unavailable", "Uses cannot be counted.");
}

/* 128 bits of a keyed hash, as the text of a uuid. */
static void hash(const unsigned char *salt, struct text who, char key[static USER_KEY]) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    HMAC(EVP_sha256(), salt, SALT, (const unsigned char *)who.bytes, who.length, digest, NULL);
    for (int i = 0; i < USER_KEY - 1; i++)
        key[i] = "0123456789abcdef"[digest[i / 2] >> (i % 2 ? 0 : 4) & 15];
}

bool salts_keys(struct salts *kept, struct arena *arena, const char *address, const char *user_agent, int64_t at,
                struct user_keys *keys, struct problem *problem) {
    size_t first = strlen(address) + 1, length = first + strlen(user_agent);
    char *who = arena_alloc(arena, length + 1);
    if (!who)
        return problem_set(problem, "too-large", "The request is too large.");
    memcpy(who, address, first);
    memcpy(who + first, user_agent, length - first);
    pthread_mutex_lock(&kept->lock);
    bool fine = (at >= kept->now.starts && at < kept->now.ends) || fetch(kept, at, problem);
    struct day_salts salts = kept->now;
    pthread_mutex_unlock(&kept->lock);
    if (!fine)
        return false;
    hash(salts.day, (struct text){who, length}, keys->day);
    hash(salts.month, (struct text){who, length}, keys->month);
    if (at < salts.starts + EDGE_S && salts.has_previous)
        hash(salts.previous, (struct text){who, length}, keys->previous);
    return true;
}
