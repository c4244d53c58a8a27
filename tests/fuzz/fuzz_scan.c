/* The strict readers, each held against another way to know the answer. */
#include "base/scan.h"
#include "contract/format.h"
#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static bool fits(const char *format, const char *text, size_t size) {
    static const struct format_patterns *patterns;
    patterns = patterns ?: format_patterns_new(arena_new(0));
    return format_fits(format_of(format), patterns, text, size);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    char *text = malloc(size + 1), *out = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    int64_t value;
    if (scan_int(text, size, &value)) {
        char again[32];
        snprintf(again, sizeof again, "%lld", (long long)value);
        assert(strcmp(again, text) == 0);
    }
    json_t *json = json_loadb(text, size, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);
    if (scan_number(text, size))
        assert(json_is_number(json) || size > 300 || strpbrk(text, "eE")); /* jansson refuses what overflows */
    else
        assert(!json_is_number(json) || strpbrk(text, " \t\r\n") || memchr(text, '\0', size));
    json_decref(json);
    json = json_stringn(text, size); /* checks UTF-8 by itself */
    assert(!json == !scan_utf8(text, size));
    json_decref(json);
    ptrdiff_t length = scan_percent(text, size, size & 1, out);
    assert(length <= (ptrdiff_t)size &&
           (length < 0 || (scan_utf8(out, (size_t)length) && !memchr(out, 0, (size_t)length))));
    assert(scan_base64url(text, size, (unsigned char *)out) <= (ptrdiff_t)size);
    assert(scan_code_points(text, size) <= size);
    if (fits("date", text, size) || fits("date-time", text, size))
        assert(size >= 10 && text[4] == '-' && atoi(text + 5) <= 12);
    fits("uuid", text, size);
    free(text);
    free(out);
    return 0;
}
