/* Private to the schema: what is compiled, and the table of keywords. */
#pragma once
#include "contract/format.h"
#include "contract/schema.h"

enum { SCHEMA_DEPTH_MAX = 64, SCHEMA_POINTER_MAX = 160, SCHEMA_BUCKETS = 1024 };

struct named {
    const char *name;
    const struct schema *schema;
};

/* A keyword of one schema, its operand compiled. */
struct rule {
    const struct keyword *keyword;
    json_t *operand;
    const struct schema *schema; /* not, items, additionalProperties, … */
    struct named *named;         /* properties, and by index anyOf, oneOf */
    size_t count;
    pcre2_code *pattern;
    unsigned types;
    const struct format *format;
};

struct schema {
    struct schema *next; /* in its bucket of the set */
    struct schema_set *set;
    json_t *node;
    struct rule *rules;
    unsigned count;
};

struct schema_set {
    struct arena *arena;
    const json_t *document;
    const char *where; /* it is from */
    struct gate *gate;
    const struct format_patterns *formats;
    struct schema *buckets[SCHEMA_BUCKETS];
};

/* Where the value under check stands, and who wants to know what is wrong. */
struct check {
    char pointer[SCHEMA_POINTER_MAX];
    size_t length;
    int depth;
    struct problem *problem; /* NULL: only the verdict counts */
};

struct keyword {
    const char *name;
    void (*compile)(struct schema *schema, struct rule *rule); /* or NULL */
    bool (*check)(const struct schema *schema, const struct rule *rule, const json_t *value, struct check *check);
    bool bound; /* cheap, and ends the value's checks where it does not fit: expensive checks come after it */
};

/* The declared subset in the order of its checks, each table ended by a NULL name. script/contract refuses anything
 * else, and operands that are not valid. */
extern const struct keyword value_keywords[], nested_keywords[];

/* The schema's own rule of that keyword, or NULL. */
const struct rule *rule_of(const struct schema *schema, const char *name);

/* Whether value fits; adds what does not to check->problem. */
bool check_schema(const struct schema *schema, const json_t *value, struct check *check);

/* Adds to check->problem where there is one; always false. */
bool keyword_wrong(struct check *check, const char *detail, ...) __attribute__((format(printf, 2, 3)));

/* Equality of JSON Schema: 1 and 1.0 are the same number. */
bool keyword_equal(const json_t *a, const json_t *b);
