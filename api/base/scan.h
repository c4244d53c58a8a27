/* Strict readers of text: the only place that turns bytes into numbers and text. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A whole decimal integer: an optional minus, digits, no leading zeros, nothing else. Behind length comes no digit. */
bool scan_int(const char *text, size_t length, int64_t *value);

/* A JSON number (RFC 8259, section 6). */
bool scan_number(const char *text, size_t length);

/* A JSON number that is an integer of 64 bits, however it is written: 1.0, 1e3, 10e-1. The text continues past length.
 */
bool scan_whole(const char *text, size_t length, int64_t *value);

/* Well-formed UTF-8 (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF. */
bool scan_utf8(const char *text, size_t length);

/* How many of the first bytes are that. */
size_t scan_utf8_prefix(const char *text, size_t length);

/* The number of code points in valid UTF-8. */
size_t scan_code_points(const char *text, size_t length);

/* Decodes %XX from text into out (at least length bytes; may be text itself), '+' to a space when plus.
 * Gives the decoded length, or -1 for a broken escape, a NUL or bytes that are not UTF-8. */
ptrdiff_t scan_percent(const char *text, size_t length, bool plus, char *out);

/* base64url without padding (RFC 4648, section 5) into out (at least length bytes): decoded length, or -1. */
ptrdiff_t scan_base64url(const char *text, size_t length, unsigned char *out);

/* Whether name is on a list of names separated by commas. */
bool scan_listed(const char *list, const char *name);
