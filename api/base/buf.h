/* A growing byte buffer with a maximum. Failure is sticky: append freely, ask once at the end. */
#pragma once
#include "base/arena.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
    struct arena *arena; /* lends the bytes */
    char *data;          /* not NUL-terminated unless buf_text is asked */
    size_t length, room;
    size_t cap;  /* most bytes it may hold */
    bool failed; /* an append did not fit; length stays where it was */
};

struct buf buf_new(struct arena *arena, size_t first_room, size_t cap);

/* Makes room for count more bytes and returns where they go, or NULL; buf_commit says how many were written. */
char *buf_reserve(struct buf *buf, size_t count);
void buf_commit(struct buf *buf, size_t count);

void buf_put(struct buf *buf, const void *bytes, size_t count);
void buf_char(struct buf *buf, char byte);
void buf_str(struct buf *buf, const char *text);
void buf_int(struct buf *buf, int64_t number);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends text as a JSON string with its quotes (RFC 8259, section 7). text must be valid UTF-8. */
void buf_json(struct buf *buf, const char *text, size_t length);
/* Appends what is JSON already. Both escape U+0085, U+2028 and U+2029, at which many readers end a line. */
void buf_json_whole(struct buf *buf, const char *json, size_t length);

/* Bytes as base64url without padding (RFC 4648, section 5), lent by arena; NULL over its cap. */
const char *base64url_text(struct arena *arena, const unsigned char *bytes, size_t length);

/* Text and then bytes as lower-case hexadecimal digits, lent likewise: "\\x" makes PostgreSQL's bytea of them. */
const char *hex_text(struct arena *arena, const char *before, const unsigned char *bytes, size_t length);

/* A keyed hash of bytes: with a secret seed nobody can aim at another's place in a table. */
uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t length);

/* The bytes, NUL-terminated, lent by the arena; NULL when anything failed. */
const char *buf_text(struct buf *buf);
