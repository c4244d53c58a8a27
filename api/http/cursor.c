#include "http/cursor.h"
#include "base/scan.h"
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <string.h>

enum { MAC_LENGTH = 16, CURSOR_MAX = 2048 };

/* HMAC-SHA256, cut to 128 bits (RFC 2104, section 5), over the operation, its filters and the keyset. Each
 * text ends with its NUL, so that nothing can shift. */
static void sign(const struct request *request, const char *keys, size_t length, unsigned char mac[static MAC_LENGTH]) {
    const struct spec *spec = request->match.spec;
    const char *const except[] = {"limit", "format", "cursor", spec->feed ? "start" : NULL, NULL};
    const char *id = spec->id, *filters = pairs_canonical(request->arena, &request->inputs.query, except);
    struct buf text = buf_new(request->arena, 512, 72 * 1024);
    buf_put(&text, id, strlen(id) + 1);
    buf_put(&text, filters ?: "", filters ? strlen(filters) + 1 : 0);
    buf_put(&text, keys, length);
    unsigned char digest[EVP_MAX_MD_SIZE];
    HMAC(EVP_sha256(), request->app->keys[KEY_CURSORS], sizeof request->app->keys[KEY_CURSORS],
         (unsigned char *)text.data, text.length, digest, NULL);
    memcpy(mac, digest, MAC_LENGTH);
}

const char *cursor_make(const struct request *request, const struct link *link, const struct text *values) {
    struct buf keys = buf_new(request->arena, 256, CURSOR_MAX);
    char mac[MAC_LENGTH] = {0};
    buf_put(&keys, mac, MAC_LENGTH);
    for (unsigned i = 0; i < link->count; i++) {
        if (strncmp(link->columns[i].name, "_after_", 7) != 0 || !values[i].bytes)
            continue;
        buf_put(&keys, link->columns[i].name + 1, strlen(link->columns[i].name));
        buf_put(&keys, values[i].bytes, values[i].length + 1);
    }
    if (keys.failed)
        return NULL;
    sign(request, keys.data + MAC_LENGTH, keys.length - MAC_LENGTH, (unsigned char *)keys.data);
    return base64url_text(request->arena, (unsigned char *)keys.data, keys.length);
}

/* Splits name NUL value NUL … as cursor_make wrote it. */
static void split(const char *keys, const char *end, struct pairs *after) {
    while (keys < end && after->count < QUERY_PARAMETERS_MAX) {
        const char *value = keys + strlen(keys) + 1;
        size_t length = strlen(value);
        after->items[after->count++] = (struct pair){keys, {value, length}};
        keys = value + length + 1;
    }
}

bool cursor_open(struct request *request) {
    const struct text *text = request->match.spec->cursor ? pairs_get(&request->inputs.query, "cursor") : NULL;
    request->inputs.after.count = 0;
    if (!text)
        return true;
    unsigned char mac[MAC_LENGTH],
        *bytes = text->length > CURSOR_MAX ? NULL : arena_alloc(request->arena, text->length + 1);
    ptrdiff_t length = bytes ? scan_base64url(text->bytes, text->length, bytes) : -1;
    if (length >= MAC_LENGTH)
        sign(request, (char *)bytes + MAC_LENGTH, (size_t)length - MAC_LENGTH, mac);
    if (length < MAC_LENGTH || CRYPTO_memcmp(mac, bytes, MAC_LENGTH) != 0)
        return problem_add(&request->problem, "/query/cursor", "was not given by this operation with these filters");
    split((char *)bytes + MAC_LENGTH, (char *)bytes + length, &request->inputs.after);
    return true;
}
