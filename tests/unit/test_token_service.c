/* Whose keys count, and for how long: the key folder, rotation, outside issuers met by HTTP, the tokens seen. */
#include "base/log.h"
#include "mint.h"
#include "suite.h"
#include "token/folder.h"
#include "token/jws.h"
#include "token/seen.h"
#include "token/token.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <jwt.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { THREADS = 4, ROUNDS = 200, DAY = 24 * 3600 };

static struct arena *arena;
static struct token_service *service;
static char folder[64], issuers_file[64];
static _Atomic int64_t clock_s;
static const unsigned char secret[32] = "0123456789abcdef0123456789abcde";

static int64_t now(void) {
    return atomic_load(&clock_s);
}

/* A provider of OpenID on a port of its own: answers every path with what the test has put there. */
static struct {
    int listener;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    char url[64], jwks[16384], discovery[1024];
    const char *head; /* status line and headers */
    size_t padding;   /* spaces after the key set */
    unsigned hits;
} provider = {.lock = PTHREAD_MUTEX_INITIALIZER, .listener = -1};

static void answer(int connection) {
    char request[2048] = "", head[256];
    size_t got = 0;
    for (ptrdiff_t part = 1; part > 0 && got < sizeof request - 1 && !strstr(request, "\r\n\r\n"); got += (size_t)part)
        part = recv(connection, request + got, sizeof request - 1 - got, 0);
    pthread_mutex_lock(&provider.lock);
    const char *body = strstr(request, "/.well-known/openid-configuration ") ? provider.discovery : provider.jwks;
    size_t padding = provider.padding;
    provider.hits++;
    char *whole = calloc(1, strlen(body) + padding + 1);
    memset(whole, ' ', padding);
    memcpy(whole + padding, body, strlen(body));
    snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
             strstr(request, " /elsewhere ") ? "200 OK" : provider.head, strlen(body) + padding);
    pthread_mutex_unlock(&provider.lock);
    send(connection, head, strlen(head), MSG_NOSIGNAL);
    send(connection, whole, strlen(whole), MSG_NOSIGNAL);
    free(whole);
}

static void *serve(void *unused) {
    for (int connection; (connection = accept(provider.listener, NULL, NULL)) >= 0;) {
        answer(connection);
        close(connection);
    }
    return NULL;
}

static void start_provider(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    provider.listener = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert(bind(provider.listener, (struct sockaddr *)&address, size) == 0 && listen(provider.listener, 16) == 0);
    getsockname(provider.listener, (struct sockaddr *)&address, &size);
    snprintf(provider.url, sizeof provider.url, "http://127.0.0.1:%d", ntohs(address.sin_port));
    snprintf(provider.discovery, sizeof provider.discovery, "{\"issuer\":\"%s\",\"jwks_uri\":\"%s/jwks\"}",
             provider.url, provider.url);
    provider.head = "200 OK";
    provider.padding = provider.hits = 0;
    pthread_create(&provider.thread, NULL, serve, NULL);
}

static void stop_provider(void) {
    if (provider.listener < 0)
        return;
    shutdown(provider.listener, SHUT_RDWR);
    pthread_join(provider.thread, NULL);
    close(provider.listener);
    provider.listener = -1;
}

static void answer_with(const char *head, size_t padding) {
    pthread_mutex_lock(&provider.lock);
    provider.head = head;
    provider.padding = padding;
    pthread_mutex_unlock(&provider.lock);
}

static unsigned hits(void) {
    pthread_mutex_lock(&provider.lock);
    unsigned count = provider.hits;
    pthread_mutex_unlock(&provider.lock);
    return count;
}

static void publish(EVP_PKEY *key, const char *kid) {
    pthread_mutex_lock(&provider.lock);
    snprintf(provider.jwks, sizeof provider.jwks, "{\"keys\":[%s]}",
             mint_jwk(arena, key, arena_printf(arena, ",\"kid\":\"%s\"", kid)));
    pthread_mutex_unlock(&provider.lock);
}

