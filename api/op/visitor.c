#include "op/visitor.h"
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

/* SALT: bytes of one. KEY: of a key. EDGE_S: seconds of a day in which a click may follow one of the day before. */
enum { SALT = 32, KEY = 16, EDGE_S = 30 };

struct salts {
    int64_t starts, ends; /* of the day, in seconds since 1970 */
    unsigned char day[SALT], previous[SALT], month[SALT];
    bool has_previous;
};

struct visitors {
    const struct transactions *transactions;
    struct salts salts;
};

struct visitors *visitors_new(struct arena *arena, const struct transactions *transactions) {
    struct visitors *visitors = arena_alloc(arena, sizeof *visitors);
    visitors->transactions = transactions;
    return visitors;
}

/* A bytea's text form. */
static bool read_salt(const char *text, unsigned char *salt) {
    for (int i = 0; i < SALT; i++)
        if (!text || strlen(text) != 2 + 2 * SALT || sscanf(text + 2 + 2 * i, "%2hhx", &salt[i]) != 1)
            return false;
    return true;
}

static bool fetch_salts(struct visitors *visitors, int64_t at, struct problem *problem) {
    char text[24];
    struct salts salts;
    snprintf(text, sizeof text, "%lld", (long long)at);
    struct result *result = transaction_ask(visitors->transactions, USAGE_SALTS, (const char *const[]){text}, problem);
    bool ok =
        result && read_salt(result_cell(result, 0, 2), salts.day) && read_salt(result_cell(result, 0, 4), salts.month);
    salts.starts = result_int(result, 0, 0);
    salts.ends = result_int(result, 0, 1);
    salts.has_previous = read_salt(result_cell(result, 0, 3), salts.previous);
    result_free(&result);
    if (ok)
        visitors->salts = salts;
    OPENSSL_cleanse(&salts, sizeof salts);
    return ok || (!problem->status && problem_set(problem, "unavailable", "Uses cannot be counted."));
}

/* 128 bits of a keyed hash. */
static const char *hash_visitor(struct arena *arena, const unsigned char *salt, const struct text *who) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    HMAC(EVP_sha256(), salt, SALT, (const unsigned char *)who->bytes, who->length, digest, NULL);
    return hex_text(arena, "", digest, KEY);
}

bool visitor_find(struct visitors *visitors, struct arena *arena, const char *address, const char *user_agent,
                  int64_t at, struct visitor_keys *keys, struct problem *problem) {
    struct salts *salts = &visitors->salts;
    struct buf who = buf_new(arena, 256, SIZE_MAX / 4);
    if ((at < salts->starts || at >= salts->ends) && !fetch_salts(visitors, at, problem))
        return false;
    if (salts->has_previous && at >= salts->starts + 2 * EDGE_S) { /* its time is over */
        OPENSSL_cleanse(salts->previous, SALT);
        salts->has_previous = false;
    }
    buf_put(&who, address, strlen(address) + 1); /* with its NUL: one text is not the other's end */
    buf_str(&who, user_agent);
    const struct text text = {who.data, who.length};
    keys->day = hash_visitor(arena, salts->day, &text);
    keys->month = hash_visitor(arena, salts->month, &text);
    keys->previous =
        at < salts->starts + EDGE_S && salts->has_previous ? hash_visitor(arena, salts->previous, &text) : NULL;
    return !arena_failed(arena) || problem_exhausted(problem);
}
