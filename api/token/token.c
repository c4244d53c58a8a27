#include "token/token.h"
#include "base/log.h"
#include "token/fetch.h"
#include "token/folder.h"
#include "token/issuers.h"
#include "token/jws.h"
#include "token/seen.h"
#include "token/sign.h"
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

/* Seconds. A key set is fetched again after REFRESH_S, or when a key is missing from it; never twice within
 * RETRY_S; and serves no longer than KEEP_S without its provider. */
enum { REFRESH_S = 600, RETRY_S = 60, KEEP_S = 24 * 3600, ASSERTION_S = 300, SECRET_SIZE = 32, OWN = 0 };

struct token_service {
    struct token_options options;
    struct arena *arena;
    pthread_rwlock_t lock; /* guards each issuer's keys, which the tick replaces */
    unsigned count;
    struct issuer issuers[ISSUERS_MAX]; /* the first is the service itself */
    uint64_t folder_state;
    struct seen *seen;
    atomic_uint_fast64_t generation; /* of all keys: what was verified under others counts no longer */
    EVP_MD *sha256;                  /* fetched once: a look-up costs more than a short hash */
};

static int64_t system_now(void) {
    return time(NULL);
}

/* Takes set over. What was verified stays so only if these are the same keys. */
static void replace(struct token_service *service, struct issuer *issuer, struct key_set *set) {
    pthread_rwlock_wrlock(&service->lock);
    struct key_set *old = issuer->keys;
    if (!old || old->length != set->length || memcmp(old->text, set->text, set->length) != 0)
        atomic_fetch_add(&service->generation, 1);
    issuer->keys = set;
    pthread_rwlock_unlock(&service->lock);
    key_set_free(&old);
}

/* Makes the first key of an empty folder. */
static void make_first(const char *path, struct gate *gate) {
    struct folder folder;
    char name[NAME_MAX + 1];
    errno = 0;
    if (folder_list(path, &folder) ? folder.count > 0 : errno != ENOENT)
        return;
    if (folder_add_key(path, name, sizeof name))
        log_event(LOG_INFO, "made a first key", LOG_TEXT("file", name));
    else
        gate_fault(gate, path, "cannot make a key: %s", strerror(errno));
}

/* gate: at start, else NULL. While nothing usable is in the folder, the keys that were stay. */
static void refresh_own(struct token_service *service, struct gate *gate) {
    const char *path = service->options.keys;
    int64_t now = service->options.now();
    struct folder folder;
    if (!*path)
        return;
    bool readable = folder_list(path, &folder);
    uint64_t state = readable ? folder_state(&folder, now) : 0;
    if (state == service->folder_state && !gate)
        return;
    service->folder_state = state;
    struct key_set *set = readable ? folder_read(path, &folder, now, gate) : NULL;
    if (set)
        replace(service, &service->issuers[OWN], set);
    else if (gate)
        gate_fault(gate, path, "has no usable key, or too many, or is no folder");
    else
        log_event(LOG_ERROR, "key folder is not usable", LOG_TEXT("folder", path));
}

struct token_service *token_service_new(const struct token_options *options, struct gate *gate) {
    struct arena *arena = arena_new(0);
    struct token_service *service = arena_alloc(arena, sizeof *service);
    service->options = *options;
    if (!options->now)
        service->options.now = system_now;
    service->arena = arena;
    service->lock = (pthread_rwlock_t)PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP; /* readers come without end */
    service->seen = seen_new(arena);
    service->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    service->issuers[OWN].name = options->issuer;
    service->issuers[OWN].audience = options->audience;
    service->issuers[OWN].algorithms = RS256 | ES256;
    service->count = 1;
    if (*options->keys) {
        make_first(options->keys, gate);
        refresh_own(service, gate);
    }
    if (*options->issuers_file)
        issuers_read(options->issuers_file, arena, service->issuers, &service->count, gate);
    for (struct issuer *issuer = service->issuers; issuer < service->issuers + service->count; issuer++) {
        issuer->tried_at = service->options.now() - RETRY_S;
        atomic_store(&issuer->good_until, issuer->fetched ? 0 : INT64_MAX);
    }
    return service;
}

