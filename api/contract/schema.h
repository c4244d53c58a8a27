/* JSON Schema 2020-12, the declared subset: compiled once, then validating without allocation. */
#pragma once
#include "base/arena.h"
#include "base/gate.h"
#include "base/problem.h"
#include <jansson.h>
#include <stdbool.h>

struct schema;

enum schema_type {
    SCHEMA_NULL = 1,
    SCHEMA_BOOLEAN = 2,
    SCHEMA_INTEGER = 4,
    SCHEMA_NUMBER = 8, /* set with INTEGER where "number" is allowed */
    SCHEMA_STRING = 16,
    SCHEMA_ARRAY = 32,
    SCHEMA_OBJECT = 64,
    SCHEMA_ANY = 127,
};

/* Compiles the schemas of one document. Schemas are shared: the same node compiles to the same pointer,
 * and recursion, through the names of components, works. script/contract has held the document to the subset; a
 * pattern that PCRE2 does not take is a fault at `where`. All is lent by arena and by the document, and constant after
 * schema_compile. */
struct schema_set *schema_set_new(struct arena *arena, const json_t *document, const char *where, struct gate *gate);

/* node is a schema inside document (object or boolean), or the name of one of its components. Never NULL; one that is
 * not there accepts nothing. */
const struct schema *schema_compile(struct schema_set *set, json_t *node);

/* True when value fits; otherwise adds to problem (may be NULL) one error for each violation found, with
 * a pointer made of pointer and the path inside value. Bounded: PROBLEM_ERRORS_MAX errors, depth of value. */
bool schema_validate(const struct schema *schema, const json_t *value, const char *pointer, struct problem *problem);

/* Types that `type` allows (SCHEMA_ANY without it). */
unsigned schema_types(const struct schema *schema);
/* What stands under that name, a keyword's operand or an x-…, or NULL; `items`, or NULL (all lent). */
const json_t *schema_operand(const struct schema *schema, const char *name);
const struct schema *schema_items(const struct schema *schema);
/* The property's schema, or NULL. */
const struct schema *schema_property(const struct schema *schema, const char *name);
/* The name of the required member number index; NULL after the last. */
const char *schema_required(const struct schema *schema, size_t index);
bool schema_requires(const struct schema *schema, const char *name);
