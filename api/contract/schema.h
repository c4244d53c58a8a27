/* JSON Schema 2020-12, the declared subset, as script/contract writes it: a list of rules, each [kind, message,
 * operand], in the order of their checks. Validating allocates nothing. */
#pragma once
#include "base/arena.h"
#include "base/gate.h"
#include "base/problem.h"
#include <jansson.h>
#include <stdbool.h>

struct schema_set;
struct schema;

enum schema_type {
    SCHEMA_NULL = 1,
    SCHEMA_BOOLEAN = 2,
    SCHEMA_INTEGER = 4,
    SCHEMA_NUMBER = 8, /* set with INTEGER where "number" is allowed */
    SCHEMA_STRING = 16,
    SCHEMA_ARRAY = 32,
    SCHEMA_OBJECT = 64,
};

/* The schemas of one document: components by their names, and patterns, which rules name by their numbers: [text,
 * whether letters are as good as capitals]. One that PCRE2 does not take is a fault at `where`. All is lent by arena
 * and the document. */
struct schema_set *schema_set_new(struct arena *arena, const json_t *components, const json_t *patterns,
                                  const char *where, struct gate *gate);

/* rules: of the document, true or false, or the name of a component; NULL gives NULL. */
const struct schema *schema_new(struct schema_set *set, const json_t *rules);

/* True when value fits; otherwise adds to problem (may be NULL) one error for each violation found, with
 * a pointer made of pointer and the path inside value. Bounded: PROBLEM_ERRORS_MAX errors, depth of value. */
bool schema_validate(const struct schema *schema, const json_t *value, const char *pointer, struct problem *problem);

/* Whether it speaks of a property of that name. */
bool schema_has(const struct schema *schema, const char *name);
