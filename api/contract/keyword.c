#include "contract/keyword.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool keyword_wrong(struct check *check, const char *detail, ...) {
    if (!check->problem)
        return false;
    char text[200];
    va_list arguments;
    va_start(arguments, detail);
    vsnprintf(text, sizeof text, detail, arguments);
    va_end(arguments);
    return problem_add(check->problem, check->pointer, "%s", text);
}

bool keyword_equal(const json_t *a, const json_t *b) {
    if (json_is_number(a) && json_is_number(b))
        return json_is_integer(a) && json_is_integer(b) ? json_integer_value(a) == json_integer_value(b)
                                                        : json_number_value(a) == json_number_value(b);
    if (json_typeof(a) != json_typeof(b))
        return false;
    if (json_is_array(a)) {
        if (json_array_size(a) != json_array_size(b))
            return false;
        for (size_t i = 0; i < json_array_size(a); i++)
            if (!keyword_equal(json_array_get(a, i), json_array_get(b, i)))
                return false;
        return true;
    }
    if (json_is_object(a)) {
        if (json_object_size(a) != json_object_size(b))
            return false;
        const char *key;
        json_t *value, *other;
        json_object_foreach ((json_t *)a, key, value)
            if (!(other = json_object_get(b, key)) || !keyword_equal(value, other))
                return false;
        return true;
    }
    return json_equal(a, b);
}

pcre2_code *keyword_regex(struct schema *schema, const char *pattern, const json_t *node) {
    int error;
    PCRE2_SIZE offset;
    pcre2_code *code = pattern
                           ? pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_DOLLAR_ENDONLY,
                                           &error, &offset, schema->set->formats->context)
                           : NULL;
    if (pattern && !code) {
        char message[120];
        pcre2_get_error_message(error, (PCRE2_UCHAR *)message, sizeof message);
        gate_fault(schema->set->gate, places_of(schema->set->places, node), "pattern: %s (at %zu)", message, offset);
    }
    return code;
}

static const struct keyword annotations[] = {
    {"title", NULL, NULL},      {"description", NULL, NULL}, {"default", NULL, NULL},   {"examples", NULL, NULL},
    {"deprecated", NULL, NULL}, {"readOnly", NULL, NULL},    {"writeOnly", NULL, NULL}, {"$comment", NULL, NULL},
    {"$schema", NULL, NULL},    {NULL, NULL, NULL},
};

const struct keyword *keyword_of(const char *name) {
    const struct keyword *tables[] = {value_keywords, nested_keywords, annotations};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct keyword *keyword = tables[i]; keyword->name; keyword++)
            if (strcmp(keyword->name, name) == 0)
                return keyword;
    return NULL;
}
