/* The verifier: hostile tokens, each one step from a good one, and the keys of key sets. */
#include "mint.h"
#include "suite.h"
#include "token/jws.h"
#include "token/keys.h"
#include "token/token.h"
#include <jwt.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { NOW = 2000000000 };

#define ISS "\"iss\":\"https://a.example\""
#define SUB ",\"sub\":\"someone\""
#define AUD ",\"aud\":\"https://api.example\""
#define EXP ",\"exp\":2000000600"
#define GOOD "{" ISS SUB AUD EXP "}"
#define WITH(more) "{" ISS SUB AUD EXP "," more "}"
#define HEADER(alg, kid, more) "{\"alg\":\"" alg "\",\"kid\":\"" kid "\"" more "}"

static EVP_PKEY *rsa, *ec, *ed, *p384, *stranger;
static struct arena *arena;
static struct token_service *service;
static char issuers_file[] = "/tmp/test_token_XXXXXX";

static int64_t now(void) {
    return NOW;
}

static void make_keys(void) {
    if (rsa)
        return;
    rsa = mint_key("RSA");
    ec = mint_key("P-256");
    ed = mint_key("Ed25519");
    p384 = mint_key("P-384");
    stranger = mint_key("P-256");
}

/* https://a.example has three named keys; https://b.example only ES256, and an EC key without a name. */
static void write_issuers(void) {
    strcpy(issuers_file + sizeof issuers_file - 7, "XXXXXX");
    FILE *file = fdopen(mkstemp(issuers_file), "w");
    fprintf(file,
            "{\"issuers\":[{\"issuer\":\"https://a.example\",\"audience\":\"https://api.example\","
            "\"algorithms\":[\"RS256\",\"PS256\",\"ES256\",\"EdDSA\"],\"jwks\":{\"keys\":[%s,%s,%s]}},"
            "{\"issuer\":\"https://b.example\",\"audience\":\"https://api.example\",\"algorithms\":[\"ES256\"],"
            "\"jwks\":{\"keys\":[%s,%s]}}]}",
            mint_jwk(arena, rsa, ",\"kid\":\"rsa\""), mint_jwk(arena, ec, ",\"kid\":\"ec\",\"use\":\"sig\""),
            mint_jwk(arena, ed, ",\"kid\":\"ed\""), mint_jwk(arena, ec, ""), mint_jwk(arena, rsa, ""));
    fclose(file);
}

static void set_up(void) {
    arena = arena_new(0);
    make_keys();
    write_issuers();
    struct gate gate = {stderr, 0};
    service =
        token_service_new(&(struct token_options){.issuer = "https://own.example",
                                                  .audience = "https://api.example",
                                                  .keys = "",
                                                  .issuers_file = issuers_file,
                                                  .secret = (const unsigned char *)"0123456789abcdef0123456789abcdef",
                                                  .now = now},
                          &gate);
    ck_assert_uint_eq(gate.faults, 0);
}

static void tear_down(void) {
    token_service_free(&service);
    arena_free(&arena);
    unlink(issuers_file);
}

static bool accepts_bytes(const char *token, size_t length, const char *what) {
    struct problem problem = {0};
    struct claims claims;
    bool ok = token_verify(service, arena, token, length, &claims, &problem);
    ck_assert_msg(ok == (problem.status == 0), "%s", what);
    ck_assert_msg(ok || problem.status == 401, "%s: %d", what, problem.status);
    ck_assert_msg(!ok || strcmp(claims.subject, "someone") == 0, "%s", what);
    return ok;
}

static bool accepts(const char *token, const char *what) {
    return accepts_bytes(token, strlen(token), what);
}

struct sample {
    EVP_PKEY **key;
    const char *algorithm, *header, *payload;
};

static bool accepts_sample(const struct sample *sample) {
    const char *token = mint(arena, *sample->key, sample->algorithm, sample->header, sample->payload);
    return accepts(token, arena_printf(arena, "%s %s", sample->header, sample->payload));
}

