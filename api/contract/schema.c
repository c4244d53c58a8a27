#include "contract/schema.h"
#include "base/scan.h"
#define PCRE2_CODE_UNIT_WIDTH 8
#include <math.h>
#include <pcre2.h>
#include <stdio.h>
#include <string.h>

/* MATCH_…: what a match may take, steps back and KiB: a text that needs more does not have the form. UNIQUE_MAX: pairs
 * of items are compared, so their number is bounded: by maxItems beside it, or by this. */
enum {
    DEPTH_MAX = 64,
    POINTER_MAX = 160,
    MATCH_STEPS_MAX = 100000,
    MATCH_HEAP_MAX = 1024,
    UNIQUE_MAX = 1000,
};

struct schema_set {
    struct arena *arena;
    const json_t *components;
    pcre2_match_context *limits;
    size_t count;
    pcre2_code *patterns[];
};

struct schema {
    const struct schema_set *set;
    const json_t *rules;
};

/* Where the value under check stands, and who wants to know what is wrong. */
struct check {
    const struct schema_set *set;
    struct problem *problem; /* NULL: only the verdict counts */
    int depth;
    size_t length;
    char pointer[POINTER_MAX];
};

static void *lend_memory(PCRE2_SIZE size, void *arena) {
    return arena_alloc(arena, size);
}

static void keep_memory(void *memory, void *arena) {
    (void)memory, (void)arena; /* the arena frees it */
}

struct schema_set *schema_set_new(struct arena *arena, const json_t *components, const json_t *patterns,
                                  const char *where, struct gate *gate) {
    size_t count = json_array_size(patterns), offset = 0;
    struct schema_set *set = arena_alloc(arena, sizeof *set + count * sizeof *set->patterns);
    pcre2_general_context *memory = pcre2_general_context_create(lend_memory, keep_memory, arena);
    pcre2_compile_context *context = pcre2_compile_context_create(memory);
    *set = (struct schema_set){arena, components, pcre2_match_context_create(memory), count};
    pcre2_set_match_limit(set->limits, MATCH_STEPS_MAX);
    pcre2_set_heap_limit(set->limits, MATCH_HEAP_MAX);
    for (size_t i = 0; i < count; i++) {
        const json_t *pattern = json_array_get(patterns, i);
        const char *text = json_string_value(json_array_get(pattern, 0)) ?: "(";
        uint32_t letters = json_is_true(json_array_get(pattern, 1)) ? PCRE2_CASELESS : PCRE2_UTF;
        int error = 0;
        char message[120];
        set->patterns[i] = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, letters | PCRE2_DOLLAR_ENDONLY,
                                         &error, &offset, context);
        pcre2_get_error_message(error, (PCRE2_UCHAR *)message, sizeof message);
        if (!set->patterns[i])
            gate_fault(gate, where, "pattern %s: %s (at %zu)", text, message, offset);
    }
    return set;
}

const struct schema *schema_new(struct schema_set *set, const json_t *rules) {
    struct schema *schema = rules ? arena_alloc(set->arena, sizeof *schema) : NULL;
    if (schema)
        *schema = (struct schema){set, rules};
    return schema;
}

/* Adds to check->problem where there is one; always false. */
#define refuse_value(check, ...) ((check)->problem && problem_add((check)->problem, (check)->pointer, __VA_ARGS__))

static bool check_rules(const json_t *rules, const json_t *value, struct check *check);

/* The verdict alone. */
static bool fits(const json_t *rules, const json_t *value, const struct check *check) {
    struct check silent = {.set = check->set, .depth = check->depth};
    return check_rules(rules, value, &silent);
}

/* Lets the pointer (RFC 6901) go on to a member. Gives where it ended before. */
static size_t push_name(struct check *check, const char *name) {
    size_t before = check->length, used = before;
    if (used < POINTER_MAX - 1)
        check->pointer[used++] = '/';
    for (; *name && used < POINTER_MAX - 2; name++) {
        if (*name == '~' || *name == '/') {
            check->pointer[used++] = '~';
            check->pointer[used++] = *name == '~' ? '0' : '1';
        } else {
            check->pointer[used++] = *name;
        }
    }
    check->pointer[check->length = used] = '\0';
    return before;
}

/* Checks a member of value under its own pointer. */
static bool descend(const json_t *rules, const char *name, const json_t *value, struct check *check) {
    size_t before = push_name(check, name);
    bool ok = check_rules(rules, value, check);
    check->pointer[check->length = before] = '\0';
    return ok;
}

/* ---- one value by itself ---- */

