/* The verifier and the readers of key sets. An input is a token as text; or, when it starts with '{', a header and
 * a payload on two lines, which get a good signature, so that what lies behind it is reached too. */
#include "../unit/mint.h"
#include "../unit/problems.h"
#include "token/jws.h"
#include "token/token.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static EVP_PKEY *key;
static struct token_service *service;

static int64_t now(void) {
    return 2000000000;
}

int LLVMFuzzerInitialize(int *count, char ***arguments) {
    static const char seed[33] = "a key that everybody may know of";
    static char name[] = "/tmp/fuzz_token_XXXXXX";
    struct arena *arena = arena_new(0);
    key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, (const unsigned char *)seed, 32);
    FILE *file = fdopen(mkstemp(name), "w");
    fprintf(file,
            "{\"issuers\":[{\"issuer\":\"https://a.example\",\"audience\":\"https://api.example\","
            "\"algorithms\":[\"EdDSA\"],\"jwks\":{\"keys\":[%s]}}]}",
            mint_jwk(arena, key, ",\"kid\":\"k\""));
    fclose(file);
    struct gate gate = {stderr, 0};
    service = token_service_new(&(struct token_options){.issuer = "https://own.example",
                                                        .audience = "https://api.example",
                                                        .keys = "",
                                                        .issuers_file = name,
                                                        .secret = (const unsigned char *)seed,
                                                        .now = now},
                                &gate);
    assert(!gate.faults);
    unlink(name);
    arena_free(&arena);
    return 0;
}

static void check(struct arena *arena, const char *token, size_t length) {
    struct claims claims;
    struct problem problem = {0};
    const char *subject;
    if (!token_verify(service, arena, token, length, &claims, &problem)) {
        assert(problem.status == 401 || problem.status == 500);
        return;
    }
    assert(length <= TOKEN_LENGTH_MAX && strcmp(claims.issuer, "https://a.example") == 0);
    assert(*claims.subject && strlen(claims.subject) <= 255 && claims.expires_at > now());
    assert(claims.issued_at <= now() + LEEWAY_S);
    assert(token_peek_subject(arena, token, length, &subject) && strcmp(subject, claims.subject) == 0);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    struct arena *arena = arena_new(1 << 20);
    char *text = arena_copy(arena, (const char *)data, size), *line = text ? strchr(text, '\n') : NULL;
    if (text && *text == '{' && line && size < 6000) {
        *line = '\0';
        const char *token = mint(arena, key, "EdDSA", text, line + 1);
        check(arena, token, strlen(token));
        struct key_set *set = key_set_new(line + 1, strlen(line + 1));
        key_set_free(&set);
    } else if (text) {
        check(arena, text, size);
    }
    arena_free(&arena);
    return 0;
}
