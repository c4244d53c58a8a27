/* Keywords that judge one value by itself: type, enum, numbers, sizes, strings. */
#include "base/scan.h"
#include "contract/keyword.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- type, enum, const ---- */

static const struct {
    const char *word, *people;
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

static bool compile_type(struct schema *schema, struct rule *rule) {
    rule->types = type_bits(rule->operand);
    bool fine = rule->types || json_array_size(rule->operand);
    for (size_t i = 0; i < json_array_size(rule->operand); i++) {
        unsigned bits = type_bits(json_array_get(rule->operand, i));
        fine = fine && bits;
        rule->types |= bits;
    }
    return fine;
}

static unsigned type_of(const json_t *value) {
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
        real = json_real_value(value);
        return real == floor(real) ? SCHEMA_INTEGER : SCHEMA_NUMBER; /* 1.0 is an integer */
    case JSON_STRING:
        return SCHEMA_STRING;
    case JSON_ARRAY:
        return SCHEMA_ARRAY;
    default:
        return SCHEMA_OBJECT;
    }
}

static bool check_type(const struct schema *schema, const struct rule *rule, const json_t *value, struct check *check) {
    if (rule->types & type_of(value))
        return true;
    char list[120] = "";
    for (int i = 0; i < TYPE_WORDS; i++)
        if ((rule->types & type_words[i].type) == type_words[i].type &&
            !(type_words[i].type == SCHEMA_INTEGER && rule->types & SCHEMA_NUMBER)) {
            size_t used = strlen(list);
            snprintf(list + used, sizeof list - used, "%s%s", used ? " or " : "", type_words[i].people);
        }
    return keyword_wrong(check, "must be %s", list);
}

static bool compile_array(struct schema *schema, struct rule *rule) {
    return json_is_array(rule->operand);
}

static bool check_enum(const struct schema *schema, const struct rule *rule, const json_t *value, struct check *check) {
    char list[160] = "";
    for (size_t i = 0; i < json_array_size(rule->operand); i++) {
        const json_t *allowed = json_array_get(rule->operand, i);
        if (keyword_equal(allowed, value))
            return true;
        size_t used = strlen(list);
        const char *word = json_is_string(allowed) ? json_string_value(allowed) : json_is_null(allowed) ? "null" : "…";
        snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", word);
    }
    return keyword_wrong(check, "is not one of: %s", list);
}

static bool compile_any(struct schema *schema, struct rule *rule) {
    return true;
}

static bool check_const(const struct schema *schema, const struct rule *rule, const json_t *value,
                        struct check *check) {
    return keyword_equal(rule->operand, value) || keyword_wrong(check, "is not the one value that is allowed");
}

/* ---- numbers ---- */

static bool compile_number(struct schema *schema, struct rule *rule) {
    return json_is_number(rule->operand);
}

/* Less than, equal, greater: -1, 0, 1. */
static int compare(const json_t *a, const json_t *b) {
    if (json_is_integer(a) && json_is_integer(b))
        return (json_integer_value(a) > json_integer_value(b)) - (json_integer_value(a) < json_integer_value(b));
    return (json_number_value(a) > json_number_value(b)) - (json_number_value(a) < json_number_value(b));
}

static bool check_minimum(const struct schema *schema, const struct rule *rule, const json_t *value,
                          struct check *check) {
    return !json_is_number(value) || compare(value, rule->operand) >= 0 ||
           keyword_wrong(check, "must be at least %g", json_number_value(rule->operand));
}

static bool check_maximum(const struct schema *schema, const struct rule *rule, const json_t *value,
                          struct check *check) {
    return !json_is_number(value) || compare(value, rule->operand) <= 0 ||
           keyword_wrong(check, "must be at most %g", json_number_value(rule->operand));
}

/* ---- sizes ---- */

static bool compile_count(struct schema *schema, struct rule *rule) {
    return json_number_value(rule->operand) >= 0 && json_is_number(rule->operand) &&
           type_of(rule->operand) == SCHEMA_INTEGER;
}

/* The size that the keyword speaks of: code points, items or members; -1: the value is of another type. */
static double size_of(const char *keyword, const json_t *value) {
    const char *what = keyword + 3;
    if (strcmp(what, "Length") == 0)
        return json_is_string(value) ? (double)scan_code_points(json_string_value(value), json_string_length(value))
                                     : -1;
    if (strcmp(what, "Items") == 0)
        return json_is_array(value) ? (double)json_array_size(value) : -1;
    return json_is_object(value) ? (double)json_object_size(value) : -1;
}

static const char *unit_of(const char *keyword) {
    const char *what = keyword + 3;
    return strcmp(what, "Length") == 0 ? "characters" : strcmp(what, "Items") == 0 ? "items" : "members";
}

static bool check_least(const struct schema *schema, const struct rule *rule, const json_t *value,
                        struct check *check) {
    double size = size_of(rule->keyword->name, value), least = json_number_value(rule->operand);
    return size < 0 || size >= least ||
           keyword_wrong(check, "must have at least %g %s", least, unit_of(rule->keyword->name));
}

static bool check_most(const struct schema *schema, const struct rule *rule, const json_t *value, struct check *check) {
    double size = size_of(rule->keyword->name, value), most = json_number_value(rule->operand);
    return size <= most || keyword_wrong(check, "must have at most %g %s", most, unit_of(rule->keyword->name));
}

/* ---- strings ---- */

static bool compile_pattern(struct schema *schema, struct rule *rule) {
    rule->pattern = keyword_regex(schema, json_string_value(rule->operand), rule->operand);
    return rule->pattern;
}

static bool check_pattern(const struct schema *schema, const struct rule *rule, const json_t *value,
                          struct check *check) {
    return !json_is_string(value) ||
           regex_matches(rule->pattern, json_string_value(value), json_string_length(value)) ||
           keyword_wrong(check, "does not have the form %s", json_string_value(rule->operand));
}

static bool compile_format(struct schema *schema, struct rule *rule) {
    rule->format = format_of(json_string_value(rule->operand));
    return rule->format;
}

static bool check_format(const struct schema *schema, const struct rule *rule, const json_t *value,
                         struct check *check) {
    return !json_is_string(value) ||
           rule->format->fits(schema->set->formats, json_string_value(value), json_string_length(value)) ||
           keyword_wrong(check, "must be %s", rule->format->people);
}

const struct keyword value_keywords[] = {
    {"type", compile_type, check_type},           {"enum", compile_array, check_enum},
    {"const", compile_any, check_const},          {"minimum", compile_number, check_minimum},
    {"maximum", compile_number, check_maximum},   {"minLength", compile_count, check_least},
    {"maxLength", compile_count, check_most},     {"minItems", compile_count, check_least},
    {"maxItems", compile_count, check_most},      {"minProperties", compile_count, check_least},
    {"maxProperties", compile_count, check_most}, {"pattern", compile_pattern, check_pattern},
    {"format", compile_format, check_format},     {NULL, NULL, NULL},
};
