/* The `format` keyword's assertions, and the regular expressions that schemas use. */
#pragma once
#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/arena.h"
#include <pcre2.h>
#include <stdbool.h>

enum { FORMATS = 8 };

/* Compiled patterns of the formats; one for a set of schemas, lent by its arena. */
struct format_patterns {
    pcre2_compile_context *context; /* compiles into the arena */
    pcre2_match_context *limits;
    pcre2_code *codes[FORMATS];
};

struct format {
    const char *name;
    const char *expected;                             /* what a value must be, in words */
    const char *pattern;                              /* NULL: any text */
    bool (*is_real)(const char *text, size_t length); /* or NULL: of what has the form, whether there is such a thing */
};

bool format_fits(const struct format *format, const struct format_patterns *patterns, const char *text, size_t length);

/* The format of that name, or NULL (also for NULL). */
const struct format *format_of(const char *name);

const struct format_patterns *format_patterns_new(struct arena *arena);

/* Whether pattern is found in text, within the limits of time and memory. */
bool regex_matches(const struct format_patterns *patterns, const pcre2_code *pattern, const char *text, size_t length);
