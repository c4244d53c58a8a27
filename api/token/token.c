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
    pthread_mutex_t lock; /* guards each issuer's keys, and all users of key sets; held for moments */
    unsigned count;
    struct issuer issuers[ISSUERS_MAX]; /* the first is the service itself */
    uint64_t folder_state;
    struct seen *seen;
    EVP_MD *sha256; /* fetched once: a look-up costs more than a short hash */
};

static int64_t system_now(void) {
    return time(NULL);
}

static struct key_set *keys_of(struct token_service *service, const struct issuer *issuer, uint64_t *generation) {
    pthread_mutex_lock(&service->lock);
    struct key_set *set = issuer->keys;
    if (set)
        set->users++;
    *generation = atomic_load(&issuer->generation);
    pthread_mutex_unlock(&service->lock);
    return set;
}

static void give_back(struct token_service *service, struct key_set *set) {
    if (!set)
        return;
    pthread_mutex_lock(&service->lock);
    bool last = --set->users == 0;
    pthread_mutex_unlock(&service->lock);
    if (last)
        key_set_free(&set);
}

/* Takes set over. Tokens verified under the old keys stay verified only if these are the same. */
static void replace(struct token_service *service, struct issuer *issuer, struct key_set *set) {
    pthread_mutex_lock(&service->lock);
    struct key_set *old = issuer->keys;
    if (!old || old->length != set->length || memcmp(old->text, set->text, set->length) != 0)
        atomic_fetch_add(&issuer->generation, 1);
    issuer->keys = set;
    pthread_mutex_unlock(&service->lock);
    give_back(service, old);
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
    pthread_mutex_init(&service->lock, NULL);
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
        give_back(*service, (*service)->issuers[i].keys);
    EVP_MD_free((*service)->sha256);
    pthread_mutex_destroy(&(*service)->lock);
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

static bool hash(const struct token_service *service, const char *token, size_t length, unsigned char *key) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok = context && EVP_DigestInit_ex2(context, service->sha256, NULL) == 1 &&
              EVP_DigestUpdate(context, service->options.secret, SECRET_SIZE) == 1 &&
              EVP_DigestUpdate(context, token, length) == 1 && EVP_DigestFinal_ex(context, key, NULL) == 1;
    EVP_MD_CTX_free(context);
    return ok;
}

static bool is_seen(struct token_service *service, const unsigned char *key, struct arena *arena,
                    struct claims *claims) {
    int64_t now = service->options.now();
    struct seen_under under;
    if (!seen_get(service->seen, key, now, arena, claims, &under))
        return false;
    struct issuer *issuer = &service->issuers[under.issuer];
    claims->issuer = issuer->name;
    return under.generation == atomic_load(&issuer->generation) && now < atomic_load(&issuer->good_until);
}

/* The issuer that the token says it is from: good for choosing the keys, nothing more. */
static struct issuer *find_issuer(struct token_service *service, const struct jws *jws) {
    const char *name = json_string_value(json_object_get(jws->payload, "iss"));
    for (unsigned i = 0; name && i < service->count; i++)
        if (strcmp(service->issuers[i].name, name) == 0)
            return &service->issuers[i];
    return NULL;
}

static bool verify_signature(const struct key_set *set, const struct jws *jws, bool *known) {
    const struct key *key = set ? key_set_find(set, jws->algorithm, jws->kid) : NULL;
    *known = key;
    return key_verify(key, jws->algorithm, jws->text, jws->signed_length, jws->signature, jws->signature_length);
}

static bool check_jws(struct token_service *service, struct arena *arena, const struct jws *jws,
                      struct seen_under *under, struct claims *claims, struct problem *problem) {
    struct issuer *issuer = find_issuer(service, jws);
    int64_t now = service->options.now();
    if (!issuer)
        return problem_set(problem, "unauthorized", "The token's issuer is not known here.");
    under->issuer = (unsigned)(issuer - service->issuers);
    if (!jws_claims(jws, under->issuer == OWN ? TOKEN_OWN : TOKEN_OUTSIDE, now, arena, claims, problem))
        return false;
    if (!jws_is_for(jws, issuer->audience))
        return problem_set(problem, "unauthorized", "The token is for another audience.");
    if (!(issuer->algorithms & jws->algorithm))
        return problem_set(problem, "unauthorized", "The token's algorithm is not allowed.");
    struct key_set *set = now < atomic_load(&issuer->good_until) ? keys_of(service, issuer, &under->generation) : NULL;
    bool known, verified = verify_signature(set, jws, &known);
    give_back(service, set);
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
    struct seen_under under;
    struct jws jws;
    if (length > TOKEN_LENGTH_MAX)
        return problem_set(problem, "unauthorized", "The token is too long.");
    if (!hash(service, token, length, key))
        return problem_set(problem, "internal", "The service failed.");
    if (is_seen(service, key, arena, claims))
        return true;
    bool ok = jws_read(arena, token, length, &jws);
    ok = ok ? check_jws(service, arena, &jws, &under, claims, problem)
            : problem_set(problem, "unauthorized", "The token is not a signed JWT of a kind that is accepted.");
    jws_end(&jws);
    if (ok)
        seen_put(service->seen, key, service->options.now(), claims, under);
    return ok;
}

/* RFC 7523, section 3. */
static bool check_assertion(struct arena *arena, const struct jws *jws, const struct key_set *set,
                            const char *const *audiences, int64_t now, struct claims *claims, struct problem *problem) {
    bool known;
    if (!jws_claims(jws, TOKEN_ASSERTION, now, arena, claims, problem))
        return false;
    if (strcmp(claims->issuer, claims->subject) != 0 || !jws_is_only_for(jws, audiences))
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
    const char *name = ok ? json_name(jws.payload, "sub", NAME_LENGTH_MAX) : NULL;
    *subject = name ? arena_copy(arena, name, strlen(name)) : NULL;
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
    uint64_t generation;
    struct claims claims = {.issuer = options->issuer,
                            .subject = subject,
                            .id = new_id(arena),
                            .scope = scope && *scope ? scope : NULL,
                            .issued_at = now,
                            .expires_at = now + options->lifetime_s};
    struct key_set *set = claims.id ? keys_of(service, &service->issuers[OWN], &generation) : NULL;
    const char *token = set && set->signer.pem ? sign_token(arena, &set->signer, options->audience, &claims) : NULL;
    give_back(service, set);
    if (!token)
        problem_set(problem, "unavailable", "The service has no key to sign with.");
    return token;
}

const char *token_jwks(struct token_service *service, struct arena *arena) {
    uint64_t generation;
    struct key_set *set = keys_of(service, &service->issuers[OWN], &generation);
    const char *text = set ? arena_copy(arena, set->text, set->length) : "{\"keys\":[]}";
    give_back(service, set);
    return text;
}