static bool check_type(const json_t *types, const json_t *value, struct check *check) {
    static const enum schema_type known[] = {
        [JSON_OBJECT] = SCHEMA_OBJECT,   [JSON_ARRAY] = SCHEMA_ARRAY, [JSON_STRING] = SCHEMA_STRING,
        [JSON_INTEGER] = SCHEMA_INTEGER, [JSON_REAL] = SCHEMA_NUMBER, [JSON_TRUE] = SCHEMA_BOOLEAN,
        [JSON_FALSE] = SCHEMA_BOOLEAN,   [JSON_NULL] = SCHEMA_NULL};
    double real = json_real_value(value); /* 1.0 is an integer; one that no integer of SQL can be is none */
    bool whole = json_is_real(value) && real == floor(real) && fabs(real) < 0x1p63;
    return json_integer_value(types) & (whole ? SCHEMA_INTEGER : known[json_typeof(value)]);
}

/* Equality of JSON Schema: 1 and 1.0 are the same number. */
static bool is_equal(const json_t *a, const json_t *b) {
    if (json_is_real(a) || json_is_real(b))
        return json_is_number(a) && json_is_number(b) && json_number_value(a) == json_number_value(b);
    return json_equal(a, b);
}

static bool check_enum(const json_t *words, const json_t *value, struct check *check) {
    bool found = false;
    for (size_t i = 0; !found && i < json_array_size(words); i++)
        found = is_equal(json_array_get(words, i), value);
    return found;
}

/* A number, or the code points, items or members of what has them; NAN: the rule does not speak of such a value.
 * A long double has the 64 bits of every integer. */
static long double size_of_value(const json_t *value, char what) {
    return what == 'L' && json_is_string(value)  ? scan_code_points(json_string_value(value), json_string_length(value))
           : what == 'I' && json_is_array(value) ? json_array_size(value)
           : what == 'P' && json_is_object(value)  ? json_object_size(value)
           : what == 'i' && json_is_integer(value) ? (long double)json_integer_value(value)
           : what == 'i' && json_is_real(value)    ? (long double)json_real_value(value)
                                                   : NAN;
}

/* bound: [minimum to maxProperties, the number]; the fourth letter of each says of what. */
static bool check_bound(const json_t *bound, const json_t *value, struct check *check) {
    const char *word = json_string_value(json_array_get(bound, 0)) ?: "";
    long double size = size_of_value(value, word[strnlen(word, 3)]),
                most = size_of_value(json_array_get(bound, 1), 'i');
    return isnan(size) || (word[1] == 'i' ? size >= most : size <= most);
}

static bool check_pattern(const json_t *number, const json_t *value, struct check *check) {
    size_t index = (size_t)json_integer_value(number);
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    int found = !json_is_string(value) ? 0
                : data && index < check->set->count
                    ? pcre2_match(check->set->patterns[index], (PCRE2_SPTR)json_string_value(value),
                                  json_string_length(value), 0, PCRE2_NO_UTF_CHECK, data, check->set->limits)
                    : -1;
    pcre2_match_data_free(data);
    return found >= 0;
}

static int pair(const char *digits) {
    return (digits[0] - '0') * 10 + digits[1] - '0';
}

/* Of what has the form, a leap second exists only as 23:59:60 UTC; the years before 1 and after 9999 have no form. */
static bool check_instant(const json_t *number, const json_t *value, struct check *check) {
    const char *text = json_string_value(value) ?: "";
    size_t length = json_string_length(value);
    if (!json_is_string(value) || length < sizeof "2025-08-31T23:30:00Z" - 1 || !check_pattern(number, value, check))
        return !json_is_string(value);
    const char *offset = text + length - 6;
    int east = (offset[5] | 0x20) == 'z' ? 0 : (pair(offset + 1) * 60 + pair(offset + 4)) * (*offset == '-' ? -1 : 1);
    int utc = pair(text + 11) * 60 + pair(text + 14) - east, last = 24 * 60 - 1;
    bool leaps = pair(text + 17) == 60, ends = memcmp(text, "9999-12-31", 10) == 0;
    return !(leaps && (ends || (utc + 24 * 60) % (24 * 60) != last)) && !(ends && utc > last) &&
           !(utc < 0 && memcmp(text, "0001-01-01", 10) == 0);
}

/* ---- schemas within, items and members ---- */

static bool check_some(const json_t *forms, const json_t *value, struct check *check) {
    bool found = false;
    for (size_t i = 0; !found && i < json_array_size(forms); i++)
        found = fits(json_array_get(forms, i), value, check);
    return found;
}

static bool check_one(const json_t *forms, const json_t *value, struct check *check) {
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(forms); i++)
        count += fits(json_array_get(forms, i), value, check);
    return count == 1 || refuse_value(check, count ? "fits more than one of the forms that are allowed"
                                                   : "fits none of the forms that are allowed");
}

static bool check_not(const json_t *rules, const json_t *value, struct check *check) {
    return !fits(rules, value, check);
}

