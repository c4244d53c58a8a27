#include "contract/keyword.h"
#include "base/scan.h"
#include "contract/bundle.h"
#include "contract/format.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- helpers of checks ---- */

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

/* Checks a member of value under its own pointer (RFC 6901). */
static bool descend(const struct schema *schema, const char *name, const json_t *value, struct check *check) {
    size_t before = check->length, used = before;
    if (used < SCHEMA_POINTER_MAX - 1)
        check->pointer[used++] = '/';
    for (; *name && used < SCHEMA_POINTER_MAX - 2; name++) {
        if (*name == '~' || *name == '/') {
            check->pointer[used++] = '~';
            check->pointer[used++] = *name == '~' ? '0' : '1';
        } else {
            check->pointer[used++] = *name;
        }
    }
    check->pointer[check->length = used] = '\0';
    bool fits = check_schema(schema, value, check);
    check->pointer[check->length = before] = '\0';
    return fits;
}

static bool descend_index(const struct schema *schema, size_t index, const json_t *value, struct check *check) {
    char name[24];
    snprintf(name, sizeof name, "%zu", index);
    return descend(schema, name, value, check);
}

/* The verdict alone. */
static bool fits(const struct schema *schema, const json_t *value, const struct check *check) {
    struct check silent = {.depth = check->depth};
    return check_schema(schema, value, &silent);
}

/* Equality of JSON Schema: 1 and 1.0 are the same number. */
static bool equal(const json_t *a, const json_t *b) {
    if (json_is_number(a) && json_is_number(b))
        return json_is_integer(a) && json_is_integer(b) ? json_integer_value(a) == json_integer_value(b)
                                                        : json_number_value(a) == json_number_value(b);
    if (json_typeof(a) != json_typeof(b))
        return false;
    if (json_is_array(a)) {
        if (json_array_size(a) != json_array_size(b))
            return false;
        for (size_t i = 0; i < json_array_size(a); i++)
            if (!equal(json_array_get(a, i), json_array_get(b, i)))
                return false;
        return true;
    }
    if (json_is_object(a)) {
        if (json_object_size(a) != json_object_size(b))
            return false;
        const char *key;
        json_t *value, *other;
        json_object_foreach((json_t *)a, key,
                            value) if (!(other = json_object_get(b, key)) || !equal(value, other)) return false;
        return true;
    }
    return json_equal(a, b);
}

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
        if (equal(allowed, value))
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
    return equal(rule->operand, value) || keyword_wrong(check, "is not the one value that is allowed");
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

static bool check_above(const struct schema *schema, const struct rule *rule, const json_t *value,
                        struct check *check) {
    return !json_is_number(value) || compare(value, rule->operand) > 0 ||
           keyword_wrong(check, "must be more than %g", json_number_value(rule->operand));
}

static bool check_below(const struct schema *schema, const struct rule *rule, const json_t *value,
                        struct check *check) {
    return !json_is_number(value) || compare(value, rule->operand) < 0 ||
           keyword_wrong(check, "must be less than %g", json_number_value(rule->operand));
}

static bool compile_multiple(struct schema *schema, struct rule *rule) {
    return json_number_value(rule->operand) > 0;
}

