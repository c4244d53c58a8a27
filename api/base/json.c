#include "base/json.h"
#include "base/buf.h"
#include "base/scan.h"
#include <ctype.h>
#include <string.h>

struct text json_put(struct arena *arena, const json_t *json, size_t flags) {
    size_t length = json_dumpb(json, NULL, 0, flags);
    char *text = length ? arena_alloc_raw(arena, length + 1) : NULL;
    if (text) {
        json_dumpb(json, text, length, flags);
        text[length] = '\0';
    }
    return (struct text){text, text ? length : 0};
}

/* The index after the string that begins at text[at], or length where it does not end. */
static size_t skip_string(const char *text, size_t length, size_t at) {
    for (at++; at < length && text[at] != '"'; at++)
        at += text[at] == '\\';
    return at < length ? at + 1 : length;
}

struct json_size json_measure(const char *text, size_t length) {
    struct json_size size = {.values = 1, .nul = memchr(text, '\0', length)};
    int depth = 0;
    bool begun = false; /* a container, still empty */
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (begun && !memchr(" \t\r\n", c, 4)) {
            size.values += c != '}' && c != ']';
            begun = false;
        }
        if (c == '"') {
            i = skip_string(text, length, i) - 1;
        } else if (c == '{' || c == '[') {
            size.depth = ++depth > size.depth ? depth : size.depth;
            begun = true;
        } else if (c == '}' || c == ']') {
            depth--;
        } else {
            size.values += c == ',';
            size.fractions |= (c == '.' || (c | 0x20) == 'e') && i && isdigit((unsigned char)text[i - 1]);
        }
    }
    return size;
}

struct text json_with_integers(struct arena *arena, const char *text, size_t length) {
    struct buf out = buf_new(arena, length + 64, SIZE_MAX / 4);
    for (size_t i = 0, next; i < length; i = next) {
        int64_t whole;
        bool number = isdigit((unsigned char)text[i]) || text[i] == '-';
        next = i + 1;
        if (text[i] == '"')
            next = skip_string(text, length, i);
        while (number && next < length && (isdigit((unsigned char)text[next]) || strchr("+-.eE", text[next] ?: ' ')))
            next++;
        if (number && scan_whole(text + i, next - i, &whole))
            buf_int(&out, whole);
        else
            buf_put(&out, text + i, next - i);
    }
    return (struct text){buf_text(&out), out.length};
}
