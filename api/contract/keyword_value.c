/* Keywords that judge one value by itself: type, enum, numbers, sizes, strings. */
#include "base/scan.h"
#include "contract/keyword.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- type, enum, const ---- */

static const struct {
    const char *word, *expected;
    unsigned type;
} type_words[] = {
    {"null", "null", SCHEMA_NULL},
    {"boolean", "true or false", SCHEMA_BOOLEAN},
    {"integer", "an integer", SCHEMA_INTEGER},
    {"number", "a number", SCHEMA_INTEGER | SCHEMA_NUMBER},
    {"string", "a string", SCHEMA_STRING},
    {"array", "an array", SCHEMA_ARRAY},
    {"object", "an object", SCHEMA_OBJECT},
};
enum { TYPE_WORDS = sizeof type_words / sizeof *type_words };

static unsigned type_bits(const json_t *word) {
    for (int i = 0; i < TYPE_WORDS; i++)
        if (json_is_string(word) && strcmp(type_words[i].word, json_string_value(word)) == 0)
            return type_words[i].type;
    return 0;
}

static void compile_type(struct schema *schema, struct rule *rule) {
    rule->types = type_bits(rule->operand);
    for (size_t i = 0; i < json_array_size(rule->operand); i++)
        rule->types |= type_bits(json_array_get(rule->operand, i));
}

static unsigned value_type(const json_t *value) {
    double real;
    switch (json_typeof(value)) {
    case JSON_NULL:
        return SCHEMA_NULL;
    case JSON_TRUE:
    case JSON_FALSE:
        return SCHEMA_BOOLEAN;
    case JSON_INTEGER:
        return SCHEMA_INTEGER;
    case JSON_REAL:
        real = json_real_value(value); /* 1.0 is an integer; one that no integer of SQL can be is none */
        return real == floor(real) && fabs(real) < 0x1p63 ? SCHEMA_INTEGER : SCHEMA_NUMBER;
    case JSON_STRING:
        return SCHEMA_STRING;
    case JSON_ARRAY:
        return SCHEMA_ARRAY;
    default:
        return SCHEMA_OBJECT;
    }
}

/* One more word of a list. */
static void join_words(char *list, size_t room, const char *between, const char *word) {
    size_t used = strlen(list);
    bool fits = used + strlen(between) + strlen(word) + sizeof ", …" <= room;
    if (!strstr(list, "…"))
        snprintf(list + used, room - used, "%s%s", used ? between : "", fits ? word : "…");
}

static bool check_type(const struct schema *schema, const struct rule *rule, const json_t *value, struct check *check) {
    if (rule->types & value_type(value))
        return true;
    char list[120] = "";
    for (int i = 0; i < TYPE_WORDS; i++)
        if ((rule->types & type_words[i].type) == type_words[i].type &&
            !(type_words[i].type == SCHEMA_INTEGER && rule->types & SCHEMA_NUMBER))
            join_words(list, sizeof list, " or ", type_words[i].expected);
    return keyword_wrong(check, "must be %s", list);
}

static bool check_enum(const struct schema *schema, const struct rule *rule, const json_t *value, struct check *check) {
    char list[160] = "";
    for (size_t i = 0; i < json_array_size(rule->operand); i++) {
        const json_t *allowed = json_array_get(rule->operand, i);
        if (keyword_equal(allowed, value))
            return true;
        join_words(list, sizeof list, ", ", json_string_value(allowed) ?: (json_is_null(allowed) ? "null" : "…"));
    }
    return keyword_wrong(check, "is not one of: %s", list);
}

static bool check_const(const struct schema *schema, const struct rule *rule, const json_t *value,
                        struct check *check) {
    return keyword_equal(rule->operand, value) || keyword_wrong(check, "is not the one value that is allowed");
}

/* ---- numbers ---- */

/* A number, or the code points, items or members of what has them; NAN: the keyword does not speak of such a value.
 * A long double has the 64 bits of every integer. */
static long double size_of_value(const json_t *value, char what) {
    return what == 'L' && json_is_string(value)  ? scan_code_points(json_string_value(value), json_string_length(value))
           : what == 'I' && json_is_array(value) ? json_array_size(value)
           : what == 'P' && json_is_object(value)  ? json_object_size(value)
           : what == 'i' && json_is_integer(value) ? (long double)json_integer_value(value)
           : what == 'i' && json_is_real(value)    ? (long double)json_real_value(value)
                                                   : NAN;
}

/* minimum to maxProperties; the fourth letter of each says of what. */
static bool check_bound(const struct schema *schema, const struct rule *rule, const json_t *value,
                        struct check *check) {
    bool least = rule->keyword->name[1] == 'i';
    char what = rule->keyword->name[3];
    long double size = size_of_value(value, what), bound = size_of_value(rule->operand, 'i');
    return isnan(size) || (least ? size >= bound : size <= bound) ||
           keyword_wrong(check, "must %s at %s %g%s", what == 'i' ? "be" : "have", least ? "least" : "most",
                         (double)bound,
                         what == 'L'   ? " characters"
                         : what == 'I' ? " items"
                         : what == 'P' ? " members"
                                       : "");
}

/* ---- strings ---- */

static void compile_pattern(struct schema *schema, struct rule *rule) {
    const char *pattern = json_string_value(rule->operand);
    int error = 0;
    PCRE2_SIZE offset = 0;
    rule->pattern = pcre2_compile((PCRE2_SPTR)(pattern ?: "("), PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_DOLLAR_ENDONLY,
                                  &error, &offset, schema->set->formats->context);
    char message[120];
    pcre2_get_error_message(error, (PCRE2_UCHAR *)message, sizeof message);
    if (!rule->pattern)
        gate_fault(schema->set->gate, schema->set->where, "pattern %s: %s (at %zu)", pattern ?: "", message, offset);
}

static bool check_pattern(const struct schema *schema, const struct rule *rule, const json_t *value,
                          struct check *check) {
    const char *example = json_string_value(json_object_get(schema->node, "x-example"));
    return !json_is_string(value) ||
           regex_matches(schema->set->formats, rule->pattern, json_string_value(value), json_string_length(value)) ||
           keyword_wrong(check, "does not have the form %s%s%.60s", json_string_value(rule->operand),
                         example ? ", as has " : "", example ?: "");
}

static void compile_format(struct schema *schema, struct rule *rule) {
    rule->format = format_of(json_string_value(rule->operand));
}

static bool check_format(const struct schema *schema, const struct rule *rule, const json_t *value,
                         struct check *check) {
    return !rule->format || !json_is_string(value) ||
           format_fits(rule->format, schema->set->formats, json_string_value(value), json_string_length(value)) ||
           keyword_wrong(check, "must be %s", rule->format->expected);
}

const struct keyword value_keywords[] = {
    {"type", compile_type, check_type, true},
    {"minLength", NULL, check_bound, true},
    {"maxLength", NULL, check_bound, true},
    {"minItems", NULL, check_bound, true},
    {"maxItems", NULL, check_bound, true},
    {"minProperties", NULL, check_bound, true},
    {"maxProperties", NULL, check_bound, true},
    {"enum", NULL, check_enum, false},
    {"const", NULL, check_const, false},
    {"minimum", NULL, check_bound, false},
    {"maximum", NULL, check_bound, false},
    {"pattern", compile_pattern, check_pattern, false},
    {"format", compile_format, check_format, false},
    {NULL, NULL, NULL, false},
};