static void set_up(void) {
    setenv("no_proxy", "127.0.0.1", 1);
    arena = arena_new(0);
    strcpy(folder, "/tmp/test_token_keys_XXXXXX");
    ck_assert(mkdtemp(folder) && rmdir(folder) == 0);
    *issuers_file = '\0';
    atomic_store(&clock_s, 2000000000);
}

static void tear_down(void) {
    token_service_free(&service);
    stop_provider();
    struct folder keys;
    folder_list(folder, &keys);
    for (unsigned i = 0; i < keys.count; i++)
        unlink(arena_printf(arena, "%s/%s", folder, keys.files[i].name));
    rmdir(folder);
    if (*issuers_file)
        unlink(issuers_file);
    arena_free(&arena);
}

static unsigned start(const char *keys) {
    struct gate gate = {NULL, 0};
    service = token_service_new(&(struct token_options){.issuer = "https://own.example",
                                                        .audience = "https://api.example",
                                                        .keys = keys,
                                                        .issuers_file = issuers_file,
                                                        .lifetime_s = 300,
                                                        .secret = secret,
                                                        .now = now},
                                &gate);
    return gate.faults;
}

static void write_issuers(const char *text) {
    strcpy(issuers_file, "/tmp/test_token_issuers_XXXXXX");
    FILE *file = fdopen(mkstemp(issuers_file), "w");
    fputs(text, file);
    fclose(file);
}

/* The service with the provider as its one issuer. */
static void start_with_provider(bool discovery) {
    start_provider();
    write_issuers(arena_printf(arena,
                               "{\"issuers\":[{\"issuer\":\"%s\",\"audience\":\"https://api.example\","
                               "\"algorithms\":[\"ES256\",\"EdDSA\"]%s}]}",
                               provider.url,
                               discovery ? "" : arena_printf(arena, ",\"jwks_uri\":\"%s/jwks\"", provider.url)));
    ck_assert_uint_eq(start(""), 0);
}

static bool accepts(const char *token) {
    struct arena *own = arena_new(1 << 20);
    struct claims claims;
    struct problem problem = {0};
    bool ok = token_verify(service, own, token, strlen(token), &claims, &problem);
    arena_free(&own);
    return ok;
}

static const char *issue(void) {
    struct problem problem = {0};
    const char *token = token_issue(service, arena, "website", "read write", &problem);
    ck_assert(token);
    return token;
}

static const char *theirs(EVP_PKEY *key, const char *kid) {
    const char *header =
        arena_printf(arena, "{\"alg\":\"%s\",\"kid\":\"%s\"}", EVP_PKEY_is_a(key, "EC") ? "ES256" : "EdDSA", kid);
    return mint(arena, key, "ES256", header,
                arena_printf(arena, "{\"iss\":\"%s\",\"sub\":\"s\",\"aud\":\"https://api.example\",\"exp\":2100000000}",
                             provider.url));
}

/* A file's age as the service's clock has it. */
static void age_file(const char *name, int64_t age_s) {
    struct timespec time = {.tv_sec = now() - age_s};
    ck_assert(utimensat(AT_FDCWD, arena_printf(arena, "%s/%s", folder, name), (struct timespec[]){time, time}, 0) == 0);
}

static const char *add_key(int64_t age_s) {
    char *name = arena_alloc(arena, 64);
    ck_assert(folder_add_key(folder, name, 64));
    age_file(name, age_s);
    return name;
}

/* What the one key in the folder has signed, libjwt accepts. */
static void check_libjwt_accepts(const char *token) {
    struct folder keys;
    ck_assert(folder_list(folder, &keys) && keys.count == 1);
    FILE *file = fopen(arena_printf(arena, "%s/%s", folder, keys.files[0].name), "r");
    EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    BIO *bio = BIO_new(BIO_s_mem());
    char *pem;
    jwt_t *jwt = NULL;
    PEM_write_bio_PUBKEY(bio, key);
    int length = (int)BIO_get_mem_data(bio, &pem);
    ck_assert_int_eq(jwt_decode(&jwt, token, (const unsigned char *)pem, length), 0);
    ck_assert_str_eq(jwt_get_grant(jwt, "client_id"), "website");
    jwt_free(jwt);
    fclose(file);
    EVP_PKEY_free(key);
    BIO_free(bio);
}

