#include "contract/schema.h"
#include "contract/keyword.h"
#include <stdio.h>
#include <string.h>

const struct rule *rule_of(const struct schema *schema, const char *name) {
    for (unsigned i = 0; schema && i < schema->count; i++)
        if (strcmp(schema->rules[i].keyword->name, name) == 0)
            return &schema->rules[i];
    return NULL;
}

struct schema_set *schema_set_new(struct arena *arena, const json_t *document, const char *where, struct gate *gate) {
    struct schema_set *set = arena_alloc(arena, sizeof *set);
    *set = (struct schema_set){.arena = arena, .document = document, .where = where, .gate = gate};
    set->formats = format_patterns_new(arena);
    return set;
}

/* Compiles the schema's keywords that are in the table, in the table's order. */
static void compile_rules(struct schema *schema, const struct keyword *keyword) {
    for (; keyword->name; keyword++) {
        json_t *operand = json_object_get(schema->node, keyword->name);
        struct rule *rule = &schema->rules[schema->count];
        if (!operand)
            continue;
        *rule = (struct rule){.keyword = keyword, .operand = operand};
        schema->count++;
        if (keyword->compile)
            keyword->compile(schema, rule);
    }
}

const struct schema *schema_compile(struct schema_set *set, json_t *node) {
    const json_t *components = json_object_get(set->document, "components");
    for (int hops = 0; json_is_string(node) && hops < SCHEMA_DEPTH_MAX; hops++)
        node = json_object_get(json_object_get(components, "schemas"), json_string_value(node));
    struct schema **bucket = &set->buckets[((uintptr_t)node >> 4) % SCHEMA_BUCKETS];
    for (struct schema *known = *bucket; known; known = known->next)
        if (known->node == node)
            return known;
    struct schema *schema = arena_alloc(set->arena, sizeof *schema);
    *schema = (struct schema){.next = *bucket, .set = set, .node = node};
    *bucket = schema; /* before its parts: what refers back to it finds it */
    schema->rules = arena_alloc(set->arena, (json_object_size(node) + 1) * sizeof *schema->rules);
    compile_rules(schema, value_keywords);
    compile_rules(schema, nested_keywords);
    return schema;
}

bool check_schema(const struct schema *schema, const json_t *value, struct check *check) {
    if (json_is_boolean(schema->node) || !schema->node)
        return json_is_true(schema->node) || keyword_wrong(check, "is not a known property");
    if (check->depth == SCHEMA_DEPTH_MAX)
        return keyword_wrong(check, "is nested too deep");
    if (check->problem && check->problem->error_count == PROBLEM_ERRORS_MAX)
        return false;
    check->depth++;
    bool ok = true;
    for (unsigned i = 0; i < schema->count && (ok || !schema->rules[i - 1].keyword->bound); i++)
        ok = schema->rules[i].keyword->check(schema, &schema->rules[i], value, check) && ok;
    check->depth--;
    return ok;
}

bool schema_validate(const struct schema *schema, const json_t *value, const char *pointer, struct problem *problem) {
    struct check check = {.problem = problem};
    check.length = (size_t)snprintf(check.pointer, sizeof check.pointer, "%s", pointer);
    if (check.length >= sizeof check.pointer)
        check.length = sizeof check.pointer - 1;
    return check_schema(schema, value, &check);
}

/* ---- what others ask of a schema ---- */

unsigned schema_types(const struct schema *schema) {
    const struct rule *rule = rule_of(schema, "type");
    return rule ? rule->types : SCHEMA_ANY;
}

const json_t *schema_operand(const struct schema *schema, const char *name) {
    return schema ? json_object_get(schema->node, name) : NULL;
}

const struct schema *schema_items(const struct schema *schema) {
    const struct rule *rule = rule_of(schema, "items");
    return rule ? rule->schema : NULL;
}

const struct schema *schema_property(const struct schema *schema, const char *name) {
    const struct rule *properties = rule_of(schema, "properties");
    for (size_t i = 0; properties && i < properties->count; i++)
        if (strcmp(properties->named[i].name, name) == 0)
            return properties->named[i].schema;
    return NULL;
}

const char *schema_required(const struct schema *schema, size_t index) {
    return json_string_value(json_array_get(schema_operand(schema, "required"), index));
}

bool schema_requires(const struct schema *schema, const char *name) {
    const char *other = "";
    for (size_t i = 0; other && strcmp(other, name) != 0; i++)
        other = schema_required(schema, i);
    return other;
}
