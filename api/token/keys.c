#include "token/keys.h"
#include "base/scan.h"
#include "token/jws.h"
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string.h>

/* RSA: RFC 7518, section 3.3, asks for 2048 bits; the upper bounds keep verification cheap. */
enum {
    SET_SIZE_MAX = 1 << 20,
    KEYS_MAX = 64,
    RSA_BYTES_MIN = 256,
    RSA_BYTES_MAX = 1024,
    EXPONENT_BYTES_MAX = 4,
    P256_BYTES = 32
};

struct key {
    EVP_PKEY *pkey;
    unsigned algorithms; /* that it serves */
    const char *kid;     /* or NULL */
};

static const struct {
    const char *name;
    enum algorithm algorithm;
} names[] = {{"RS256", RS256}, {"PS256", PS256}, {"ES256", ES256}, {"EdDSA", EDDSA}};

enum algorithm algorithm_named(const char *name) {
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].name, name) == 0)
            return names[i].algorithm;
    return 0;
}

/* The base64url member's bytes at the end of size bytes at out, zeros before them; its own length, or -1. */
static ptrdiff_t read_bytes(const json_t *json, const char *name, unsigned char *out, size_t size) {
    unsigned char bytes[2 * RSA_BYTES_MAX];
    const json_t *member = json_object_get(json, name);
    size_t length = json_string_length(member);
    ptrdiff_t count = length <= sizeof bytes ? scan_base64url(json_string_value(member), length, bytes) : -1;
    if (count <= 0 || (size_t)count > size)
        return -1;
    memset(out, 0, size - (size_t)count);
    memcpy(out + size - count, bytes, (size_t)count);
    return count;
}

static EVP_PKEY *from_parameters(const char *type, const OSSL_PARAM *parameters) {
    EVP_PKEY *pkey = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (!context || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, (OSSL_PARAM *)parameters) != 1)
        pkey = NULL;
    EVP_PKEY_CTX_free(context);
    return pkey;
}

/* A SEQUENCE of two INTEGERs of big-endian bytes: OpenSSL wants RSA keys so (RFC 8017, appendix A.1.1), and signatures
 * by ECDSA (RFC 3279, section 2.2.3). 0: no memory. */
static int to_der(const unsigned char *first, int first_size, const unsigned char *second, int second_size,
                  unsigned char *der) {
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(first, first_size, NULL), *s = BN_bin2bn(second, second_size, NULL);
    bool ok = pair && r && s && ECDSA_SIG_set0(pair, r, s) == 1; /* whose they are then */
    int length = ok ? i2d_ECDSA_SIG(pair, &der) : 0;
    if (!ok) {
        BN_free(r);
        BN_free(s);
    }
    ECDSA_SIG_free(pair);
    return length > 0 ? length : 0;
}

static EVP_PKEY *rsa_key(const json_t *json) {
    unsigned char n[RSA_BYTES_MAX], e[EXPONENT_BYTES_MAX], der[RSA_BYTES_MAX + EXPONENT_BYTES_MAX + 16];
    const unsigned char *from = der;
    if (read_bytes(json, "n", n, sizeof n) < 0 || read_bytes(json, "e", e, sizeof e) < 0 ||
        !(n[sizeof n - 1] & e[sizeof e - 1] & 1) || memcmp(e, "\0\0\0\1", sizeof e) == 0)
        return NULL;
    EVP_PKEY *pkey = d2i_PublicKey(EVP_PKEY_RSA, NULL, &from, to_der(n, sizeof n, e, sizeof e, der));
    if (EVP_PKEY_get_bits(pkey) >= 8 * RSA_BYTES_MIN)
        return pkey;
    EVP_PKEY_free(pkey);
    return NULL;
}

/* RFC 7518, section 6.2.1, wants coordinates in full length; some leave leading zeros out. */
static EVP_PKEY *ec_key(const json_t *json) {
    unsigned char point[1 + 2 * P256_BYTES] = {4}; /* SEC 1, section 2.3.3: uncompressed */
    if (read_bytes(json, "x", point + 1, P256_BYTES) < 0 ||
        read_bytes(json, "y", point + 1 + P256_BYTES, P256_BYTES) < 0)
        return NULL;
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)"P-256", 0),
                                     OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
                                     OSSL_PARAM_construct_end()};
    return from_parameters("EC", parameters); /* which takes no point off the curve; infinity has another form */
}

static EVP_PKEY *ed25519_key(const json_t *json) {
    unsigned char x[32];
    if (read_bytes(json, "x", x, sizeof x) != sizeof x)
        return NULL;
    return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, x, sizeof x);
}

static const struct type {
    const char *kty, *crv;
    unsigned algorithms;
    EVP_PKEY *(*parse)(const json_t *);
} types[] = {
    {"RSA", NULL, RS256 | PS256, rsa_key}, {"EC", "P-256", ES256, ec_key}, {"OKP", "Ed25519", EDDSA, ed25519_key}};