static const struct sample good[] = {
    {&rsa, "RS256", HEADER("RS256", "rsa", ",\"typ\":\"JWT\""), GOOD},
    {&rsa, "PS256", HEADER("PS256", "rsa", ",\"typ\":\"at+jwt\""), GOOD},
    {&ec, "ES256", HEADER("ES256", "ec", ",\"typ\":\"JWT\""), GOOD},
    {&ec, "ES256", HEADER("ES256", "ec", ",\"typ\":\"application/AT+JWT\""), GOOD},
    {&ed, "EdDSA", HEADER("EdDSA", "ed", ""), GOOD},
    {&ed, "EdDSA", "{\"alg\":\"EdDSA\",\"typ\":\"jwt\"}", GOOD}, /* one key fits */
    {&ec, "ES256", HEADER("ES256", "ec", ",\"x5t\":\"a\""), GOOD},
    {&ec, "ES256", HEADER("ES256", "ec", ""), WITH("\"nbf\":2000000059,\"iat\":2000000060")},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS SUB AUD ",\"exp\":2000000001}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS SUB AUD ",\"exp\":2000000600.5}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""),
     "{" ISS SUB EXP ",\"aud\":[\"https://x.example\",\"https://api.example\"]}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), WITH("\"a\":[[[[[[[]]]]]]]")},
    {&ec, "ES256", HEADER("ES256", "ec", ""), WITH("\"a\":\"[[[[[[[[[[\\\"[[[[[[{{{{\"")},
    {&ec, "ES256", HEADER("ES256", "ec", ""), WITH("\"scope\":\"a b\",\"jti\":\"1\"")},
    {&ec, "ES256", "{\"alg\":\"ES256\"}", "{\"iss\":\"https://b.example\"" SUB AUD EXP "}"},
};

