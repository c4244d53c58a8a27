/* New keys for the folder, and the end of old ones. */
#include "token/folder.h"
#include "token/token.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A name that sorts by time and is nobody else's. */
static void make_name(char *name, size_t size) {
    char stamp[32];
    time_t now = time(NULL);
    struct tm utc;
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &utc));
    snprintf(name, size, "%s-%08x.pem", stamp, arc4random());
}

/* Writes the key to a new file that only its owner can read, on the disk before this returns. */
static bool write_key(int folder, const char *name, EVP_PKEY *pkey) {
    int descriptor = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    if (!file)
        return false;
    bool ok = PEM_write_PKCS8PrivateKey(file, pkey, NULL, NULL, 0, NULL, NULL) == 1 && fflush(file) == 0 &&
              fsync(descriptor) == 0;
    return fclose(file) == 0 && ok;
}

bool folder_add_key(const char *path, char *name, size_t size) {
    char temporary[NAME_MAX + 1] = "";
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return false;
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    EVP_PKEY *pkey = folder < 0 ? NULL : EVP_EC_gen("P-256");
    bool ok = pkey;
    if (ok) {
        make_name(name, size);
        snprintf(temporary, sizeof temporary, ".%s", name); /* not listed until it is whole */
        ok = write_key(folder, temporary, pkey) && renameat(folder, temporary, folder, name) == 0 && fsync(folder) == 0;
    }
    int reason = errno;
    if (!ok && *temporary)
        unlinkat(folder, temporary, 0);
    EVP_PKEY_free(pkey);
    if (folder >= 0)
        close(folder);
    errno = reason;
    return ok;
}

/* Each file but the newest is superseded once the next one is old enough to sign. */
static bool remove_superseded(const char *path, struct folder *keys, int64_t max_age_s, FILE *out) {
    char full[PATH_MAX];
    bool ok = true;
    for (unsigned i = 0; i + 1 < keys->count; i++) {
        if (time(NULL) - (keys->files[i + 1].changed_ns / 1000000000 + SETTLE_S) <= max_age_s)
            continue;
        snprintf(full, sizeof full, "%s/%s", path, keys->files[i].name);
        bool gone = unlink(full) == 0;
        fprintf(out, "%s %s\n", gone ? "removed" : "could not remove", keys->files[i].name);
        ok &= gone;
    }
    return ok;
}

bool token_keys_rotate(const char *path, int64_t max_age_s, FILE *out) {
    char name[NAME_MAX + 1];
    struct folder keys;
    if (folder_list(path, &keys) && !remove_superseded(path, &keys, max_age_s, out))
        return false;
    if (folder_list(path, &keys) && keys.count == KEY_FILES_MAX) {
        fprintf(out, "%s has %u keys, which is too many for another\n", path, keys.count);
        return false;
    }
    if (!folder_add_key(path, name, sizeof name)) {
        fprintf(out, "%s: %s\n", path, strerror(errno));
        return false;
    }
    fprintf(out, "added %s\n", name);
    return true;
}
