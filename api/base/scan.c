#include "base/scan.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool digit(char c) {
    return c >= '0' && c <= '9';
}

static int hex_value(char c) {
    if (digit(c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What strtoll reads, which stops at the largest numbers, is written again: only that is the same text. */
bool scan_int(const char *text, size_t length, int64_t *value) {
    char again[24];
    long long number = strtoll(text, NULL, 10);
    bool same = (size_t)snprintf(again, sizeof again, "%lld", number) == length && memcmp(again, text, length) == 0;
    if (same)
        *value = number;
    return same;
}

/* What jansson takes for one, without the white space that it passes over. */
bool scan_number(const char *text, size_t length) {
    bool plain = strspn(text, "+-.eE0123456789") >= length;
    json_t *number = plain ? json_loadb(text, length, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL) : NULL;
    bool ok = number;
    json_decref(number);
    return ok;
}

/* A long double has the 64 bits of every integer. */
bool scan_whole(const char *text, size_t length, int64_t *value) {
    long double number = scan_number(text, length) ? strtold(text, NULL) : NAN;
    bool whole = fabsl(number) < 0x1p63L && number == floorl(number);
    *value = whole ? (int64_t)number : 0;
    return whole;
}

/* The length of the well-formed sequence at text, or 0. The second byte's range excludes overlong forms,
 * surrogates and values above U+10FFFF (RFC 3629, section 4). */
static size_t sequence(const unsigned char *text, size_t room) {
    unsigned char first = text[0];
    if (first < 0x80)
        return 1;
    size_t size = first >= 0xC2 && first <= 0xDF   ? 2
                  : (first & 0xF0) == 0xE0         ? 3
                  : first >= 0xF0 && first <= 0xF4 ? 4
                                                   : 0;
    if (!size || size > room)
        return 0;
    unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (text[1] < low || text[1] > high)
        return 0;
    for (size_t i = 2; i < size; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    return size;
}

size_t scan_utf8_prefix(const char *text, size_t length) {
    size_t i = 0, step = 1;
    for (; i < length && step; i += step)
        step = sequence((const unsigned char *)text + i, length - i);
    return i;
}

bool scan_utf8(const char *text, size_t length) {
    return scan_utf8_prefix(text, length) == length;
}

size_t scan_code_points(const char *text, size_t length) {
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += (text[i] & 0xC0) != 0x80;
    return count;
}

ptrdiff_t scan_percent(const char *text, size_t length, bool plus, char *out) {
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c == '%') {
            int high = i + 2 < length ? hex_value(text[i + 1]) : -1;
            int low = high >= 0 ? hex_value(text[i + 2]) : -1;
            if (low < 0)
                return -1;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        if (!c)
            return -1;
        out[used++] = c;
    }
    return scan_utf8(out, used) ? (ptrdiff_t)used : -1;
}

ptrdiff_t scan_base64url(const char *text, size_t length, unsigned char *out) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint32_t bits = 0;
    size_t used = 0, last = length % 4;
    for (size_t i = 0; i < length; i++) {
        const char *digit = memchr(digits, text[i], sizeof digits - 1);
        if (!digit)
            return -1;
        bits = bits << 6 | (uint32_t)(digit - digits);
        if (i % 4)
            out[used++] = (unsigned char)(bits >> (6 - 2 * (i % 4)));
    }
    /* left-over bits must be zero and fewer than a digit: one text for each value */
    return last != 1 && (!last || !(bits & ((1u << (8 - 2 * last)) - 1))) ? (ptrdiff_t)used : -1;
}

bool scan_listed(const char *list, const char *name) {
    size_t length = strlen(name);
    for (const char *at = list; length && (at = strstr(at, name)); at++)
        if ((at == list || strchr(", \t", at[-1])) && strchr(", \t", at[length]))
            return true;
    return false;
}