static const char *kid_of(const char *token) {
    struct jws jws;
    ck_assert(jws_read(arena, token, strlen(token), &jws));
    const char *kid = arena_copy(arena, jws.kid, strlen(jws.kid));
    jws_end(&jws);
    return kid;
}

static void *tick(void *unused) {
    token_service_tick(service);
    return NULL;
}

START_TEST(own_tokens) {
    ck_assert_uint_eq(start(folder), 0);
    struct folder keys;
    struct stat about;
    ck_assert(folder_list(folder, &keys) && keys.count == 1);
    ck_assert(stat(folder, &about) == 0 && (about.st_mode & 0777) == 0700);
    ck_assert(stat(arena_printf(arena, "%s/%s", folder, keys.files[0].name), &about) == 0 &&
              (about.st_mode & 0777) == 0600);
    const char *token = issue();
    struct claims claims;
    struct problem problem = {0};
    for (int seen = 0; seen < 2; seen++) {
        ck_assert(token_verify(service, arena, token, strlen(token), &claims, &problem));
        ck_assert_str_eq(claims.issuer, "https://own.example");
        ck_assert_str_eq(claims.subject, "website");
        ck_assert_str_eq(claims.scope, "read write");
        ck_assert_uint_eq(strlen(claims.id), 32);
        ck_assert(claims.issued_at == now() && claims.expires_at == now() + 300);
    }
    ck_assert(strcmp(issue(), issue()) != 0);
    check_libjwt_accepts(token);
    ck_assert_ptr_nonnull(strstr(token_jwks(service, arena), kid_of(token)));
    ck_assert_ptr_null(strstr(token_jwks(service, arena), "\"d\""));
    clock_s += 300;
    ck_assert(!accepts(token));
}
END_TEST

/* A type is required, and so is jti (RFC 9068, section 2.2). */
START_TEST(own_tokens_are_typed) {
    EVP_PKEY *key = mint_key("RSA");
    ck_assert(mkdir(folder, 0700) == 0);
    FILE *file = fopen(arena_printf(arena, "%s/rsa.pem", folder), "w");
    PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
    fclose(file);
    ck_assert_uint_eq(start(folder), 0);
    const char *kid = kid_of(issue());
    ck_assert(accepts(issue()));
    check_libjwt_accepts(issue());
    static const char *const types[] = {"\"at+jwt\"", "\"JWT\"", "null", "\"at+jwt\",\"crit\":[]"};
    for (int i = 0; i < 8; i++) {
        const char *header = arena_printf(arena, "{\"alg\":\"%s\",\"typ\":%s,\"kid\":\"%s\"}",
                                          i < 4 ? "RS256" : "PS256", types[i % 4], kid);
        const char *payload = "{\"iss\":\"https://own.example\",\"sub\":\"s\",\"aud\":\"https://"
                              "api.example\",\"exp\":2000000600,\"jti\":\"1\"}";
        ck_assert_msg(accepts(mint(arena, key, i < 4 ? "RS256" : "PS256", header, payload)) == (i < 2), "%s", header);
    }
    const char *untyped = arena_printf(arena, "{\"alg\":\"RS256\",\"kid\":\"%s\"}", kid);
    ck_assert(!accepts(mint(arena, key, "RS256", untyped,
                            "{\"iss\":\"https://own.example\",\"sub\":\"s\",\"aud\":\"https://api.example\","
                            "\"exp\":2000000600,\"jti\":\"1\"}")));
    const char *header = arena_printf(arena, "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}", kid);
    ck_assert(!accepts(
        mint(arena, key, "RS256", header,
             "{\"iss\":\"https://own.example\",\"sub\":\"s\",\"aud\":\"https://api.example\",\"exp\":2000000600}")));
    EVP_PKEY_free(key);
}
END_TEST