void token_service_free(struct token_service **service) {
    if (!*service)
        return;
    for (unsigned i = 0; i < (*service)->count; i++)
        key_set_free(&(*service)->issuers[i].keys);
    EVP_MD_free((*service)->sha256);
    pthread_rwlock_destroy(&(*service)->lock);
    struct arena *arena = (*service)->arena;
    arena_free(&arena);
    *service = NULL;
}

/* A clock that was set back makes everything due. */
static bool is_in_time(int64_t now, int64_t start, int64_t seconds) {
    return now >= start && now < start + seconds;
}

static void refresh(struct token_service *service, struct issuer *issuer) {
    int64_t now = service->options.now();
    const char *wrong;
    bool fresh = issuer->keys && !atomic_load(&issuer->wanted) && is_in_time(now, issuer->fetched_at, REFRESH_S);
    if (!issuer->fetched || fresh || is_in_time(now, issuer->tried_at, RETRY_S))
        return;
    issuer->tried_at = now;
    atomic_store(&issuer->wanted, false);
    struct key_set *set = issuers_fetch(issuer, &wrong);
    if (!set) {
        log_event(LOG_WARN, "no key set from issuer", LOG_TEXT("issuer", issuer->name), LOG_TEXT("reason", wrong));
        return;
    }
    issuer->fetched_at = now;
    replace(service, issuer, set);
    atomic_store(&issuer->good_until, now + KEEP_S);
}

void token_service_tick(struct token_service *service) {
    refresh_own(service, NULL);
    for (unsigned i = 1; i < service->count; i++) {
        refresh(service, &service->issuers[i]);
        refresh_own(service, NULL); /* not late because somebody else is slow */
    }
}

/* By which a token is found again, as long as the keys are those of now. */
static bool hash(const struct token_service *service, const char *token, size_t length, unsigned char *key) {
    uint64_t generation = atomic_load(&service->generation);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok = context && EVP_DigestInit_ex2(context, service->sha256, NULL) == 1 &&
              EVP_DigestUpdate(context, service->options.secret, SECRET_SIZE) == 1 &&
              EVP_DigestUpdate(context, &generation, sizeof generation) == 1 &&
              EVP_DigestUpdate(context, token, length) == 1 && EVP_DigestFinal_ex(context, key, NULL) == 1;
    EVP_MD_CTX_free(context);
    return ok;
}

static bool is_seen(struct token_service *service, const unsigned char *key, struct arena *arena,
                    struct claims *claims) {
    int64_t now = service->options.now();
    unsigned number;
    if (!seen_get(service->seen, key, now, arena, claims, &number))
        return false;
    claims->issuer = service->issuers[number].name;
    return now < atomic_load(&service->issuers[number].good_until);
}

static bool verify_signature(const struct key_set *set, const struct jws *jws, bool *known) {
    const struct key *key = set ? key_set_find(set, jws->algorithm, jws->kid) : NULL;
    *known = key;
    return key_verify(key, jws->algorithm, jws->text, jws->signed_length, jws->signature, jws->signature_length);
}

static bool check_jws(struct token_service *service, struct arena *arena, const struct jws *jws, struct issuer *issuer,
                      struct claims *claims, struct problem *problem) {
    int64_t now = service->options.now();
    bool known, verified, own = issuer == &service->issuers[OWN];
    if (!issuer)
        return problem_set(problem, "unauthorized", "The token's issuer is not known here.");
    if (!jws_claims(jws, own ? TOKEN_OWN : TOKEN_OUTSIDE, now, arena, claims, problem))
        return false;
    if (!jws_is_for(jws, (const char *const[]){issuer->audience, NULL}, false))
        return problem_set(problem, "unauthorized", "The token is for another audience.");
    if (!(issuer->algorithms & jws->algorithm))
        return problem_set(problem, "unauthorized", "The token's algorithm is not allowed.");
    pthread_rwlock_rdlock(&service->lock);
    verified = verify_signature(now < atomic_load(&issuer->good_until) ? issuer->keys : NULL, jws, &known);
    pthread_rwlock_unlock(&service->lock);
    if (!known)
        atomic_store(&issuer->wanted, true);
    if (!verified)
        return problem_set(problem, "unauthorized",
                           known ? "The token's signature is not valid." : "The token's key is not known here.");
    return true;
}

