#include "base/buf.h"
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

struct buf buf_new(struct arena *arena, size_t first_room, size_t cap) {
    struct buf buf = {.arena = arena, .cap = cap, .room = first_room < cap ? first_room : cap};
    buf.data = arena_alloc_raw(arena, buf.room);
    buf.failed = !buf.data;
    return buf;
}

static void grow(struct buf *buf, size_t needed) {
    size_t room = buf->room * 2 > needed ? buf->room * 2 : needed;
    if (room > buf->cap)
        room = buf->cap;
    char *data = arena_alloc_raw(buf->arena, room);
    if (!data) {
        buf->failed = true;
        return;
    }
    memcpy(data, buf->data, buf->length);
    buf->data = data;
    buf->room = room;
}

char *buf_reserve(struct buf *buf, size_t count) {
    if (buf->failed || count > buf->cap - buf->length) {
        buf->failed = true;
        return NULL;
    }
    if (count > buf->room - buf->length)
        grow(buf, buf->length + count);
    return buf->failed ? NULL : buf->data + buf->length;
}

void buf_commit(struct buf *buf, size_t count) {
    buf->length += count;
}

void buf_put(struct buf *buf, const void *bytes, size_t count) {
    char *place = buf_reserve(buf, count);
    if (place && count) {
        memcpy(place, bytes, count);
        buf->length += count;
    }
}

void buf_char(struct buf *buf, char byte) {
    buf_put(buf, &byte, 1);
}

void buf_str(struct buf *buf, const char *text) {
    buf_put(buf, text, strlen(text));
}

void buf_int(struct buf *buf, int64_t number) {
    char digits[24], *first = digits + sizeof digits;
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    do
        *--first = (char)('0' + rest % 10);
    while (rest /= 10);
    if (number < 0)
        *--first = '-';
    buf_put(buf, first, (size_t)(digits + sizeof digits - first));
}

void buf_printf(struct buf *buf, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *place = length < 0 ? NULL : buf_reserve(buf, (size_t)length + 1);
    if (place) {
        vsnprintf(place, (size_t)length + 1, format, again);
        buf->length += (size_t)length;
    } else {
        buf->failed = true;
    }
    va_end(again);
}

/* Bytes of U+0085, U+2028 or U+2029 if one begins here, else 0: readers by line that know Unicode cut there. */
static size_t line_end(const char *text, size_t length) {
    if (*text == '\xE2' && length >= 3 && text[1] == '\x80' && (text[2] == '\xA8' || text[2] == '\xA9'))
        return 3;
    return *text == '\xC2' && length >= 2 && text[1] == '\x85' ? 2 : 0;
}

/* Bytes from text on that stand for themselves in a JSON string; in whole JSON all do but those ends of lines. */
static size_t plain_run(const char *text, size_t length, bool whole) {
    size_t run = whole && !memchr(text, '\xE2', length) && !memchr(text, '\xC2', length) ? length : 0;
    while (run < length && (whole || ((unsigned char)text[run] >= 0x20 && text[run] != '"' && text[run] != '\\')) &&
           !line_end(text + run, length - run))
        run++;
    return run;
}

static void put_escape(struct buf *buf, unsigned char byte) {
    static const char special[] = "\"\\\n\r\t\b\f", letter[] = "\"\\nrtbf";
    const char *found = memchr(special, byte, sizeof special - 1);
    if (found)
        buf_put(buf, (char[]){'\\', letter[found - special]}, 2);
    else
        buf_printf(buf, "\\u%04x", byte);
}

static void put_runs(struct buf *buf, const char *text, size_t length, bool whole) {
    while (length) {
        size_t run = plain_run(text, length, whole), end = run < length ? line_end(text + run, length - run) : 0;
        buf_put(buf, text, run);
        if (end)
            buf_printf(buf, "\\u%04x", end == 2 ? 0x85u : 0x2028u + (text[run + 2] & 1));
        else if (run < length)
            put_escape(buf, (unsigned char)text[run++]);
        text += run + end;
        length -= run + end;
    }
}

void buf_json(struct buf *buf, const char *text, size_t length) {
    buf_char(buf, '"');
    put_runs(buf, text, length, false);
    buf_char(buf, '"');
}

void buf_json_whole(struct buf *buf, const char *json, size_t length) {
    put_runs(buf, json, length, true);
}

const char *buf_text(struct buf *buf) {
    char *end = buf_reserve(buf, 1);
    if (!end)
        return NULL;
    *end = '\0';
    return buf->data;
}

const char *base64url_text(struct arena *arena, const unsigned char *bytes, size_t length) {
    unsigned char *text = arena_alloc(arena, length / 3 * 4 + 5);
    if (text)
        EVP_EncodeBlock(text, bytes, (int)length);
    for (unsigned char *c = text; c && *c; c++)
        *c = *c == '+' ? '-' : *c == '/' ? '_' : *c == '=' ? '\0' : *c;
    return (const char *)text;
}

const char *hex_text(struct arena *arena, const char *before, const unsigned char *bytes, size_t length) {
    struct buf text = buf_new(arena, strlen(before) + 2 * length + 1, strlen(before) + 2 * length + 1);
    buf_str(&text, before);
    for (size_t i = 0; i < length; i++)
        buf_put(&text, (char[]){"0123456789abcdef"[bytes[i] >> 4], "0123456789abcdef"[bytes[i] & 15]}, 2);
    return buf_text(&text);
}

static uint64_t fold(uint64_t hash, uint64_t word) {
    unsigned __int128 product = (unsigned __int128)(hash ^ word) * 0x9E3779B97F4A7C15u;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The length, then eight bytes at a time. */
uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t length) {
    uint64_t hash = fold(seed, length), word;
    for (size_t i = 0; i < length; i += 8) {
        word = 0;
        memcpy(&word, (const char *)bytes + i, length - i < 8 ? length - i : 8);
        hash = fold(hash, word);
    }
    return hash;
}
