/* JSON texts of others: looked at in one pass before anything is built of them. */
#pragma once
#include "base/arena.h"
#include <jansson.h>
#include <stdbool.h>

/* What a text would cost: a parser recurses into its depth, and needs 70 bytes or more for a value of two. */
struct json_size {
    int depth;      /* of arrays and objects in one another */
    size_t values;  /* keys are not counted */
    bool fractions; /* a number has a point or an exponent */
    bool nul;       /* it holds a NUL, which jansson ignores after a number */
};

/* A value as text, lent by arena; bytes is NULL over its cap, or where it cannot be written. flags: jansson's. */
struct text json_put(struct arena *arena, const json_t *json, size_t flags);

/* The text need not be JSON. */
struct json_size json_measure(const char *text, size_t length);

/* The text with its whole numbers as integers, whichever way they are written (1.0, 1e3: JSON Schema's integers, which
 * neither jansson nor SQL takes for one); all else byte for byte. bytes is NULL when the arena has no room. */
struct text json_with_integers(struct arena *arena, const char *text, size_t length);