bool token_verify(struct token_service *service, struct arena *arena, const char *token, size_t length,
                  struct claims *claims, struct problem *problem) {
    unsigned char key[SEEN_KEY_SIZE];
    struct jws jws;
    if (length > TOKEN_LENGTH_MAX)
        return problem_set(problem, "unauthorized", "The token is too long.");
    if (!hash(service, token, length, key))
        return problem_set(problem, "internal", "The service failed.");
    if (is_seen(service, key, arena, claims))
        return true;
    bool ok = jws_read(arena, token, length, &jws);
    /* that the token says it is from: good for choosing the keys, nothing more */
    const char *name = ok ? json_string_value(json_object_get(jws.payload, "iss")) : NULL;
    struct issuer *issuer = issuers_find(service->issuers, service->count, name);
    ok = ok ? check_jws(service, arena, &jws, issuer, claims, problem)
            : problem_set(problem, "unauthorized", "The token is not a signed JWT of a kind that is accepted.");
    jws_end(&jws);
    if (ok)
        seen_put(service->seen, key, service->options.now(), claims, (unsigned)(issuer - service->issuers));
    return ok;
}

/* RFC 7523, section 3. */
static bool check_assertion(struct arena *arena, const struct jws *jws, const struct key_set *set,
                            const char *const *audiences, int64_t now, struct claims *claims, struct problem *problem) {
    bool known;
    if (!jws_claims(jws, TOKEN_ASSERTION, now, arena, claims, problem))
        return false;
    if (strcmp(claims->issuer, claims->subject) != 0 || !jws_is_for(jws, audiences, true))
        return problem_set(problem, "unauthorized", "The assertion's issuer, subject or audience is not valid.");
    if (claims->expires_at > now + ASSERTION_S)
        return problem_set(problem, "unauthorized", "The assertion is valid for too long.");
    if (!verify_signature(set, jws, &known))
        return problem_set(problem, "unauthorized", "The assertion's signature is not valid.");
    return true;
}

bool token_verify_assertion(struct token_service *service, struct arena *arena, const char *jwt, size_t length,
                            const char *jwks, const char *const *audiences, struct claims *claims,
                            struct problem *problem) {
    struct jws jws;
    bool ok = jws_read(arena, jwt, length, &jws);
    struct key_set *set = ok ? key_set_new(jwks, strlen(jwks)) : NULL;
    ok = ok ? check_assertion(arena, &jws, set, audiences, service->options.now(), claims, problem)
            : problem_set(problem, "unauthorized", "The assertion is not a signed JWT of a kind that is accepted.");
    key_set_free(&set);
    jws_end(&jws);
    return ok;
}

bool token_peek_subject(struct arena *arena, const char *jwt, size_t length, const char **subject) {
    struct jws jws;
    bool ok = jws_read(arena, jwt, length, &jws);
    *subject = arena_text(arena, ok ? json_name(jws.payload, "sub", NAME_LENGTH_MAX) : NULL);
    jws_end(&jws);
    return *subject;
}

/* 128 random bits: nobody guesses it, and no two are the same. */
static const char *new_id(struct arena *arena) {
    unsigned char random[16];
    return RAND_bytes(random, sizeof random) == 1 ? hex_text(arena, "", random, sizeof random) : NULL;
}

const char *token_issue(struct token_service *service, struct arena *arena, const char *subject, const char *scope,
                        struct problem *problem) {
    const struct token_options *options = &service->options;
    int64_t now = options->now();
    struct claims claims = {.issuer = options->issuer,
                            .subject = subject,
                            .id = new_id(arena),
                            .scope = scope && *scope ? scope : NULL,
                            .issued_at = now,
                            .expires_at = now + options->lifetime_s};
    pthread_rwlock_rdlock(&service->lock);
    const struct key_set *set = claims.id ? service->issuers[OWN].keys : NULL;
    const char *token = set && set->signer.pem ? sign_token(arena, &set->signer, options->audience, &claims) : NULL;
    pthread_rwlock_unlock(&service->lock);
    if (!token)
        problem_set(problem, "unavailable", "The service has no key to sign with.");
    return token;
}

const char *token_jwks(struct token_service *service, struct arena *arena) {
    pthread_rwlock_rdlock(&service->lock);
    const struct key_set *set = service->issuers[OWN].keys;
    const char *text = set ? arena_copy(arena, set->text, set->length) : "{\"keys\":[]}";
    pthread_rwlock_unlock(&service->lock);
    return text;
}
