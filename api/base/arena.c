#include "base/arena.h"
#include "base/log.h"
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A request that waits for its turn has only the first block; two serve an ordinary one whole, and larger
 * needs get a block of their own. */
enum { FIRST_SIZE = 4 * 1024 - 64, BLOCK_SIZE = 32 * 1024, ALIGNMENT = 16 };

struct block {
    struct block *next;
    size_t size, used;
    max_align_t data[];
};

struct arena {
    struct block *head;
    size_t cap, used;
    bool failed;
};

static void *out_of_memory(struct arena *arena) {
    if (arena && arena->cap) {
        arena->failed = true;
        return NULL;
    }
    log_fatal("out of memory");
}

struct arena *arena_new(size_t cap) {
    struct arena *arena = calloc(1, sizeof *arena);
    if (!arena)
        return cap ? NULL : out_of_memory(NULL);
    arena->cap = cap;
    return arena;
}

static void free_blocks(struct block *block) {
    for (struct block *next; block; block = next) {
        next = block->next;
        free(block);
    }
}

void arena_reset(struct arena *arena) {
    struct block **link = &arena->head, *first = NULL;
    while (*link && (*link)->next)
        link = &(*link)->next;
    if (*link && (*link)->size == FIRST_SIZE) { /* the oldest stands last */
        first = *link;
        *link = NULL;
        first->used = 0;
    }
    free_blocks(arena->head);
    arena->head = first;
    arena->used = 0;
    arena->failed = false;
}

void arena_free(struct arena **arena) {
    if (!*arena)
        return;
    free_blocks((*arena)->head);
    free(*arena);
    *arena = NULL;
}

static struct block *block_add(struct arena *arena, size_t size, bool zeroed) {
    size_t usual = arena->head ? BLOCK_SIZE : FIRST_SIZE, room = size > usual ? size : usual;
    struct block *block = zeroed ? calloc(1, sizeof *block + room) : malloc(sizeof *block + room);
    if (!block)
        return NULL;
    *block = (struct block){.size = room};
    if (arena->head && size > usual) { /* keep filling the current block */
        block->next = arena->head->next;
        arena->head->next = block;
    } else {
        block->next = arena->head;
        arena->head = block;
    }
    return block;
}

static void *arena_take(struct arena *arena, size_t size, bool zeroed) {
    assert(arena);
    if (size > SIZE_MAX / 2)
        return out_of_memory(arena);
    size_t asked = size;
    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (arena->cap && size > arena->cap - arena->used)
        return out_of_memory(arena);
    struct block *block = arena->head;
    bool new = !block || block->size - block->used < size;
    bool own = new &&size > BLOCK_SIZE; /* the system's pages are zero already, and come when they are used */
    if (new)
        block = block_add(arena, size, zeroed && own);
    if (!block)
        return out_of_memory(arena);
    void *memory = (char *)block->data + block->used;
    block->used += size;
    arena->used += size;
    return zeroed && !own ? memset(memory, 0, asked) : memory;
}

void *arena_alloc_raw(struct arena *arena, size_t size) {
    return arena_take(arena, size, false);
}

void *arena_alloc(struct arena *arena, size_t size) {
    return arena_take(arena, size, true);
}

char *arena_copy(struct arena *arena, const char *text, size_t length) {
    char *copy = arena_alloc_raw(arena, length + 1);
    if (!copy)
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *arena_text(struct arena *arena, const char *text) {
    return text ? arena_copy(arena, text, strlen(text)) : NULL;
}

char *arena_printf(struct arena *arena, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length < 0 ? NULL : arena_alloc_raw(arena, (size_t)length + 1);
    if (text)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

bool arena_failed(const struct arena *arena) {
    return arena->failed;
}