static const struct sample bad[] = {
    /* algorithms and keys */
    {&ec, "ES256", HEADER("none", "ec", ""), GOOD},
    {&ec, "ES256", HEADER("None", "ec", ""), GOOD},
    {&ec, "ES256", HEADER("HS256", "ec", ""), GOOD},
    {&ec, "ES256", HEADER("es256", "ec", ""), GOOD},
    {&ec, "ES256", HEADER("ES384", "ec", ""), GOOD},
    {&rsa, "RS256", HEADER("RS512", "rsa", ""), GOOD},
    {&ec, "ES256", "{\"kid\":\"ec\"}", GOOD},
    {&ec, "ES256", "{\"alg\":null,\"kid\":\"ec\"}", GOOD},
    {&ec, "ES256", "{\"alg\":[\"ES256\"],\"kid\":\"ec\"}", GOOD},
    {&rsa, "RS256", HEADER("PS256", "rsa", ""), GOOD}, /* the other padding */
    {&rsa, "PS256", HEADER("RS256", "rsa", ""), GOOD},
    {&ec, "ES256", HEADER("RS256", "ec", ""), GOOD}, /* kty does not fit */
    {&ec, "ES256", HEADER("ES256", "rsa", ""), GOOD},
    {&ec, "ES256", HEADER("EdDSA", "ec", ""), GOOD},
    {&ed, "EdDSA", HEADER("ES256", "ed", ""), GOOD},
    {&p384, "ES256", HEADER("ES256", "ec", ""), GOOD}, /* signature of 96 bytes */
    {&stranger, "ES256", HEADER("ES256", "ec", ""), GOOD},
    {&ec, "ES256", HEADER("ES256", "EC", ""), GOOD},
    {&ec, "ES256", HEADER("ES256", "", ""), GOOD},
    {&ec, "ES256", "{\"alg\":\"ES256\",\"kid\":7}", GOOD},
    {&ec, "ES256", "{\"alg\":\"ES256\",\"kid\":null}", GOOD},
    {&rsa, "RS256", "{\"alg\":\"RS256\"}", "{\"iss\":\"https://b.example\"" SUB AUD EXP "}"},    /* not allowed there */
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{\"iss\":\"https://b.example\"" SUB AUD EXP "}"}, /* no such kid there */
    /* the header */
    {&ec, "ES256", HEADER("ES256", "ec", ",\"typ\":\"logout+jwt\""), GOOD},
    {&ec, "ES256", HEADER("ES256", "ec", ",\"typ\":\"dpop+jwt\""), GOOD},
    {&ec, "ES256", HEADER("ES256", "ec", ",\"typ\":\"\""), GOOD},
    {&ec, "ES256", HEADER("ES256", "ec", ",\"typ\":null"), GOOD},
    {&ec, "ES256", HEADER("ES256", "ec", ",\"crit\":[\"exp\"]"), GOOD},
    {&ec, "ES256", HEADER("ES256", "ec", ",\"crit\":[]"), GOOD},
    {&ec, "ES256", HEADER("ES256", "ec", ",\"b64\":false"), GOOD},
    {&ec, "ES256", HEADER("ES256", "ec", ",\"jku\":\"https://a.example/jwks\""), GOOD},
    {&ec, "ES256", HEADER("ES256", "ec", ",\"jwk\":{\"kty\":\"EC\"}"), GOOD},
    {&ec, "ES256", HEADER("ES256", "ec", ",\"x5u\":\"https://a.example\""), GOOD},
    {&ec, "ES256", HEADER("ES256", "ec", ",\"x5c\":[\"AA\"]"), GOOD},
    {&ec, "ES256", HEADER("ES256", "ec", ",\"zip\":\"DEF\""), GOOD},
    {&ec, "ES256", HEADER("ES256", "ec", ",\"alg\":\"ES256\""), GOOD},
    {&ec, "ES256", HEADER("ES256", "ec", "") "x", GOOD},
    {&ec, "ES256", HEADER("ES256", "ec", ",\"a\":[[[[[[[[]]]]]]]]"), GOOD},
    {&ec, "ES256", "[" HEADER("ES256", "ec", "") "]", GOOD},
    /* the claims */
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS SUB AUD "}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS SUB AUD ",\"exp\":2000000000}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS SUB AUD ",\"exp\":\"2000000600\"}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS SUB AUD ",\"exp\":null}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS SUB AUD ",\"exp\":1e300}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS SUB AUD ",\"exp\":1e17}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS SUB AUD ",\"exp\":1e999}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS SUB AUD ",\"exp\":-1}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS SUB AUD ",\"exp\":9223372036854775807}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS SUB AUD ",\"exp\":99999999999999999999}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS SUB AUD ",\"exp\":1999999999" EXP "}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), WITH("\"nbf\":2000000061")},
    {&ec, "ES256", HEADER("ES256", "ec", ""), WITH("\"nbf\":\"1\"")},
    {&ec, "ES256", HEADER("ES256", "ec", ""), WITH("\"iat\":2000000061")},
    {&ec, "ES256", HEADER("ES256", "ec", ""), WITH("\"iat\":true")},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{\"iss\":\"https://c.example\"" SUB AUD EXP "}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{\"iss\":\"https://a.example/\"" SUB AUD EXP "}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{\"iss\":\"https://own.example\"" SUB AUD EXP "}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{\"iss\":[\"https://a.example\"]" SUB AUD EXP "}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{\"sub\":\"someone\"" AUD EXP "}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS SUB EXP "}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS SUB EXP ",\"aud\":\"https://api.example/\"}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS SUB EXP ",\"aud\":\"https://api.exampl\"}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS SUB EXP ",\"aud\":[]}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS SUB EXP ",\"aud\":[\"https://api.example\",1]}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS SUB EXP ",\"aud\":{\"https://api.example\":1}}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS AUD EXP "}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS AUD EXP ",\"sub\":\"\"}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS AUD EXP ",\"sub\":7}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS AUD EXP ",\"sub\":\"some\\none\"}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS AUD EXP ",\"sub\":\"some\\u0000one\"}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS AUD EXP ",\"sub\":\"some\x7f one\"}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS AUD EXP ",\"sub\":\"some\\u0085one\"}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS AUD EXP ",\"sub\":\"some\xff\"}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "{" ISS SUB SUB AUD EXP "}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), WITH("\"jti\":1")},
    {&ec, "ES256", HEADER("ES256", "ec", ""), WITH("\"scope\":[\"a\"]")},
    {&ec, "ES256", HEADER("ES256", "ec", ""), WITH("\"a\":[[[[[[[[]]]]]]]]")},
    {&ec, "ES256", HEADER("ES256", "ec", ""), WITH("\"a\":\"\\\\\",\"b\":[[[[[[[[]]]]]]]]")},
    {&ec, "ES256", HEADER("ES256", "ec", ""), WITH("\"a\":\"\\\"\",\"b\":[[[[[[[[]]]]]]]]")},
    {&ec, "ES256", HEADER("ES256", "ec", ""), WITH("\"events\":{}")},
    {&ec, "ES256", HEADER("ES256", "ec", ""), WITH("\"cnf\":{\"jkt\":\"a\"}")},
    {&ec, "ES256", HEADER("ES256", "ec", ""), GOOD " {}"},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "\"" ISS "\""},
    {&ec, "ES256", HEADER("ES256", "ec", ""), "null"},
};

