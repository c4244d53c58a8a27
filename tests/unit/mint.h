/* Keys and tokens of every kind, good and bad, made with OpenSSL alone: nothing here shares code with what it tests. */
#pragma once
#include "base/arena.h"
#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <string.h>

static inline const char *mint_base64url(struct arena *arena, const void *bytes, size_t count) {
    char *text = arena_alloc(arena, count * 4 / 3 + 8);
    EVP_EncodeBlock((unsigned char *)text, bytes, (int)count);
    for (char *c = text; *c; c++)
        *c = *c == '+' ? '-' : *c == '/' ? '_' : *c == '=' ? '\0' : *c;
    return text;
}

/* "RSA" (2048 bits), "P-256", "P-384", "Ed25519"; the caller frees it. */
static inline EVP_PKEY *mint_key(const char *type) {
    EVP_PKEY *key = strcmp(type, "RSA") == 0       ? EVP_RSA_gen(2048)
                    : strcmp(type, "Ed25519") == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")
                                                   : EVP_EC_gen(type);
    assert(key);
    return key;
}

/* At least size bytes. */
static inline const char *mint_number(struct arena *arena, const EVP_PKEY *key, const char *name, int size) {
    unsigned char bytes[1024];
    BIGNUM *number = NULL;
    assert(EVP_PKEY_get_bn_param(key, name, &number) == 1);
    size = size < BN_num_bytes(number) ? BN_num_bytes(number) : size;
    assert(BN_bn2binpad(number, bytes, size) == size);
    BN_free(number);
    return mint_base64url(arena, bytes, (size_t)size);
}

/* The public key as JSON (RFC 7517); more is further members, each with a comma before it. */
static inline const char *mint_jwk(struct arena *arena, const EVP_PKEY *key, const char *more) {
    if (EVP_PKEY_is_a(key, "RSA"))
        return arena_printf(arena, "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"%s}",
                            mint_number(arena, key, OSSL_PKEY_PARAM_RSA_N, 0),
                            mint_number(arena, key, OSSL_PKEY_PARAM_RSA_E, 0), more);
    if (EVP_PKEY_is_a(key, "EC"))
        return arena_printf(arena, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"%s}",
                            mint_number(arena, key, OSSL_PKEY_PARAM_EC_PUB_X, 32),
                            mint_number(arena, key, OSSL_PKEY_PARAM_EC_PUB_Y, 32), more);
    unsigned char x[32];
    size_t size = sizeof x;
    assert(EVP_PKEY_get_raw_public_key(key, x, &size) == 1);
    return arena_printf(arena, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\"%s}",
                        mint_base64url(arena, x, sizeof x), more);
}

/* RFC 7518, section 3.4. */
static inline size_t mint_flat(unsigned char *signature, size_t size) {
    const unsigned char *der = signature;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)size);
    int half = size > 80 ? 48 : 32;
    assert(pair);
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), signature, half);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), signature + half, half);
    ECDSA_SIG_free(pair);
    return 2 * (size_t)half;
}

static inline size_t mint_signature(EVP_PKEY *key, const char *algorithm, const char *text, unsigned char *out,
                                    size_t size) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *scheme = NULL;
    int ok = EVP_DigestSignInit(context, &scheme, EVP_PKEY_is_a(key, "ED25519") ? NULL : EVP_sha256(), NULL, key);
    if (ok == 1 && strncmp(algorithm, "PS", 2) == 0)
        ok = EVP_PKEY_CTX_set_rsa_padding(scheme, RSA_PKCS1_PSS_PADDING) == 1 &&
             EVP_PKEY_CTX_set_rsa_pss_saltlen(scheme, RSA_PSS_SALTLEN_DIGEST) == 1;
    assert(ok == 1 && EVP_DigestSign(context, out, &size, (const unsigned char *)text, strlen(text)) == 1);
    EVP_MD_CTX_free(context);
    return EVP_PKEY_is_a(key, "EC") ? mint_flat(out, size) : size;
}

/* The compact form of header and payload, signed as algorithm says whatever the header says. */
static inline const char *mint(struct arena *arena, EVP_PKEY *key, const char *algorithm, const char *header,
                               const char *payload) {
    unsigned char signature[1024];
    const char *text = arena_printf(arena, "%s.%s", mint_base64url(arena, header, strlen(header)),
                                    mint_base64url(arena, payload, strlen(payload)));
    size_t size = mint_signature(key, algorithm, text, signature, sizeof signature);
    return arena_printf(arena, "%s.%s", text, mint_base64url(arena, signature, size));
}
