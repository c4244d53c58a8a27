/* The strict readers, each held against another way to know the answer. */
#include "../unit/problems.h"
#include "base/scan.h"
#include "contract/schema.h"
#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* The patterns of the contract as rules: as texts, and as instants. */
enum { PATTERNS_MAX = 200 };
static const struct schema *texts[PATTERNS_MAX], *instants[PATTERNS_MAX];
static json_t *patterns;

int LLVMFuzzerInitialize(int *count, char ***arguments) {
    struct gate gate = {0};
    json_t *facts = json_load_file(SCIP_CONTRACT ".engine", 0, NULL);
    patterns = json_incref(json_object_get(facts, "patterns"));
    struct schema_set *set = schema_set_new(arena_new(0), NULL, patterns, "contract", &gate);
    size_t size = json_array_size(patterns);
    assert(size && size <= PATTERNS_MAX && !gate.faults);
    for (size_t i = 0; i < size; i++) {
        texts[i] = schema_new(set, json_pack("[[i,s,I]]", 4, "", (json_int_t)i));
        instants[i] = schema_new(set, json_pack("[[i,s,I]]", 5, "", (json_int_t)i));
    }
    json_decref(facts);
    return 0;
}

/* Asks all of them; those of days know which there are. */
static void ask_patterns(const char *text, size_t size) {
    json_t *value = json_stringn(text, size), *pattern;
    size_t i;
    json_array_foreach (patterns, i, pattern) {
        bool fits = value && schema_validate(texts[i], value, "", NULL);
        assert(fits || !value || !schema_validate(instants[i], value, "", NULL));
        if (fits && strncmp(json_string_value(json_array_get(pattern, 0)), "^(?!0000)(?:", 12) == 0)
            assert(size >= 10 && text[4] == '-' && atoi(text + 5) <= 12);
    }
    json_decref(value);
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
        assert(json_is_number(json));
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
    ask_patterns(text, size);
    free(text);
    free(out);
    return 0;
}
