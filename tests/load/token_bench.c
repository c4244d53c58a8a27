/* What a bearer token costs, against OpenSSL's verification alone. usage: token_bench [TOKENS]
 *
 * One line for each algorithm: a token at first sight, the bare verification of the same signature with the same
 * key, their ratio, and the token when it was seen before; microseconds, the best of five rounds each. */
#include "../unit/mint.h"
#include "base/log.h"
#include "token/token.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROUNDS = 5 };

static struct arena *arena;

static const char *make_token(EVP_PKEY *key, const char *algorithm, const char *issuer, int number) {
    const char *header =
        arena_printf(arena, "{\"alg\":\"%s\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}", algorithm, algorithm);
    return mint(arena, key, algorithm, header,
                arena_printf(arena,
                             "{\"iss\":\"%s\",\"sub\":\"0188d2e4-89ab-7cde-8f01-23456789abcd\","
                             "\"aud\":\"https://api.example\",\"client_id\":\"website\",\"exp\":4000000000,"
                             "\"iat\":1700000000,\"jti\":\"%032d\",\"scope\":\"hubs:read hubs:write news:read\"}",
                             issuer, number));
}

static struct token_service *start(const char *jwks) {
    char name[] = "/tmp/token_bench_XXXXXX";
    FILE *file = fdopen(mkstemp(name), "w");
    fprintf(file,
            "{\"issuers\":[{\"issuer\":\"https://bench.example\",\"audience\":\"https://api.example\","
            "\"algorithms\":[\"RS256\",\"PS256\",\"ES256\",\"EdDSA\"],\"jwks\":{\"keys\":[%s]}}]}",
            jwks);
    fclose(file);
    struct gate gate = {stderr, 0};
    struct token_service *service =
        token_service_new(&(struct token_options){.issuer = "https://own.example",
                                                  .audience = "https://api.example",
                                                  .keys = "",
                                                  .issuers_file = name,
                                                  .secret = (const unsigned char *)"0123456789abcdef0123456789abcdef"},
                          &gate);
    unlink(name);
    return service;
}

static void verify(struct token_service *service, struct arena *request, const char *token) {
    struct claims claims;
    struct problem problem;
    if (!token_verify(service, request, token, strlen(token), &claims, &problem))
        log_fatal(problem.detail);
    arena_reset(request);
}

static double first_sight(struct token_service *service, const char **tokens, int count) {
    struct arena *request = arena_new(1 << 20);
    int64_t start_us = clock_us();
    for (int i = 0; i < count; i++)
        verify(service, request, tokens[i]);
    double each = (double)(clock_us() - start_us) / count;
    arena_free(&request);
    return each;
}

static double seen_before(struct token_service *service, const char *token, int count) {
    struct arena *request = arena_new(1 << 20);
    verify(service, request, token);
    int64_t start_us = clock_us();
    for (int i = 0; i < count; i++)
        verify(service, request, token);
    double each = (double)(clock_us() - start_us) / count;
    arena_free(&request);
    return each;
}

/* As anybody would: a context, the key, one call. */
static double bare(EVP_PKEY *key, const char *algorithm, const char *text, int count) {
    unsigned char signature[1024];
    size_t size = sizeof signature;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *scheme;
    const EVP_MD *digest = EVP_PKEY_is_a(key, "ED25519") ? NULL : EVP_sha256();
    bool pss = strcmp(algorithm, "PS256") == 0;
    EVP_DigestSignInit(context, &scheme, digest, NULL, key);
    if (pss)
        EVP_PKEY_CTX_set_rsa_padding(scheme, RSA_PKCS1_PSS_PADDING);
    EVP_DigestSign(context, signature, &size, (const unsigned char *)text, strlen(text));
    EVP_MD_CTX_free(context);
    int64_t start_us = clock_us();
    for (int i = 0; i < count; i++) {
        context = EVP_MD_CTX_new();
        EVP_DigestVerifyInit(context, &scheme, digest, NULL, key);
        if (pss)
            EVP_PKEY_CTX_set_rsa_padding(scheme, RSA_PKCS1_PSS_PADDING);
        if (EVP_DigestVerify(context, signature, size, (const unsigned char *)text, strlen(text)) != 1)
            log_fatal("bare verification failed");
        EVP_MD_CTX_free(context);
    }
    return (double)(clock_us() - start_us) / count;
}

static double least(double left, double right) {
    return left < right ? left : right;
}

static void measure(EVP_PKEY *key, const char *algorithm, const char *jwks, int count) {
    const char **tokens = arena_alloc(arena, sizeof *tokens * (size_t)count);
    for (int i = 0; i < count; i++)
        tokens[i] = make_token(key, algorithm, "https://bench.example", i);
    size_t length = (size_t)(strrchr(tokens[0], '.') - tokens[0]);
    const char *text = arena_copy(arena, tokens[0], length);
    double first = 1e9, alone = 1e9, again = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        struct token_service *service = start(jwks); /* has seen nothing */
        first = least(first, first_sight(service, tokens, count));
        alone = least(alone, bare(key, algorithm, text, count));
        again = least(again, seen_before(service, tokens[0], 10 * count));
        token_service_free(&service);
    }
    printf("%s first %.1f bare %.1f ratio %.2f seen %.2f\n", algorithm, first, alone, first / alone, again);
}

int main(int count, char **arguments) {
    static const char *const algorithms[][2] = {
        {"RS256", "RSA"}, {"PS256", "RSA"}, {"ES256", "P-256"}, {"EdDSA", "Ed25519"}};
    int tokens = count > 1 ? (int)strtol(arguments[1], NULL, 10) : 1000;
    arena = arena_new(0);
    for (int i = 0; i < 4; i++) {
        EVP_PKEY *key = mint_key(algorithms[i][1]);
        const char *kid = arena_printf(arena, ",\"kid\":\"%s\"", algorithms[i][0]);
        measure(key, algorithms[i][0], mint_jwk(arena, key, kid), tokens);
        EVP_PKEY_free(key);
    }
    arena_free(&arena);
}