START_TEST(good_tokens) {
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        ck_assert_msg(accepts_sample(&good[i]), "%s %s", good[i].header, good[i].payload);
}
END_TEST

START_TEST(hostile_tokens) {
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!accepts_sample(&bad[i]), "%s %s", bad[i].header, bad[i].payload);
}
END_TEST

/* Each is a good token that was tampered with as text. */
START_TEST(strict_segments) {
    const char *token = mint(arena, ec, "ES256", HEADER("ES256", "ec", ""), GOOD);
    size_t length = strlen(token), first = strcspn(token, "."), second = first + 1 + strcspn(token + first + 1, ".");
    static const char *const around[][2] = {{"", "="}, {"", "=="}, {"", "."}, {"", ".AA"}, {"", "A"}, {"", "AAAA"},
                                            {".", ""}, {" ", ""},  {"", " "}, {"", "\n"},  {"A", ""}, {"AAAA", ""}};
    for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
        const char *changed = arena_printf(arena, "%s%s%s", around[i][0], token, around[i][1]);
        ck_assert_msg(!accepts(changed, "around"), "'%s' '%s'", around[i][0], around[i][1]);
    }
    ck_assert(!accepts_bytes(token, length + 1, "its NUL"));
    for (size_t cut = 0; cut < length; cut += cut < second ? 7 : 1)
        ck_assert_msg(!accepts_bytes(token, cut, "cut"), "%zu", cut);
    ck_assert(!accepts_bytes(token, second, "no signature") && !accepts_bytes(token, second + 1, "empty signature"));
    ck_assert(accepts(token, "whole"));
}
END_TEST

START_TEST(every_bit_counts) {
    const char *token = mint(arena, ed, "EdDSA", HEADER("EdDSA", "ed", ""), GOOD);
    size_t length = strlen(token);
    char *changed = arena_copy(arena, token, length);
    for (size_t i = 0; i < length; i++)
        for (int bit = 0; bit < 8; bit++) {
            changed[i] = (char)(token[i] ^ 1 << bit);
            ck_assert_msg(!accepts_bytes(changed, length, "changed"), "byte %zu bit %d", i, bit);
            changed[i] = token[i];
        }
    ck_assert(accepts(changed, "unchanged"));
}
END_TEST

START_TEST(sizes) {
    char *payload = arena_alloc(arena, 9000), *fill = arena_alloc(arena, 9000);
    memset(fill, 'x', 8999);
    for (int size = 5900, edge = 0; size < 6100 && edge < 1; size++) {
        snprintf(payload, 9000, WITH("\"a\":\"%.*s\""), size, fill);
        const char *token = mint(arena, ed, "EdDSA", HEADER("EdDSA", "ed", ""), payload);
        ck_assert_msg(accepts(token, "size") == (strlen(token) <= TOKEN_LENGTH_MAX), "%zu", strlen(token));
        edge = strlen(token) > TOKEN_LENGTH_MAX;
    }
    for (int size = 255; size <= 256; size++) {
        snprintf(payload, 9000, "{" ISS AUD EXP ",\"sub\":\"%.*s\"}", size, fill);
        const char *token = mint(arena, ed, "EdDSA", HEADER("EdDSA", "ed", ""), payload);
        struct claims claims;
        struct problem problem = {0};
        ck_assert(token_verify(service, arena, token, strlen(token), &claims, &problem) == (size == 255));
    }
}
END_TEST