/* The example of RFC 7638, section 3.1, has no private part: the same computation by other means. */
START_TEST(kids_are_thumbprints) {
    ck_assert_uint_eq(start(folder), 0);
    struct key_set *set = key_set_new(token_jwks(service, arena), strlen(token_jwks(service, arena)));
    json_t *json = json_loads(token_jwks(service, arena), 0, NULL),
           *key = json_array_get(json_object_get(json, "keys"), 0);
    const char *text =
        arena_printf(arena, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}",
                     json_string_value(json_object_get(key, "x")), json_string_value(json_object_get(key, "y")));
    unsigned char digest[32];
    EVP_Digest(text, strlen(text), digest, NULL, EVP_sha256(), NULL);
    ck_assert_str_eq(json_string_value(json_object_get(key, "kid")), mint_base64url(arena, digest, sizeof digest));
    ck_assert(key_set_find(set, ES256, mint_base64url(arena, digest, sizeof digest)));
    json_decref(json);
    key_set_free(&set);
}
END_TEST

START_TEST(a_new_key_is_published_before_it_signs) {
    add_key(1000);
    ck_assert_uint_eq(start(folder), 0);
    const char *old = issue();
    const char *name = add_key(0);
    token_service_tick(service);
    ck_assert_str_eq(kid_of(issue()), kid_of(old));
    ck_assert_ptr_nonnull(strstr(token_jwks(service, arena), "},{"));
    clock_s += SETTLE_S - 1;
    token_service_tick(service);
    ck_assert_str_eq(kid_of(issue()), kid_of(old));
    clock_s += 1;
    token_service_tick(service);
    const char *new = issue();
    ck_assert_str_ne(kid_of(new), kid_of(old));
    ck_assert(accepts(old) && accepts(new) && accepts(new)); /* seen */
    unlink(arena_printf(arena, "%s/%s", folder, name));
    token_service_tick(service);
    ck_assert(accepts(old) && !accepts(new)); /* though it was seen */
    ck_assert_str_eq(kid_of(issue()), kid_of(old));
}
END_TEST

START_TEST(the_oldest_signs_when_all_are_new) {
    const char *first = add_key(3);
    add_key(2);
    ck_assert_uint_eq(start(folder), 0);
    const char *token = issue();
    unlink(arena_printf(arena, "%s/%s", folder, first));
    token_service_tick(service);
    ck_assert(!accepts(token));
}
END_TEST

START_TEST(a_broken_folder_keeps_the_keys_there_were) {
    const char *name = add_key(1000);
    ck_assert_uint_eq(start(folder), 0);
    const char *token = issue(), *path = arena_printf(arena, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    fputs("-----BEGIN PRIVATE KEY-----\nMIGH", file);
    fclose(file);
    token_service_tick(service);
    ck_assert(accepts(token) && accepts(issue()));
    token_service_free(&service);
    ck_assert_uint_gt(start(folder), 0);
    struct problem problem = {0};
    ck_assert_ptr_null(token_issue(service, arena, "s", NULL, &problem));
    ck_assert_int_eq(problem.status, 503);
    ck_assert(!accepts(token));
    ck_assert_str_eq(token_jwks(service, arena), "{\"keys\":[]}");
}
END_TEST

START_TEST(rotation) {
    FILE *out = fopen("/dev/null", "w");
    struct folder keys;
    atomic_store(&clock_s, time(NULL)); /* files are made by the real one */
    for (unsigned i = 1; i <= 3; i++)
        ck_assert(token_keys_rotate(folder, 600, out) && folder_list(folder, &keys) && keys.count == i);
    age_file(keys.files[0].name, 5000);
    age_file(keys.files[1].name, 611 + SETTLE_S); /* the first was superseded 611 s ago */
    ck_assert(token_keys_rotate(folder, 600, out) && folder_list(folder, &keys));
    ck_assert_uint_eq(keys.count, 3);
    ck_assert(keys.files[0].changed_ns / 1000000000 == now() - 611 - SETTLE_S);
    while (keys.count < KEY_FILES_MAX)
        ck_assert(token_keys_rotate(folder, 6000, out) && folder_list(folder, &keys));
    ck_assert(!token_keys_rotate(folder, 6000, out) && folder_list(folder, &keys));
    ck_assert(!token_keys_rotate("/dev/null/keys", 600, out));
    fclose(out);
}
END_TEST

START_TEST(keys_by_discovery) {
    EVP_PKEY *key = mint_key("P-256");
    start_with_provider(true);
    publish(key, "k");
    ck_assert(!accepts(theirs(key, "k"))); /* not before the first tick */
    token_service_tick(service);
    ck_assert(accepts(theirs(key, "k")));
    EVP_PKEY_free(key);
}
END_TEST

START_TEST(a_discovery_document_of_somebody_else) {
    static const char *const documents[] = {"{\"issuer\":\"%s/\",\"jwks_uri\":\"%s/jwks\"}", "{\"issuer\":\"%s\"}",
                                            "{\"issuer\":\"%s\",\"jwks_uri\":\"file:///%s\"}",
                                            "{\"jwks_uri\":\"%s/jwks\"}", "[]"};
    EVP_PKEY *key = mint_key("P-256");
    start_with_provider(true);
    publish(key, "k");
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        pthread_mutex_lock(&provider.lock);
        char *document = provider.discovery;
        for (const char *c = documents[i]; *c; c++)
            document = *c == '%' ? (c++, stpcpy(document, provider.url)) : (*document = *c, document + 1);
        *document = '\0';
        pthread_mutex_unlock(&provider.lock);
        clock_s += 60;
        token_service_tick(service);
        ck_assert_msg(!accepts(theirs(key, "k")), "%s", documents[i]);
        ck_assert_uint_eq(hits(), i + 1);
    }
    EVP_PKEY_free(key);
}
END_TEST

