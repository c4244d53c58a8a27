/* The service's own keys: a folder of private keys (PEM, P-256 or RSA), all published, one of them signing.
 *
 * Rotation without downtime: a new key is published for SETTLE_S before it signs, so that every process and
 * every edge knows it by then; an old one stays published until its last token has expired. */
#pragma once
#include "base/gate.h"
#include "token/keys.h"
#include <limits.h>
#include <stdint.h>

enum { KEY_FILES_MAX = 32, SETTLE_S = 10 };

struct key_file {
    char name[NAME_MAX + 1];
    int64_t changed_ns; /* mtime, since 1970 */
    int64_t size;
};

struct folder {
    unsigned count;
    struct key_file files[KEY_FILES_MAX]; /* oldest first */
};

/* Lists the *.pem files; false when the folder cannot be read or has too many. */
bool folder_list(const char *path, struct folder *folder);

/* A number that changes when a file does, or is old enough to sign. */
uint64_t folder_state(const struct folder *folder, int64_t now);

/* All usable keys of the folder as a set with its signer: the newest file that is SETTLE_S old, else the oldest.
 * Files that are not usable are faults, or log lines without a gate. NULL when none is. The caller owns it. */
struct key_set *folder_read(const char *path, const struct folder *folder, int64_t now, struct gate *gate);

/* Makes the folder if it is missing, and one new key in it; its file's name goes to name. False with errno. */
bool folder_add_key(const char *path, char *name, size_t size);
