/* Keywords that hold schemas or speak of members and items. */
#include "contract/keyword.h"
#include <stdio.h>
#include <string.h>

/* Lets the pointer (RFC 6901) go on to a member. Gives where it ended before. */
static size_t push_name(struct check *check, const char *name) {
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
    return before;
}

/* Checks a member of value under its own pointer. */
static bool descend(const struct schema *schema, const char *name, const json_t *value, struct check *check) {
    size_t before = push_name(check, name);
    bool fits = check_schema(schema, value, check);
    check->pointer[check->length = before] = '\0';
    return fits;
}

/* The verdict alone. */
static bool fits_silently(const struct schema *schema, const json_t *value, const struct check *check) {
    struct check silent = {.depth = check->depth};
    return check_schema(schema, value, &silent);
}

/* ---- schemas within ---- */

static void compile_schema(struct schema *schema, struct rule *rule) {
    rule->schema = schema_compile(schema->set, rule->operand);
}

/* A list, or a map with a name for each. */
static void compile_schemas(struct schema *schema, struct rule *rule) {
    size_t count = json_array_size(rule->operand) + json_object_size(rule->operand), index;
    const char *name;
    json_t *member;
    rule->named = arena_alloc(schema->set->arena, (count + 1) * sizeof *rule->named);
    json_array_foreach (rule->operand, index, member)
        rule->named[rule->count++] = (struct named){"", schema_compile(schema->set, member)};
    json_object_foreach (rule->operand, name, member)
        rule->named[rule->count++] = (struct named){name, schema_compile(schema->set, member)};
}

/* anyOf and oneOf. */
static bool check_some(const struct schema *schema, const struct rule *rule, const json_t *value, struct check *check) {
    size_t count = 0, most = rule->keyword->name[0] == 'o' ? 1 : rule->count;
    for (size_t i = 0; i < rule->count; i++)
        count += fits_silently(rule->named[i].schema, value, check);
    return (count && count <= most) || keyword_wrong(check, count ? "fits more than one of the forms that are allowed"
                                                                  : "fits none of the forms that are allowed");
}

static bool check_not(const struct schema *schema, const struct rule *rule, const json_t *value, struct check *check) {
    return !fits_silently(rule->schema, value, check) || keyword_wrong(check, "has a form that is not allowed");
}

/* ---- arrays ---- */

static bool check_items(const struct schema *schema, const struct rule *rule, const json_t *value,
                        struct check *check) {
    bool ok = true;
    char index[24];
    for (size_t i = 0; i < json_array_size(value); i++) {
        snprintf(index, sizeof index, "%zu", i);
        ok = descend(rule->schema, index, json_array_get(value, i), check) && ok;
    }
    return ok;
}

/* Pairs are compared, so their number is bounded: by maxItems beside it, or by this. */
enum { UNIQUE_MAX = 1000 };

static bool check_unique(const struct schema *schema, const struct rule *rule, const json_t *value,
                         struct check *check) {
    if (json_is_true(rule->operand) && json_array_size(value) > UNIQUE_MAX)
        return keyword_wrong(check, "must have at most %d items", UNIQUE_MAX);
    for (size_t i = 1; json_is_true(rule->operand) && i < json_array_size(value); i++)
        for (size_t j = 0; j < i; j++)
            if (keyword_equal(json_array_get(value, i), json_array_get(value, j)))
                return keyword_wrong(check, "has the same item twice (%zu and %zu)", j, i);
    return true;
}

/* ---- objects ---- */

static bool check_properties(const struct schema *schema, const struct rule *rule, const json_t *value,
                             struct check *check) {
    bool ok = true;
    for (size_t i = 0; i < rule->count; i++) {
        const json_t *member = json_object_get(value, rule->named[i].name);
        ok = (!member || descend(rule->named[i].schema, rule->named[i].name, member, check)) && ok;
    }
    return ok;
}

static bool check_additional(const struct schema *schema, const struct rule *rule, const json_t *value,
                             struct check *check) {
    const char *name;
    json_t *member;
    const struct rule *properties = rule_of(schema, "properties");
    bool ok = true;
    json_object_foreach ((json_t *)value, name, member)
        if (!properties || !json_object_get(properties->operand, name))
            ok = descend(rule->schema, name, member, check) && ok;
    return ok;
}

static bool check_property_names(const struct schema *schema, const struct rule *rule, const json_t *value,
                                 struct check *check) {
    const char *name;
    json_t *member;
    bool ok = true;
    json_object_foreach ((json_t *)value, name, member) {
        json_t *text = json_string(name);
        if (!fits_silently(rule->schema, text, check))
            ok = keyword_wrong(check, "has a member whose name is not allowed: %.80s", name);
        json_decref(text);
    }
    return ok;
}

static bool check_required(const struct schema *schema, const struct rule *rule, const json_t *value,
                           struct check *check) {
    bool ok = true;
    for (size_t i = 0; json_is_object(value) && i < json_array_size(rule->operand); i++) {
        const char *name = json_string_value(json_array_get(rule->operand, i)) ?: "";
        if (json_object_get(value, name))
            continue;
        size_t before = push_name(check, name);
        ok = keyword_wrong(check, "is missing");
        check->pointer[check->length = before] = '\0';
    }
    return ok;
}

const struct keyword nested_keywords[] = {
    {"anyOf", compile_schemas, check_some, false},
    {"oneOf", compile_schemas, check_some, false},
    {"not", compile_schema, check_not, false},
    {"items", compile_schema, check_items, false},
    {"uniqueItems", NULL, check_unique, false},
    {"properties", compile_schemas, check_properties, false},
    {"additionalProperties", compile_schema, check_additional, false},
    {"propertyNames", compile_schema, check_property_names, false},
    {"required", NULL, check_required, false},
    {NULL, NULL, NULL, false},
};