START_TEST(an_unknown_key_is_asked_for_once_a_minute) {
    EVP_PKEY *key = mint_key("P-256"), *new = mint_key("Ed25519");
    start_with_provider(true);
    publish(key, "k");
    token_service_tick(service);
    const char *old = theirs(key, "k");
    ck_assert(accepts(old) && accepts(old) && hits() == 2);
    publish(new, "l");
    for (int i = 0; i < 3; i++) {
        ck_assert(!accepts(theirs(new, "l")));
        token_service_tick(service);
        ck_assert_uint_eq(hits(), 2);
    }
    clock_s += 60;
    token_service_tick(service);
    ck_assert(hits() == 4 && accepts(theirs(new, "l")) && !accepts(old)); /* though seen */
    clock_s += 599;
    ck_assert(accepts(theirs(new, "l")));
    atomic_fetch_add(&clock_s, 1);
    token_service_tick(service); /* wanted: the last line but two asked for k */
    ck_assert_uint_eq(hits(), 6);
    clock_s += 599;
    token_service_tick(service);
    ck_assert_uint_eq(hits(), 6); /* nobody asked */
    clock_s += 1;
    token_service_tick(service);
    ck_assert_uint_eq(hits(), 8);
    EVP_PKEY_free(key);
    EVP_PKEY_free(new);
}
END_TEST

START_TEST(known_keys_serve_for_a_day_without_the_provider) {
    EVP_PKEY *key = mint_key("P-256");
    start_with_provider(true);
    publish(key, "k");
    token_service_tick(service);
    const char *token = theirs(key, "k");
    ck_assert(accepts(token));
    answer_with("503 Service Unavailable", 0);
    clock_s += DAY - 1;
    token_service_tick(service);
    ck_assert(accepts(token) && accepts(theirs(key, "k")));
    clock_s += 1;
    ck_assert(!accepts(token) && !accepts(theirs(key, "k"))); /* though one was seen */
    clock_s += 60;
    answer_with("200 OK", 0);
    token_service_tick(service);
    ck_assert(accepts(theirs(key, "k")));
    EVP_PKEY_free(key);
}
END_TEST

