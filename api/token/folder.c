#include "token/folder.h"
#include "base/buf.h"
#include "base/log.h"
#include <dirent.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PEM_SIZE_MAX = 16384, SCRATCH_MAX = 4 << 20, SHA256_SIZE = 32, P256_BYTES = 32, RSA_BYTES_MAX = 1024 };

static int by_age(const void *left, const void *right) {
    const struct key_file *a = left, *b = right;
    if (a->changed_ns != b->changed_ns)
        return a->changed_ns < b->changed_ns ? -1 : 1;
    return strcmp(a->name, b->name);
}

static bool is_key(const char *name) {
    size_t length = strlen(name);
    return name[0] != '.' && length > 4 && strcmp(name + length - 4, ".pem") == 0;
}

bool folder_list(const char *path, struct folder *folder) {
    *folder = (struct folder){0};
    DIR *directory = opendir(path);
    if (!directory)
        return false;
    bool fits = true;
    for (struct dirent *entry; (entry = readdir(directory));) {
        struct stat about;
        if (!is_key(entry->d_name) || fstatat(dirfd(directory), entry->d_name, &about, 0) != 0)
            continue;
        if (!(fits = folder->count < KEY_FILES_MAX))
            break;
        struct key_file *file = &folder->files[folder->count++];
        snprintf(file->name, sizeof file->name, "%s", entry->d_name);
        file->changed_ns = (int64_t)about.st_mtim.tv_sec * 1000000000 + about.st_mtim.tv_nsec;
        file->size = about.st_size;
    }
    closedir(directory);
    qsort(folder->files, folder->count, sizeof *folder->files, by_age);
    return fits;
}

static bool is_settled(const struct key_file *file, int64_t now) {
    return file->changed_ns / 1000000000 <= now - SETTLE_S;
}

uint64_t folder_state(const struct folder *folder, int64_t now) {
    unsigned settled = 0; /* those that come first */
    while (settled < folder->count && is_settled(&folder->files[settled], now))
        settled++;
    return hash_bytes(1 + settled, folder->files, folder->count * sizeof *folder->files);
}

/* A number of the key in big-endian bytes, at least size of them. */
static void put_number(struct buf *buf, const EVP_PKEY *pkey, const char *name, int size) {
    unsigned char bytes[RSA_BYTES_MAX];
    BIGNUM *number = NULL;
    int length = EVP_PKEY_get_bn_param(pkey, name, &number) == 1 ? BN_num_bytes(number) : 0;
    if (length > 0 && length <= RSA_BYTES_MAX) {
        length = length < size ? size : length;
        BN_bn2binpad(number, bytes, length);
        buf_str(buf, base64url_text(buf->arena, bytes, (size_t)length) ?: "");
    } else {
        buf->failed = true;
    }
    BN_free(number);
}

/* The members of RFC 7638, section 3.2, in their order: what the thumbprint is of. 0 if it is no key for us. */
static enum algorithm put_public(struct buf *buf, const EVP_PKEY *pkey) {
    char group[32] = "";
    EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group, NULL);
    if (EVP_PKEY_is_a(pkey, "EC") && strcmp(group, "prime256v1") == 0) {
        buf_str(buf, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"");
        put_number(buf, pkey, OSSL_PKEY_PARAM_EC_PUB_X, P256_BYTES);
        buf_str(buf, "\",\"y\":\"");
        put_number(buf, pkey, OSSL_PKEY_PARAM_EC_PUB_Y, P256_BYTES);
        buf_str(buf, "\"}");
        return ES256;
    }
    if (!EVP_PKEY_is_a(pkey, "RSA") || EVP_PKEY_get_bits(pkey) < 2048)
        return 0;
    buf_str(buf, "{\"e\":\"");
    put_number(buf, pkey, OSSL_PKEY_PARAM_RSA_E, 1);
    buf_str(buf, "\",\"kty\":\"RSA\",\"n\":\"");
    put_number(buf, pkey, OSSL_PKEY_PARAM_RSA_N, 1);
    buf_str(buf, "\"}");
    return RS256;
}

/* Nobody is asked for a passphrase. */
static int no_passphrase(char *out, int size, int writing, void *context) {
    return 0;
}

/* Reads one file, of which the signer has the only copy; its key, with the kid by which it is published (RFC 7638),
 * goes to jwks. */
static bool add_key(const char *path, const struct key_file *file, struct arena *arena, struct buf *jwks,
                    struct signer *signer) {
    const char *full = arena_printf(arena, "%s/%s", path, file->name);
    char *pem = arena_alloc(arena, PEM_SIZE_MAX);
    int fd = full && pem ? open(full, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t length = fd >= 0 ? read(fd, pem, PEM_SIZE_MAX) : 0;
    if (fd >= 0)
        close(fd);
    bool there = length > 0 && length < PEM_SIZE_MAX; /* a longer file is none of ours */
    BIO *bio = there ? BIO_new_mem_buf(pem, (int)length) : NULL;
    EVP_PKEY *pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
    struct buf public = buf_new(arena, 1024, 8192);
    enum algorithm algorithm = pkey ? put_public(&public, pkey) : 0;
    unsigned char thumbprint[SHA256_SIZE] = {0};
    bool ok = algorithm && !public.failed &&
              EVP_Digest(public.data, public.length, thumbprint, NULL, EVP_sha256(), NULL) == 1;
    *signer = (struct signer){pem, there ? (size_t)length : 0, base64url_text(arena, thumbprint, sizeof thumbprint),
                              algorithm};
    if (ok)
        buf_printf(jwks, "%s%.*s,\"use\":\"sig\",\"alg\":\"%s\",\"kid\":\"%s\"}", jwks->length > 10 ? "," : "",
                   (int)public.length - 1, public.data, algorithm == ES256 ? "ES256" : "RS256", signer->kid);
    EVP_PKEY_free(pkey);
    BIO_free(bio);
    ERR_clear_error();
    return ok;
}

static void complain(struct gate *gate, const char *name) {
    if (gate)
        gate_fault(gate, name, "is not a private key of P-256 or RSA with 2048 bits or more");
    else
        log_event(LOG_WARN, "key file is not usable", LOG_TEXT("file", name));
}

struct key_set *folder_read(const char *path, const struct folder *folder, int64_t now, struct gate *gate) {
    struct arena *arena = arena_new(SCRATCH_MAX);
    if (!arena)
        return NULL;
    struct signer signers[KEY_FILES_MAX], *chosen = NULL;
    struct buf jwks = buf_new(arena, 4096, 1 << 18);
    buf_str(&jwks, "{\"keys\":[");
    for (unsigned i = 0; i < folder->count; i++) {
        if (!add_key(path, &folder->files[i], arena, &jwks, &signers[i]))
            complain(gate, folder->files[i].name);
        else if (!chosen || is_settled(&folder->files[i], now))
            chosen = &signers[i];
    }
    buf_str(&jwks, "]}");
    struct key_set *set = chosen && !jwks.failed ? key_set_new(jwks.data, jwks.length) : NULL;
    if (set) {
        set->signer = *chosen;
        set->signer.pem = arena_copy(set->arena, chosen->pem, chosen->length);
        set->signer.kid = arena_text(set->arena, chosen->kid);
    }
    for (unsigned i = 0; i < folder->count; i++)
        OPENSSL_cleanse((char *)signers[i].pem, signers[i].length);
    arena_free(&arena);
    return set;
}