START_TEST(a_nest_of_kilobytes) {
    char *payload = arena_alloc(arena, 6000), *token;
    memset(payload, '[', 5999);
    ck_assert(!accepts(mint(arena, ec, "ES256", HEADER("ES256", "ec", ""), payload), "payload"));
    ck_assert(!accepts(mint(arena, ec, "ES256", payload, GOOD), "header"));
    memset(payload, '.', 5999);
    ck_assert(!accepts(payload, "dots"));
    token = arena_copy(arena, mint(arena, ec, "ES256", HEADER("ES256", "ec", ""), GOOD), 20);
    ck_assert(!accepts(token, "no dots") && !accepts("", "nothing") && !accepts("..", "empty"));
}
END_TEST

/* RFC 8725, section 2.1: the public key as the secret of an HMAC, and no signature at all. */
START_TEST(confused_algorithms) {
    BIO *bio = BIO_new(BIO_s_mem());
    char *pem;
    PEM_write_bio_PUBKEY(bio, rsa);
    long length = BIO_get_mem_data(bio, &pem);
    const char *headers[] = {HEADER("HS256", "rsa", ""), HEADER("RS256", "rsa", "")};
    for (int i = 0; i < 2; i++) {
        const char *text = arena_printf(arena, "%s.%s", mint_base64url(arena, headers[i], strlen(headers[i])),
                                        mint_base64url(arena, GOOD, strlen(GOOD)));
        unsigned char mac[32];
        HMAC(EVP_sha256(), pem, (int)length, (const unsigned char *)text, strlen(text), mac, NULL);
        ck_assert(!accepts(arena_printf(arena, "%s.%s", text, mint_base64url(arena, mac, sizeof mac)), headers[i]));
    }
    BIO_free(bio);
    const char *none = HEADER("none", "rsa", "");
    const char *text = arena_printf(arena, "%s.%s.", mint_base64url(arena, none, strlen(none)),
                                    mint_base64url(arena, GOOD, strlen(GOOD)));
    ck_assert(!accepts(text, "none") && !accepts(arena_printf(arena, "%sAA", text), "none"));
    ck_assert(!key_verify(NULL, ES256, "a", 1, (const unsigned char *)"b", 1));
}
END_TEST

/* r or s with a zero in front is as long as any; zeros alone are no signature; DER is another form. */
START_TEST(flat_signatures) {
    bool short_r = false, short_s = false;
    const char *head = HEADER("ES256", "ec", "");
    for (int i = 0; i < 4000 && !(short_r && short_s); i++) {
        const char *text = arena_printf(arena, "%s.%s", mint_base64url(arena, head, strlen(head)),
                                        mint_base64url(arena, GOOD, strlen(GOOD)));
        unsigned char signature[128];
        mint_signature(ec, "ES256", text, signature, sizeof signature);
        if (signature[0] && signature[32])
            continue;
        short_r |= !signature[0];
        short_s |= !signature[32];
        ck_assert(accepts(arena_printf(arena, "%s.%s", text, mint_base64url(arena, signature, 64)), "padded"));
        memset(signature, 0, 32);
        ck_assert(!accepts(arena_printf(arena, "%s.%s", text, mint_base64url(arena, signature, 64)), "r is 0"));
        memset(signature, 0, 64);
        ck_assert(!accepts(arena_printf(arena, "%s.%s", text, mint_base64url(arena, signature, 64)), "zeros"));
        memset(signature, 0xFF, 64);
        ck_assert(!accepts(arena_printf(arena, "%s.%s", text, mint_base64url(arena, signature, 64)), "ones"));
    }
    ck_assert(short_r && short_s);
}
END_TEST

