/* Memory of one request (or of one start-up): allocated piecemeal, freed once. */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;

/* Bytes that somebody else owns. */
struct text {
    const char *bytes;
    size_t length;
};

/* A new arena; the caller owns it. cap is the most bytes it may ever hold; 0 means
 * no cap, and then running out of memory ends the process (start-up only). */
struct arena *arena_new(size_t cap);

/* Frees everything allocated from *arena and nulls the caller's pointer. */
void arena_free(struct arena **arena);

/* Frees everything allocated from it but a first small block: for one request after another. */
void arena_reset(struct arena *arena);

/* size zeroed bytes, aligned for any type; lent until arena_free. NULL over the cap. */
void *arena_alloc(struct arena *arena, size_t size);

/* As arena_alloc, but not zeroed: for large buffers. */
void *arena_alloc_raw(struct arena *arena, size_t size);

/* Copies with a terminating NUL; NULL over the cap, and of NULL. */
char *arena_copy(struct arena *arena, const char *text, size_t length);
char *arena_text(struct arena *arena, const char *text);
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Whether something was asked for in vain since the last reset: what is NULL may then be missing, not absent. */
bool arena_failed(const struct arena *arena);