START_TEST(answers_that_are_no_key_set) {
    static const char *const heads[] = {"302 Found\r\nLocation: /elsewhere", "404 Not Found", "204 No Content",
                                        "500 Oops"};
    EVP_PKEY *key = mint_key("P-256");
    start_with_provider(false);
    publish(key, "k");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        answer_with(heads[i], 0);
        clock_s += 60;
        token_service_tick(service);
        ck_assert_msg(!accepts(theirs(key, "k")), "%s", heads[i]);
    }
    answer_with("200 OK", 256 * 1024);
    clock_s += 60;
    token_service_tick(service);
    ck_assert(!accepts(theirs(key, "k")));
    answer_with("200 OK", 0);
    strcpy(provider.jwks, "{\"keys\":1}");
    clock_s += 60;
    token_service_tick(service);
    ck_assert(!accepts(theirs(key, "k")));
    publish(key, "k");
    clock_s += 60;
    token_service_tick(service);
    ck_assert(accepts(theirs(key, "k")));
    EVP_PKEY_free(key);
}
END_TEST

/* A provider that says nothing is waited for five seconds, by nobody but the tick. */
START_TEST(a_provider_that_hangs) {
    EVP_PKEY *key = mint_key("P-256");
    start_with_provider(false);
    publish(key, "k");
    token_service_tick(service);
    pthread_mutex_lock(&provider.lock);
    atomic_fetch_add(&clock_s, 600);
    int64_t start_us = clock_us();
    pthread_t ticking;
    pthread_create(&ticking, NULL, tick, NULL);
    for (int i = 0; i < 100; i++)
        ck_assert(accepts(theirs(key, "k")));
    ck_assert(clock_us() - start_us < 4000000);
    pthread_join(ticking, NULL);
    ck_assert(clock_us() - start_us >= 4900000 && clock_us() - start_us < 8000000);
    pthread_mutex_unlock(&provider.lock);
    ck_assert(accepts(theirs(key, "k")));
    EVP_PKEY_free(key);
}
END_TEST

START_TEST(files_of_issuers) {
#define ISSUER "\"issuer\":\"https://a.example\",\"audience\":\"b\""
    static const char *const wrong[] = {
        "",
        "[]",
        "{}",
        "{\"issuers\":{}}",
        "{\"issuers\":[],\"x\":1}",
        "{\"issuers\":[1]}",
        "{\"issuers\":[{" ISSUER "}]}",
        "{\"issuers\":[{" ISSUER ",\"algorithms\":[]}]}",
        "{\"issuers\":[{" ISSUER ",\"algorithms\":[\"HS256\"]}]}",
        "{\"issuers\":[{" ISSUER ",\"algorithms\":[\"RS256\",\"none\"]}]}",
        "{\"issuers\":[{" ISSUER ",\"algorithms\":[\"RS256\"],\"x\":1}]}",
        "{\"issuers\":[{" ISSUER ",\"algorithms\":[\"RS256\"],\"jwks_uri\":\"file:///etc/passwd\"}]}",
        "{\"issuers\":[{" ISSUER
        ",\"algorithms\":[\"RS256\"],\"jwks_uri\":\"https://a.example\",\"jwks\":{\"keys\":[]}}]}",
        "{\"issuers\":[{" ISSUER ",\"algorithms\":[\"RS256\"],\"jwks\":{}}]}",
        "{\"issuers\":[{\"issuer\":\"a.example\",\"audience\":\"b\",\"algorithms\":[\"RS256\"]}]}",
        "{\"issuers\":[{\"issuer\":\"https://a.example\",\"algorithms\":[\"RS256\"]}]}",
        "{\"issuers\":[{\"issuer\":\"https://"
        "own.example\",\"audience\":\"b\",\"algorithms\":[\"RS256\"],\"jwks\":{\"keys\":[]}}]}",
        "{\"issuers\":[{" ISSUER ",\"algorithms\":[\"RS256\"]},{" ISSUER ",\"algorithms\":[\"RS256\"]}]}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        write_issuers(wrong[i]);
        ck_assert_msg(start("") == 1, "%s", wrong[i]);
        token_service_free(&service);
        unlink(issuers_file);
    }
    write_issuers("{\"issuers\":[{" ISSUER ",\"algorithms\":[\"RS256\",\"EdDSA\"]}]}");
    ck_assert_uint_eq(start(""), 0);
}
END_TEST