static bool serves(const char *jwk, enum algorithm algorithm, const char *kid) {
    const char *text = arena_printf(arena, "{\"keys\":[%s]}", jwk);
    struct key_set *set = key_set_new(text, strlen(text));
    bool found = set && key_set_find(set, algorithm, kid);
    key_set_free(&set);
    return found;
}

START_TEST(which_keys_serve) {
    static const struct {
        const char *more;
        unsigned algorithms;
    } uses[] = {{"", RS256 | PS256},
                {",\"kid\":\"k\",\"use\":\"sig\",\"key_ops\":[\"sign\",\"verify\"]", RS256 | PS256},
                {",\"alg\":\"PS256\"", PS256},
                {",\"alg\":\"RS384\"", 0},
                {",\"alg\":\"ES256\"", 0},
                {",\"alg\":1", 0},
                {",\"use\":\"enc\"", 0},
                {",\"use\":1", 0},
                {",\"key_ops\":[\"sign\"]", 0},
                {",\"key_ops\":[]", 0},
                {",\"key_ops\":\"verify\"", 0},
                {",\"kid\":\"\"", 0},
                {",\"kid\":1", 0},
                {",\"d\":\"AQAB\"", 0}};
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++)
        for (unsigned algorithm = 1; algorithm <= ALGORITHMS; algorithm *= 2)
            ck_assert_msg(serves(mint_jwk(arena, rsa, uses[i].more), algorithm, NULL) ==
                              ((uses[i].algorithms & algorithm) != 0),
                          "%s %u", uses[i].more, algorithm);
    const char *ps = arena_printf(arena, "{\"keys\":[%s]}", mint_jwk(arena, rsa, ",\"alg\":\"PS256\""));
    struct key_set *set = key_set_new(ps, strlen(ps));
    unsigned char signature[256];
    size_t size = mint_signature(rsa, "RS256", "text", signature, sizeof signature);
    ck_assert(!key_verify(key_set_find(set, PS256, NULL), RS256, "text", 4, signature, size));
    key_set_free(&set);
    const char *key = mint_jwk(arena, ec, ",\"kid\":\"k\"");
    ck_assert(serves(key, ES256, "k") && serves(key, ES256, NULL) && !serves(key, ES256, "l"));
    const char *other = mint_jwk(arena, stranger, ",\"kid\":\"k\"");
    ck_assert(!serves(arena_printf(arena, "%s,%s", key, other), ES256, "k")); /* which of the two? */
    ck_assert(serves(arena_printf(arena, "%s,%s", key, key), ES256, "k"));
    ck_assert(serves(arena_printf(arena, "%s,%s,1,{}", key, mint_jwk(arena, rsa, ",\"kid\":\"k\"")), ES256, "k"));
    ck_assert(!serves(mint_jwk(arena, ec, ""), ES256, "k"));
}
END_TEST