static bool check_multiple(const struct schema *schema, const struct rule *rule, const json_t *value,
                           struct check *check) {
    bool whole = true;
    if (json_is_integer(value) && json_is_integer(rule->operand)) {
        whole = json_integer_value(value) % json_integer_value(rule->operand) == 0;
    } else if (json_is_number(value)) {
        double quotient = json_number_value(value) / json_number_value(rule->operand);
        /* a decimal fraction is not exact in binary: allow the rounding of one division */
        whole = isfinite(quotient) && fabs(quotient - nearbyint(quotient)) <= 4 * DBL_EPSILON * fabs(quotient);
    }
    return whole || keyword_wrong(check, "must be a multiple of %g", json_number_value(rule->operand));
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

static pcre2_code *compile_regex(struct schema *schema, const char *pattern, const json_t *node) {
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

static bool compile_pattern(struct schema *schema, struct rule *rule) {
    rule->pattern = compile_regex(schema, json_string_value(rule->operand), rule->operand);
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

/* ---- schemas within ---- */

static bool compile_schema(struct schema *schema, struct rule *rule) {
    rule->schema = schema_compile(schema->set, rule->operand);
    return json_is_object(rule->operand) || json_is_boolean(rule->operand);
}

static bool compile_list(struct schema *schema, struct rule *rule) {
    rule->count = json_array_size(rule->operand);
    rule->named = arena_alloc(schema->set->arena, (rule->count + 1) * sizeof *rule->named);
    for (size_t i = 0; i < rule->count; i++)
        rule->named[i].schema = schema_compile(schema->set, json_array_get(rule->operand, i));
    return rule->count;
}

static bool compile_members(struct schema *schema, struct rule *rule) {
    const char *name;
    json_t *member;
    rule->named = arena_alloc(schema->set->arena, (json_object_size(rule->operand) + 1) * sizeof *rule->named);
    json_object_foreach(rule->operand, name, member) {
        struct named *named = &rule->named[rule->count++];
        named->name = name;
        named->schema = schema_compile(schema->set, member);
        if (strcmp(rule->keyword->name, "patternProperties") == 0 &&
            !(named->pattern = compile_regex(schema, name, member)))
            return false;
    }
    return json_is_object(rule->operand);
}

static bool compile_ref(struct schema *schema, struct rule *rule) {
    const char *pointer = json_string_value(rule->operand);
    json_t *target = pointer ? bundle_resolve(schema->set->document, pointer) : NULL;
    if (!target)
        return false;
    rule->schema = schema_compile(schema->set, target);
    return true;
}

static bool check_within(const struct schema *schema, const struct rule *rule, const json_t *value,
                         struct check *check) {
    return check_schema(rule->schema, value, check);
}

static bool check_all(const struct schema *schema, const struct rule *rule, const json_t *value, struct check *check) {
    bool fine = true;
    for (size_t i = 0; i < rule->count; i++)
        fine = check_schema(rule->named[i].schema, value, check) && fine;
    return fine;
}

static size_t count_fitting(const struct rule *rule, const json_t *value, const struct check *check) {
    size_t count = 0;
    for (size_t i = 0; i < rule->count; i++)
        count += fits(rule->named[i].schema, value, check);
    return count;
}

static bool check_any(const struct schema *schema, const struct rule *rule, const json_t *value, struct check *check) {
    return count_fitting(rule, value, check) || keyword_wrong(check, "fits none of the forms that are allowed");
}

static bool check_one(const struct schema *schema, const struct rule *rule, const json_t *value, struct check *check) {
    size_t count = count_fitting(rule, value, check);
    return count == 1 || keyword_wrong(check, count ? "fits more than one of the forms that are allowed"
                                                    : "fits none of the forms that are allowed");
}

static bool check_not(const struct schema *schema, const struct rule *rule, const json_t *value, struct check *check) {
    return !fits(rule->schema, value, check) || keyword_wrong(check, "has a form that is not allowed");
}

static bool check_if(const struct schema *schema, const struct rule *rule, const json_t *value, struct check *check) {
    const struct rule *branch = rule_of(schema, fits(rule->schema, value, check) ? "then" : "else");
    return !branch || check_schema(branch->schema, value, check);
}

/* ---- arrays ---- */

static bool check_items(const struct schema *schema, const struct rule *rule, const json_t *value,
                        struct check *check) {
    const struct rule *prefix = rule_of(schema, "prefixItems");
    bool fine = true;
    for (size_t i = prefix ? prefix->count : 0; i < json_array_size(value); i++)
        fine = descend_index(rule->schema, i, json_array_get(value, i), check) && fine;
    return fine;
}

static bool check_prefix(const struct schema *schema, const struct rule *rule, const json_t *value,
                         struct check *check) {
    bool fine = true;
    for (size_t i = 0; i < rule->count && i < json_array_size(value); i++)
        fine = descend_index(rule->named[i].schema, i, json_array_get(value, i), check) && fine;
    return fine;
}

static bool check_contains(const struct schema *schema, const struct rule *rule, const json_t *value,
                           struct check *check) {
    for (size_t i = 0; i < json_array_size(value); i++)
        if (fits(rule->schema, json_array_get(value, i), check))
            return true;
    return !json_is_array(value) || keyword_wrong(check, "lacks an item that it must contain");
}

static bool compile_flag(struct schema *schema, struct rule *rule) {
    return json_is_boolean(rule->operand);
}

static bool check_unique(const struct schema *schema, const struct rule *rule, const json_t *value,
                         struct check *check) {
    for (size_t i = 1; json_is_true(rule->operand) && i < json_array_size(value); i++)
        for (size_t j = 0; j < i; j++)
            if (equal(json_array_get(value, i), json_array_get(value, j)))
                return keyword_wrong(check, "has the same item twice (%zu and %zu)", j, i);
    return true;
}

/* ---- objects ---- */

static bool check_properties(const struct schema *schema, const struct rule *rule, const json_t *value,
                             struct check *check) {
    bool fine = true;
    for (size_t i = 0; i < rule->count; i++) {
        const json_t *member = json_object_get(value, rule->named[i].name);
        fine = (!member || descend(rule->named[i].schema, rule->named[i].name, member, check)) && fine;
    }
    return fine;
}

static bool check_patterns(const struct schema *schema, const struct rule *rule, const json_t *value,
                           struct check *check) {
    const char *name;
    json_t *member;
    bool fine = true;
    json_object_foreach((json_t *)value, name,
                        member) for (size_t i = 0; i < rule->count;
                                     i++) if (regex_matches(rule->named[i].pattern, name, strlen(name))) fine =
        descend(rule->named[i].schema, name, member, check) && fine;
    return fine;
}

/* Whether properties or patternProperties of the same schema speak of name. */
static bool is_spoken_for(const struct schema *schema, const char *name) {
    const struct rule *properties = rule_of(schema, "properties"), *patterns = rule_of(schema, "patternProperties");
    for (size_t i = 0; properties && i < properties->count; i++)
        if (strcmp(properties->named[i].name, name) == 0)
            return true;
    for (size_t i = 0; patterns && i < patterns->count; i++)
        if (regex_matches(patterns->named[i].pattern, name, strlen(name)))
            return true;
    return false;
}

static bool check_additional(const struct schema *schema, const struct rule *rule, const json_t *value,
                             struct check *check) {
    const char *name;
    json_t *member;
    bool fine = true;
    json_object_foreach((json_t *)value, name, member) if (!is_spoken_for(schema, name)) fine =
        descend(rule->schema, name, member, check) && fine;
    return fine;
}

static bool check_names(const struct schema *schema, const struct rule *rule, const json_t *value,
                        struct check *check) {
    const char *name;
    json_t *member;
    bool fine = true;
    json_object_foreach((json_t *)value, name, member) {
        json_t *text = json_string(name);
        if (!fits(rule->schema, text, check))
            fine = keyword_wrong(check, "has a member whose name is not allowed: %.80s", name);
        json_decref(text);
    }
    return fine;
}

static bool compile_strings(struct schema *schema, struct rule *rule) {
    bool fine = json_is_array(rule->operand);
    for (size_t i = 0; i < json_array_size(rule->operand); i++)
        fine = fine && json_is_string(json_array_get(rule->operand, i));
    return fine;
}

static bool require(const json_t *names, const json_t *value, struct check *check) {
    bool fine = true;
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        if (!json_object_get(value, name))
            fine = keyword_wrong(check, "lacks %.100s", name);
    }
    return fine;
}

static bool check_required(const struct schema *schema, const struct rule *rule, const json_t *value,
                           struct check *check) {
    return !json_is_object(value) || require(rule->operand, value, check);
}

static bool compile_dependent(struct schema *schema, struct rule *rule) {
    const char *name;
    json_t *names;
    bool fine = json_is_object(rule->operand);
    json_object_foreach(rule->operand, name, names) fine = fine && json_is_array(names);
    return fine;
}

static bool check_dependent(const struct schema *schema, const struct rule *rule, const json_t *value,
                            struct check *check) {
    const char *name;
    json_t *names;
    bool fine = true;
    json_object_foreach(rule->operand, name, names) if (json_object_get(value, name)) fine =
        require(names, value, check) && fine;
    return fine;
}

static bool check_nothing(const struct schema *schema, const struct rule *rule, const json_t *value,
                          struct check *check) {
    return true;
}

/* The declared subset. Anything else is refused at start. */
static const struct keyword keywords[] = {
    {"type", compile_type, check_type},
    {"enum", compile_array, check_enum},
    {"const", compile_any, check_const},
    {"minimum", compile_number, check_minimum},
    {"maximum", compile_number, check_maximum},
    {"exclusiveMinimum", compile_number, check_above},
    {"exclusiveMaximum", compile_number, check_below},
    {"multipleOf", compile_multiple, check_multiple},
    {"minLength", compile_count, check_least},
    {"maxLength", compile_count, check_most},
    {"minItems", compile_count, check_least},
    {"maxItems", compile_count, check_most},
    {"minProperties", compile_count, check_least},
    {"maxProperties", compile_count, check_most},
    {"pattern", compile_pattern, check_pattern},
    {"format", compile_format, check_format},
    {"$ref", compile_ref, check_within},
    {"$defs", compile_members, check_nothing},
    {"allOf", compile_list, check_all},
    {"anyOf", compile_list, check_any},
    {"oneOf", compile_list, check_one},
    {"not", compile_schema, check_not},
    {"if", compile_schema, check_if},
    {"then", compile_schema, check_nothing},
    {"else", compile_schema, check_nothing},
    {"items", compile_schema, check_items},
    {"prefixItems", compile_list, check_prefix},
    {"contains", compile_schema, check_contains},
    {"uniqueItems", compile_flag, check_unique},
    {"properties", compile_members, check_properties},
    {"patternProperties", compile_members, check_patterns},
    {"additionalProperties", compile_schema, check_additional},
    {"propertyNames", compile_schema, check_names},
    {"required", compile_strings, check_required},
    {"dependentRequired", compile_dependent, check_dependent},
    {"title", NULL, NULL},
    {"description", NULL, NULL},
    {"default", NULL, NULL},
    {"examples", NULL, NULL},
    {"deprecated", NULL, NULL},
    {"readOnly", NULL, NULL},
    {"writeOnly", NULL, NULL},
    {"$comment", NULL, NULL},
    {"$schema", NULL, NULL},
};

const struct keyword *keyword_of(const char *name) {
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (strcmp(keywords[i].name, name) == 0)
            return &keywords[i];
    return NULL;
}