START_TEST(seen_tokens) {
    struct seen *seen = seen_new(arena);
    struct claims claims = {.subject = "s", .scope = "a b", .issued_at = 5, .expires_at = 100}, found;
    unsigned got;
    unsigned char key[SEEN_KEY_SIZE] = {1, 2, 3};
    ck_assert(!seen_get(seen, key, 10, arena, &found, &got));
    seen_put(seen, key, 10, &claims, 3);
    ck_assert(seen_get(seen, key, 99, arena, &found, &got) && got == 3);
    ck_assert(strcmp(found.subject, "s") == 0 && !found.id && strcmp(found.scope, "a b") == 0 && found.issued_at == 5);
    ck_assert(!seen_get(seen, key, 100, arena, &found, &got));
    unsigned char other[SEEN_KEY_SIZE] = {1, 2, 4};
    ck_assert(!seen_get(seen, other, 10, arena, &found, &got));
    for (unsigned char i = 0; i < 20; i++) { /* more than there are ways: the newest is kept */
        other[9] = i;
        seen_put(seen, other, 10, &claims, 3);
        ck_assert(seen_get(seen, other, 10, arena, &found, &got));
    }
    ck_assert(!seen_get(seen, key, 99, arena, &found, &got));
    char *subject = arena_alloc(arena, 1024);
    memset(subject, 'x', 1023);
    claims.subject = subject;
    seen_put(seen, key, 10, &claims, 3); /* too long to keep */
    ck_assert(!seen_get(seen, key, 10, arena, &found, &got));
}
END_TEST

static atomic_int refused;

static void *verify_all(void *token) {
    char *changed = strdup(token);
    for (int i = 0; i < ROUNDS; i++)
        if (!accepts(token))
            atomic_fetch_add(&refused, 1);
    changed[strlen(changed) - 10] ^= 1;
    for (int i = 0; i < ROUNDS / 10; i++)
        if (accepts(changed))
            atomic_fetch_add(&refused, 1);
    free(changed);
    return NULL;
}

/* Key sets are replaced all the time under those who verify, from the folder and from the network. */
START_TEST(verifying_while_keys_change) {
    EVP_PKEY *keys[] = {mint_key("P-256"), mint_key("P-256"), mint_key("Ed25519")};
    add_key(1000);
    start_provider();
    write_issuers(arena_printf(
        arena, "{\"issuers\":[{\"issuer\":\"%s\",\"audience\":\"https://api.example\",\"algorithms\":[\"ES256\"]}]}",
        provider.url));
    ck_assert_uint_eq(start(folder), 0);
    publish(keys[0], "k");
    token_service_tick(service);
    pthread_t threads[THREADS];
    atomic_store(&refused, 0);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, verify_all, (void *)(i % 2 ? issue() : theirs(keys[0], "k")));
    for (int i = 0; i < 20; i++) {
        const char *name = add_key(500);
        pthread_mutex_lock(&provider.lock);
        snprintf(provider.jwks, sizeof provider.jwks, "{\"keys\":[%s,%s]}", mint_jwk(arena, keys[0], ",\"kid\":\"k\""),
                 mint_jwk(arena, keys[1], arena_printf(arena, ",\"kid\":\"%d\"", i)));
        pthread_mutex_unlock(&provider.lock);
        token_service_tick(service);
        unlink(arena_printf(arena, "%s/%s", folder, name));
        accepts(theirs(keys[1], "unknown"));
        clock_s += 10;
        token_service_tick(service);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(atomic_load(&refused), 0);
    ck_assert_uint_gt(hits(), 4);
    for (int i = 0; i < 3; i++)
        EVP_PKEY_free(keys[i]);
}
END_TEST

int main(void) {
    return run_cases("token_service", set_up, tear_down,
                     (const TTest *const[]){
                         own_tokens, own_tokens_are_typed, kids_are_thumbprints, a_new_key_is_published_before_it_signs,
                         the_oldest_signs_when_all_are_new, a_broken_folder_keeps_the_keys_there_were, rotation,
                         keys_by_discovery, a_discovery_document_of_somebody_else,
                         an_unknown_key_is_asked_for_once_a_minute, known_keys_serve_for_a_day_without_the_provider,
                         answers_that_are_no_key_set, a_provider_that_hangs, files_of_issuers, seen_tokens,
                         verifying_while_keys_change, NULL});
}