START_TEST(weak_and_broken_keys) {
    EVP_PKEY *weak = EVP_RSA_gen(1024);
    const char *x = mint_number(arena, ec, OSSL_PKEY_PARAM_EC_PUB_X, 32), *n = mint_number(arena, rsa, "n", 0);
    const char *even = mint_base64url(arena, "\xff\xff\xff\xfe", 4);
    ck_assert(!serves(mint_jwk(arena, weak, ""), RS256, NULL));
    EVP_PKEY_free(weak);
    ck_assert(!serves(mint_jwk(arena, p384, ""), ES256, NULL)); /* says P-256 */
    const char *bad_keys[] = {
        arena_printf(arena, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}", x, x), /* off the curve */
        arena_printf(arena, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\"}", x),
        arena_printf(arena, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}"),
        arena_printf(arena, "{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"%s\",\"y\":\"%s\"}", x, x),
        arena_printf(arena, "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQ\"}", n),
        arena_printf(arena, "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}", n, even),
        arena_printf(arena, "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQABAQAB\"}", n),
        arena_printf(arena, "{\"kty\":\"RSA\",\"n\":\"%s=\",\"e\":\"AQAB\"}", n),
        arena_printf(arena, "{\"kty\":\"RSA\",\"e\":\"AQAB\"}"),
        arena_printf(arena, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}"),
        arena_printf(arena, "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"%s\"}", x),
        arena_printf(arena, "{\"kty\":\"oct\",\"k\":\"%s\"}", x),
        arena_printf(arena, "{\"kty\":\"rsa\",\"n\":\"%s\",\"e\":\"AQAB\"}", n)};
    for (size_t i = 0; i < sizeof bad_keys / sizeof *bad_keys; i++)
        for (unsigned algorithm = 1; algorithm <= ALGORITHMS; algorithm *= 2)
            ck_assert_msg(!serves(bad_keys[i], algorithm, NULL), "%s", bad_keys[i]);
    static const char *const bad_sets[] = {
        "", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[]}x", "{\"keys\":[],\"keys\":[]}"};
    for (size_t i = 0; i < sizeof bad_sets / sizeof *bad_sets; i++)
        ck_assert_ptr_null(key_set_new(bad_sets[i], strlen(bad_sets[i])));
}
END_TEST

/* Some leave out the leading zeros of x and y. */
START_TEST(short_coordinates) {
    EVP_PKEY *key = NULL;
    BIGNUM *x = NULL;
    do {
        EVP_PKEY_free(key);
        BN_free(x);
        x = NULL;
        key = mint_key("P-256");
        ck_assert(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1);
    } while (BN_num_bytes(x) == 32);
    BN_free(x);
    const char *jwk = arena_printf(arena, "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}]}",
                                   mint_number(arena, key, OSSL_PKEY_PARAM_EC_PUB_X, 0),
                                   mint_number(arena, key, OSSL_PKEY_PARAM_EC_PUB_Y, 0));
    struct key_set *set = key_set_new(jwk, strlen(jwk));
    unsigned char signature[128];
    size_t size = mint_signature(key, "ES256", "text", signature, sizeof signature);
    ck_assert(key_verify(key_set_find(set, ES256, NULL), ES256, "text", 4, signature, size));
    ck_assert(!key_verify(key_set_find(set, ES256, NULL), ES256, "test", 4, signature, size));
    ck_assert(!key_verify(key_set_find(set, ES256, NULL), RS256, "text", 4, signature, size));
    key_set_free(&set);
    EVP_PKEY_free(key);
}
END_TEST

/* libjwt knows RS256 and ES256 and the type JWT: of those it accepts what we accept, and we what it signs. */
START_TEST(libjwt_agrees) {
    EVP_PKEY *keys[] = {rsa, ec};
    for (int i = 0; i < 2; i++) {
        BIO *public = BIO_new(BIO_s_mem()), *private = BIO_new(BIO_s_mem());
        char *pem;
        PEM_write_bio_PUBKEY(public, keys[i]);
        PEM_write_bio_PrivateKey(private, keys[i], NULL, NULL, 0, NULL, NULL);
        long length = BIO_get_mem_data(public, &pem);
        jwt_t *jwt = NULL;
        const char *token = mint(arena, keys[i], good[2 * i].algorithm, good[2 * i].header, good[2 * i].payload);
        ck_assert(accepts(token, "ours"));
        ck_assert_int_eq(jwt_decode(&jwt, token, (const unsigned char *)pem, (int)length), 0);
        ck_assert_str_eq(jwt_get_grant(jwt, "sub"), "someone");
        length = BIO_get_mem_data(private, &pem);
        jwt_set_alg(jwt, i ? JWT_ALG_ES256 : JWT_ALG_RS256, (const unsigned char *)pem, (int)length);
        char *theirs = jwt_encode_str(jwt);
        ck_assert(theirs && accepts(theirs, "theirs"));
        free(theirs);
        jwt_free(jwt);
        BIO_free(public);
        BIO_free(private);
    }
}
END_TEST

