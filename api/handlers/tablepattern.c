/* A pattern of JSON Schema in the words of Table Schema, whose patterns are those of XML Schema: they match the whole
 * value, ^ and $ mean nothing in them, and a good part of what others have is not there.
 */
#include "handlers/data.h"
#include <ctype.h>
#include <string.h>

/* Anything; where a pattern may begin or end anywhere. */
#define ANYTHING "[\\s\\S]*"

/* Escapes that mean the same there, or more: \d and \w have letters of all scripts, \S and \s are not the same to all.
 */
static bool escape_translates(char escaped) {
    return escaped && strchr("nrt\\|.?*+(){}[]-^dw", escaped);
}

/* Over one member of a class, a character or a range of two. NULL: it does not translate. */
static const char *over_member(const char *c, bool first) {
    bool last = c[1] == ']', range = !last && *c != '\\' && c[1] == '-' && c[2] != ']';
    if (*c == '\\')
        return escape_translates(c[1]) ? c + 2 : NULL;
    if (*c == '[' || *c == ']' || (*c == '-' && !first && !last) || (range && strchr("\\[-", c[2])))
        return NULL;
    return c + (range ? 3 : 1);
}

/* Over a class, to its end. */
static const char *over_class(const char *c) {
    c += c[1] == '^' ? 2 : 1;
    for (bool first = true; c && *c && (first || *c != ']'); first = false)
        c = over_member(c, first);
    return c && *c ? c : NULL;
}

/* Over {2}, {2,} or {2,5}, to its end. */
static const char *over_count(const char *c) {
    size_t digits = strspn(c + 1, "0123456789");
    c += 1 + digits;
    c += *c == ',' ? 1 + strspn(c + 1, "0123456789") : 0;
    return digits && *c == '}' ? c : NULL;
}

/* Whether what stands between the anchors is written the same there. */
static bool translates(const char *c, const char *to) {
    int depth = 0;
    bool counted = false; /* after a quantifier another one makes it lazy, or greedier still */
    for (; c < to; c++) {
        bool counts = strchr("*+?{", *c);
        if ((counts && counted) || strchr("^$}]", *c) || (*c == '|' && !depth) || (*c == '(' && c[1] == '?'))
            return false;
        counted = counts;
        depth += (*c == '(') - (*c == ')');
        if (depth < 0 || (*c == '\\' && !escape_translates(c[1])))
            return false;
        if (*c == '\\')
            c++;
        else if (*c == '[' || *c == '{')
            c = *c == '[' ? over_class(c) : over_count(c);
        if (!c)
            return false;
    }
    return !depth;
}

/* Whether it can't begin with what gets a quote mark in CSV (render/csv.c). */
static bool begins_plainly(const char *c) {
    c += strspn(c, "(");
    if (isalnum((unsigned char)*c) || *c == '/')
        return true;
    if (*c != '[' || c[1] == '^')
        return false;
    for (c++; *c && *c != ']'; c++)
        if (!isalnum((unsigned char)*c) && !strchr("_.", *c) &&
            !(*c == '-' && isalnum((unsigned char)c[-1]) && isalnum((unsigned char)c[1])))
            return false;
    return true;
}

const char *data_pattern(struct arena *arena, const char *pattern) {
    size_t length = strlen(pattern);
    bool begins = *pattern == '^', ends = length > 1 && pattern[length - 1] == '$' && pattern[length - 2] != '\\';
    const char *from = pattern + begins, *to = pattern + length - ends;
    if (!begins || !begins_plainly(from) || !translates(from, to))
        return NULL;
    return arena_printf(arena, "%.*s%s", (int)(to - from), from, ends ? "" : ANYTHING);
}