static bool check_items(const json_t *rules, const json_t *value, struct check *check) {
    bool ok = true;
    char index[24];
    for (size_t i = 0; i < json_array_size(value); i++) {
        snprintf(index, sizeof index, "%zu", i);
        ok = descend(rules, index, json_array_get(value, i), check) && ok;
    }
    return ok;
}

static bool check_unique(const json_t *rules, const json_t *value, struct check *check) {
    if (json_array_size(value) > UNIQUE_MAX)
        return refuse_value(check, "must have at most %d items", UNIQUE_MAX);
    for (size_t i = 1; i < json_array_size(value); i++)
        for (size_t j = 0; j < i; j++)
            if (is_equal(json_array_get(value, i), json_array_get(value, j)))
                return refuse_value(check, "has the same item twice (%zu and %zu)", j, i);
    return true;
}

/* named: [properties by name, what all others must be]. */
static bool check_properties(const json_t *named, const json_t *value, struct check *check) {
    const json_t *properties = json_array_get(named, 0), *others = json_array_get(named, 1);
    const char *name;
    json_t *rules, *member;
    bool ok = true;
    json_object_foreach ((json_t *)properties, name, rules)
        ok = (!(member = json_object_get(value, name)) || descend(rules, name, member, check)) && ok;
    json_object_foreach (json_is_true(others) ? NULL : (json_t *)value, name, member)
        ok = (json_object_get(properties, name) || descend(others, name, member, check)) && ok;
    return ok;
}

static bool check_names(const json_t *rules, const json_t *value, struct check *check) {
    const char *name;
    json_t *member;
    bool ok = true;
    json_object_foreach ((json_t *)value, name, member) {
        json_t *text = json_string(name);
        if (!fits(rules, text, check))
            ok = refuse_value(check, "has a member whose name is not allowed: %.80s", name);
        json_decref(text);
    }
    return ok;
}

static bool check_required(const json_t *names, const json_t *value, struct check *check) {
    bool ok = true;
    for (size_t i = 0; json_is_object(value) && i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i)) ?: "";
        if (json_object_get(value, name))
            continue;
        size_t before = push_name(check, name);
        ok = refuse_value(check, "is missing");
        check->pointer[check->length = before] = '\0';
    }
    return ok;
}

/* By the kinds of rules, as script/contract numbers them. Where one of the first does not fit, which are cheap, the
 * value's checks end. */
enum { TYPE, SIZE, PROPERTIES = 11, KINDS = 14 };
static bool (*const checks[KINDS])(const json_t *operand, const json_t *value, struct check *check) = {
    check_type, check_bound, check_enum,  check_bound,  check_pattern,    check_instant, check_some,
    check_one,  check_not,   check_items, check_unique, check_properties, check_names,   check_required};

static const json_t *rules_of(const struct schema_set *set, const json_t *rules) {
    for (int hops = 0; json_is_string(rules) && hops < DEPTH_MAX; hops++)
        rules = json_object_get(set->components, json_string_value(rules));
    return rules;
}

static bool check_rules(const json_t *rules, const json_t *value, struct check *check) {
    rules = rules_of(check->set, rules);
    if (!json_is_array(rules))
        return json_is_true(rules) || refuse_value(check, "is not a known property");
    if (check->depth == DEPTH_MAX)
        return refuse_value(check, "is nested too deep");
    if (check->problem && check->problem->error_count == PROBLEM_ERRORS_MAX)
        return false;
    check->depth++;
    bool ok = true;
    json_int_t kind = KINDS;
    for (size_t i = 0; i < json_array_size(rules) && (ok || kind > SIZE); i++) {
        const json_t *rule = json_array_get(rules, i);
        const char *message = json_string_value(json_array_get(rule, 1));
        kind = json_integer_value(json_array_get(rule, 0));
        bool right = kind >= 0 && kind < KINDS && checks[kind](json_array_get(rule, 2), value, check);
        ok = (right || (message && refuse_value(check, "%s", message))) && ok;
    }
    check->depth--;
    return ok;
}

bool schema_validate(const struct schema *schema, const json_t *value, const char *pointer, struct problem *problem) {
    struct check check = {.set = schema->set, .problem = problem};
    check.length = (size_t)snprintf(check.pointer, sizeof check.pointer, "%s", pointer);
    if (check.length >= sizeof check.pointer)
        check.length = sizeof check.pointer - 1;
    return check_rules(schema->rules, value, &check);
}

bool schema_has(const struct schema *schema, const char *name) {
    const json_t *rules = schema ? rules_of(schema->set, schema->rules) : NULL, *rule;
    size_t index;
    json_array_foreach (rules, index, rule)
        if (json_integer_value(json_array_get(rule, 0)) == PROPERTIES &&
            json_object_get(json_array_get(json_array_get(rule, 2), 0), name))
            return true;
    return false;
}