static bool asserts(EVP_PKEY *key, const char *header, const char *payload) {
    static const char *const audiences[] = {"https://own.example", "https://own.example/oauth/token", NULL};
    const char *jwt = mint(arena, key, "ES256", header, payload), *subject;
    const char *jwks = arena_printf(arena, "{\"keys\":[%s]}", mint_jwk(arena, ec, ",\"kid\":\"ec\""));
    struct problem problem = {0};
    struct claims claims;
    bool ok = token_verify_assertion(service, arena, jwt, strlen(jwt), jwks, audiences, &claims, &problem);
    ck_assert(ok == !problem.status);
    if (ok) {
        ck_assert(token_peek_subject(arena, jwt, strlen(jwt), &subject));
        ck_assert_str_eq(subject, claims.subject);
        ck_assert_str_eq(claims.id, "j");
    }
    return ok;
}

#define CLIENT "\"iss\":\"client\",\"sub\":\"client\",\"jti\":\"j\""
#define OWN_AUD ",\"aud\":\"https://own.example\""

START_TEST(assertions) {
    const char *head = HEADER("ES256", "ec", ""), *subject;
    ck_assert(asserts(ec, head, "{" CLIENT OWN_AUD ",\"exp\":2000000300}"));
    ck_assert(asserts(ec, "{\"alg\":\"ES256\",\"typ\":\"client-authentication+jwt\"}",
                      "{" CLIENT OWN_AUD ",\"exp\":2000000300}"));
    ck_assert(asserts(ec, head,
                      "{" CLIENT
                      ",\"aud\":[\"https://own.example\",\"https://own.example/oauth/token\"],\"exp\":2000000300}"));
    static const char *const refused[] = {
        "{" CLIENT OWN_AUD ",\"exp\":2000000301}",
        "{" CLIENT OWN_AUD "}",
        "{" CLIENT OWN_AUD ",\"exp\":2000000000}",
        "{" CLIENT ",\"exp\":2000000300}",
        "{" CLIENT ",\"aud\":[],\"exp\":2000000300}",
        "{" CLIENT ",\"aud\":\"https://other.example\",\"exp\":2000000300}",
        "{" CLIENT ",\"aud\":[\"https://own.example\",\"https://other.example\"],\"exp\":2000000300}",
        "{\"iss\":\"client\",\"sub\":\"client\"" OWN_AUD ",\"exp\":2000000300}",
        "{\"iss\":\"client\",\"sub\":\"other\",\"jti\":\"j\"" OWN_AUD ",\"exp\":2000000300}",
        "{\"sub\":\"client\",\"jti\":\"j\"" OWN_AUD ",\"exp\":2000000300}"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        ck_assert_msg(!asserts(ec, head, refused[i]), "%s", refused[i]);
    ck_assert(!asserts(stranger, head, "{" CLIENT OWN_AUD ",\"exp\":2000000300}"));
    ck_assert(!asserts(ec, HEADER("ES256", "ec", ",\"typ\":\"at+jwt\""), "{" CLIENT OWN_AUD ",\"exp\":2000000300}"));
    char *fill = arena_alloc(arena, 7001);
    memset(fill, 'x', 7000);
    const char *large = arena_printf(arena, "{" CLIENT OWN_AUD ",\"exp\":2000000300,\"a\":\"%s\"}", fill);
    ck_assert(!asserts(ec, head, large));
    ck_assert(!token_peek_subject(arena, "a.b.c", 5, &subject) && !subject);
}
END_TEST

int main(void) {
    int failed =
        run_cases("token", set_up, tear_down,
                  (const TTest *const[]){good_tokens, hostile_tokens, strict_segments, every_bit_counts, sizes,
                                         a_nest_of_kilobytes, confused_algorithms, flat_signatures, which_keys_serve,
                                         weak_and_broken_keys, short_coordinates, libjwt_agrees, assertions, NULL});
    EVP_PKEY *const keys[] = {rsa, ec, ed, p384, stranger};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        EVP_PKEY_free(keys[i]);
    return failed;
}
