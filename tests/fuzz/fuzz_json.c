/* A JSON text: at least as many values as are built of it, no less deep; with its whole numbers as integers it is JSON
 * where it was, once and for all. */
#include "base/json.h"
#include <assert.h>
#include <jansson.h>

static size_t count(const json_t *value) {
    size_t sum = 1, index;
    const char *key;
    json_t *child;
    json_array_foreach (value, index, child)
        sum += count(child);
    json_object_foreach ((json_t *)value, key, child)
        sum += count(child);
    return sum;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    struct arena *arena = arena_new(0);
    const char *text = arena_copy(arena, (const char *)data, size);
    struct json_size measured = json_measure(text, size);
    if (measured.depth <= 32 && !measured.nul) {
        struct text after = json_with_integers(arena, text, size);
        json_t *before = json_loadb(text, size, JSON_DECODE_ANY, NULL);
        json_t *whole = json_loadb(after.bytes, after.length, JSON_DECODE_ANY, NULL);
        assert(!before == !whole);
        assert(!before || count(before) <= measured.values);
        assert(measured.fractions || !before || json_equal(before, whole));
        struct text again = json_with_integers(arena, after.bytes, after.length);
        assert(!before ||
               (again.length == after.length && __builtin_memcmp(again.bytes, after.bytes, after.length) == 0));
        json_decref(before);
        json_decref(whole);
    }
    arena_free(&arena);
    return 0;
}