static bool is(const json_t *json, const char *name, const char *text) {
    const char *value = json_string_value(json_object_get(json, name));
    return value && strcmp(value, text) == 0;
}

/* RFC 7517, sections 4.2 and 4.3. A set that shows a private key has given that key away. */
static bool is_for_verifying(const json_t *json) {
    const json_t *operations = json_object_get(json, "key_ops"), *operation;
    bool verifies = !operations;
    size_t i;
    json_array_foreach (operations, i, operation) {
        const char *text = json_string_value(operation);
        verifies |= text && strcmp(text, "verify") == 0;
    }
    return verifies && (!json_object_get(json, "use") || is(json, "use", "sig")) && !json_object_get(json, "d");
}

static bool parse_key(struct arena *arena, const json_t *json, struct key *key) {
    const char *algorithm = json_string_value(json_object_get(json, "alg"));
    const char *kid = json_name(json, "kid", NAME_LENGTH_MAX);
    if (!is_for_verifying(json) || (json_object_get(json, "alg") && !algorithm) ||
        (json_object_get(json, "kid") && !kid))
        return false;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const struct type *type = &types[i];
        unsigned serves = type->algorithms & (algorithm ? algorithm_named(algorithm) : ALGORITHMS);
        if (serves && is(json, "kty", type->kty) && (!type->crv || is(json, "crv", type->crv)))
            *key = (struct key){type->parse(json), serves, arena_text(arena, kid)};
    }
    ERR_clear_error();
    return key->pkey;
}

struct key_set *key_set_new(const char *text, size_t length) {
    json_t *json = json_strict(text, length), *keys = json_object_get(json, "keys"), *one;
    bool valid = json_is_array(keys) && json_array_size(keys) <= KEYS_MAX;
    struct arena *arena = valid ? arena_new(SET_SIZE_MAX) : NULL;
    struct key *parsed = arena ? arena_alloc(arena, KEYS_MAX * sizeof *parsed) : NULL;
    struct key_set *set = parsed ? arena_alloc(arena, sizeof *set) : NULL;
    if (set && (set->text = arena_copy(arena, text, length))) {
        *set = (struct key_set){.arena = arena, .text = set->text, .length = length, .keys = parsed};
        size_t i;
        json_array_foreach (keys, i, one) {
            set->count += parse_key(arena, one, &parsed[set->count]);
        }
    } else if (arena) {
        arena_free(&arena);
        set = NULL;
    }
    json_decref(json);
    return set;
}

void key_set_free(struct key_set **set) {
    if (!*set)
        return;
    for (unsigned i = 0; i < (*set)->count; i++)
        EVP_PKEY_free((*set)->keys[i].pkey);
    if ((*set)->signer.pem)
        OPENSSL_cleanse((char *)(*set)->signer.pem, (*set)->signer.length);
    struct arena *arena = (*set)->arena;
    arena_free(&arena);
    *set = NULL;
}

const struct key *key_set_find(const struct key_set *set, enum algorithm algorithm, const char *kid) {
    const struct key *found = NULL;
    for (const struct key *key = set->keys; key < set->keys + set->count; key++) {
        if (!(key->algorithms & algorithm) || (kid && !(key->kid && strcmp(key->kid, kid) == 0)))
            continue;
        if (found && EVP_PKEY_eq(found->pkey, key->pkey) != 1)
            return NULL;
        found = key;
    }
    return found;
}

bool key_verify(const struct key *key, enum algorithm algorithm, const char *text, size_t length,
                const unsigned char *signature, size_t signature_length) {
    unsigned char der[2 + 2 * (3 + P256_BYTES)];
    if (!key || !key->pkey || !(key->algorithms & algorithm))
        return false;
    if (signature_length != (algorithm & (ES256 | EDDSA) ? 64 : (size_t)EVP_PKEY_get_size(key->pkey)))
        return false;
    if (algorithm == ES256) { /* RFC 7518, section 3.4: r and s one after the other */
        signature_length = (size_t)to_der(signature, P256_BYTES, signature + P256_BYTES, P256_BYTES, der);
        signature = der;
    }
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *scheme = NULL;
    const EVP_MD *digest = algorithm == EDDSA ? NULL : EVP_sha256();
    bool ok = context && EVP_DigestVerifyInit(context, &scheme, digest, NULL, key->pkey) == 1 &&
              (algorithm != PS256 || (EVP_PKEY_CTX_set_rsa_padding(scheme, RSA_PKCS1_PSS_PADDING) == 1 &&
                                      EVP_PKEY_CTX_set_rsa_pss_saltlen(scheme, RSA_PSS_SALTLEN_DIGEST) == 1)) &&
              EVP_DigestVerify(context, signature, signature_length, (const unsigned char *)text, length) == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return ok;
}
