#include "base/csv.h"
#include "base/scan.h"
#include <ctype.h>
#include <iconv.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { COLUMNS_MAX = 64, NAME_MAX_BYTES = 100, CELL_MAX = 65536, JSON_MAX = 16 * 1024 * 1024 };

struct reader {
    struct arena *arena;
    const char *at, *end;
    char separator;
    int line;
    unsigned left; /* cells that may yet come */
    struct buf cell;
    struct problem *problem;
};

static bool wrong(struct reader *reader, const char *detail) {
    char pointer[64];
    snprintf(pointer, sizeof pointer, "/body/line/%d", reader->line);
    return problem_add(reader->problem, pointer, "%s", detail);
}

/* The text as UTF-8: Excel writes the system's code page unless told otherwise. */
static bool decode(struct arena *arena, const char *bytes, size_t length, struct text *text) {
    size_t room = length * 3 + 1;
    char *out = arena_alloc_raw(arena, room), *to = out, *from = (char *)bytes;
    iconv_t way = iconv_open("UTF-8", "WINDOWS-1252");
    bool ok = out && way != (iconv_t)-1 && iconv(way, &from, &length, &to, &room) != (size_t)-1;
    if (way != (iconv_t)-1)
        iconv_close(way);
    *text = (struct text){out, (size_t)(to - out)};
    return ok;
}

/* The separator is the one that the first line has most of; Excel also says it in a line of its own. */
static void find_separator(struct reader *reader) {
    size_t counts[3] = {0};
    bool quoted = false;
    if (reader->end - reader->at > 5 && strncasecmp(reader->at, "sep=", 4) == 0 && strchr(",;\t|", reader->at[4])) {
        reader->separator = reader->at[4];
        reader->at += 5;
        reader->at += reader->at < reader->end && *reader->at == '\r';
        reader->at += reader->at < reader->end && *reader->at == '\n';
        reader->line++;
        return;
    }
    for (const char *c = reader->at; c < reader->end && (quoted || (*c != '\n' && *c != '\r')); c++) {
        const char *found = *c ? strchr(",;\t", *c) : NULL;
        quoted ^= *c == '"';
        if (found && !quoted)
            counts[found - ",;\t"]++;
    }
    int most = counts[1] > counts[0] ? 1 : 0;
    reader->separator = ",;\t"[counts[2] > counts[most] ? 2 : most];
}

static bool line_ends(const struct reader *reader) {
    return reader->at == reader->end || *reader->at == '\n' || *reader->at == '\r';
}

static bool read_quoted(struct reader *reader) {
    int started = reader->line;
    for (reader->at++;; reader->at++) {
        if (reader->at == reader->end) {
            reader->line = started;
            return wrong(reader, "has a quoted cell that does not end");
        }
        if (*reader->at == '"') {
            if (reader->at + 1 == reader->end || reader->at[1] != '"')
                break;
            reader->at++;
        }
        reader->line += *reader->at == '\n';
        buf_char(&reader->cell, *reader->at);
    }
    reader->at++;
    return line_ends(reader) || *reader->at == reader->separator || wrong(reader, "has text behind a quoted cell");
}

/* Reads a cell up to the separator or the line's end. */
static bool read_cell(struct reader *reader) {
    reader->cell.length = 0;
    if (reader->at < reader->end && *reader->at == '"') {
        if (!read_quoted(reader))
            return false;
    } else {
        for (; !line_ends(reader) && *reader->at != reader->separator; reader->at++)
            buf_char(&reader->cell, *reader->at);
    }
    return !reader->cell.failed || wrong(reader, "has a cell that is too long");
}

/* Moves past the separator; false at the end of the line, which is skipped. */
static bool next_cell(struct reader *reader) {
    if (reader->at < reader->end && *reader->at == reader->separator) {
        reader->at++;
        return true;
    }
    if (reader->at < reader->end && *reader->at == '\r')
        reader->at++;
    if (reader->at < reader->end && *reader->at == '\n')
        reader->at++;
    reader->line++;
    return false;
}

/* Bytes of the character that begins here, if it is white space or shows nothing; else 0. The text is UTF-8. */
static size_t blank(const char *text) {
    static const unsigned ranges[][2] = {{'\t', '\r'},     {' ', ' '},       {0x85, 0x85},     {0xA0, 0xA0},
                                         {0xAD, 0xAD},     {0x1680, 0x1680}, {0x2000, 0x200F}, {0x2028, 0x202F},
                                         {0x205F, 0x206F}, {0x3000, 0x3000}, {0xFEFF, 0xFEFF}};
    const unsigned char *bytes = (const unsigned char *)text;
    size_t length = *bytes < 0x80 ? 1 : *bytes < 0xE0 ? 2 : 3;
    unsigned code = *bytes;
    for (size_t i = 1; i < length; i++)
        code = code << 6 | (bytes[i] & 0x3Fu);
    code &= length == 2 ? 0x7FF : 0xFFFF;          /* without the mark of the length */
    if ((*bytes & 0xC0) == 0x80 || *bytes >= 0xF0) /* within a character, and beyond the ranges */
        return 0;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (code >= ranges[i][0] && code <= ranges[i][1])
            return length;
    return 0;
}

static struct text trim_cell(const struct buf *cell) {
    struct text text = {cell->data, cell->length};
    for (size_t n; text.length && (n = blank(text.bytes)); text.length -= n)
        text.bytes += n;
    for (size_t n = 1; text.length; text.length -= n) {
        for (n = 1; n < text.length && (text.bytes[text.length - n] & 0xC0) == 0x80; n++)
            continue;
        if (!blank(text.bytes + text.length - n))
            break;
    }
    return text;
}

static bool read_columns(struct reader *reader, const char **names, unsigned *count) {
    bool more = true, named = false;
    for (*count = 0; more; ++*count) {
        if (*count == COLUMNS_MAX || !read_cell(reader))
            return reader->problem->status ? false : wrong(reader, "has more than 64 columns");
        struct text text = trim_cell(&reader->cell);
        char *name = arena_copy(reader->arena, text.bytes, text.length), *end = name;
        for (const char *c = name; c && *c; end++) {
            size_t n = blank(c);
            *end = n ? '_' : (char)tolower((unsigned char)*c);
            c += n ?: 1;
        }
        if (!name || text.length > NAME_MAX_BYTES) /* each row repeats it */
            return wrong(reader, "has a column whose name is too long");
        *end = '\0';
        named |= *name;
        for (unsigned i = 0; *name && i < *count; i++)
            if (strcmp(names[i], name) == 0)
                return wrong(reader, "names a column twice");
        names[*count] = name;
        more = next_cell(reader);
    }
    reader->line -= !named;
    return named || wrong(reader, "names no column");
}

/* One cell as a member of the row; what our own CSV puts before a formula goes (TRAPS, renderers). */
static void put_named_cell(struct buf *out, const char *name, struct text text) {
    buf_json(out, name, strlen(name));
    buf_char(out, ':');
    size_t marks = 0;
    while (marks < text.length && text.bytes[marks] == '\'')
        marks++;
    if (marks && marks < text.length && strchr("=+@\t\r-", text.bytes[marks])) {
        text.bytes++;
        text.length--;
    }
    if (text.length)
        buf_json(out, text.bytes, text.length);
    else
        buf_str(out, "null");
}

static bool read_row(struct reader *reader, const char *const *names, unsigned count, struct buf *out, bool *any) {
    int line = reader->line;
    bool more = true, filled = false;
    size_t before = out->length;
    buf_printf(out, "%s{\"line\":%d,\"values\":{", *any ? "," : "", line);
    for (unsigned i = 0; more; i++) {
        if (!read_cell(reader))
            return false;
        struct text text = trim_cell(&reader->cell);
        filled |= text.length > 0;
        if (text.length && (i >= count || !*names[i]))
            return wrong(reader,
                         i < count ? "has a cell in a column without a name" : "has more cells than there are columns");
        if (i < count && *names[i]) {
            if (out->data[out->length - 1] != '{')
                buf_char(out, ',');
            put_named_cell(out, names[i], text);
        }
        more = next_cell(reader);
    }
    buf_str(out, "}}");
    if (!filled)
        out->length = before;
    else if (reader->left < count)
        return problem_set(reader->problem, "too-large", "The table has too many cells: send it in parts.");
    else
        reader->left -= count;
    *any |= filled;
    return true;
}

const char *csv_to_json(struct arena *arena, const char *bytes, size_t length, unsigned cells,
                        struct problem *problem) {
    struct text text = {bytes, length};
    if (length >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0))
        return problem_add(problem, "/body", "is UTF-16: save it as CSV UTF-8"), NULL;
    if (memchr(bytes, '\0', length))
        return problem_add(problem, "/body", "is no text: save the sheet as CSV"), NULL;
    if (length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
        text = (struct text){bytes + 3, length - 3};
    if (!scan_utf8(text.bytes, text.length) && !decode(arena, bytes, length, &text))
        return problem_add(problem, "/body", "is neither UTF-8 nor Windows-1252"), NULL;
    struct reader reader = {.arena = arena,
                            .at = text.bytes,
                            .end = text.bytes + text.length,
                            .line = 1,
                            .left = cells,
                            .cell = buf_new(arena, 256, CELL_MAX),
                            .problem = problem};
    const char *names[COLUMNS_MAX];
    unsigned count;
    find_separator(&reader);
    if (!read_columns(&reader, names, &count))
        return NULL;
    struct buf out = buf_new(arena, text.length * 2 + 256, JSON_MAX);
    buf_str(&out, "{\"columns\":[");
    for (unsigned i = 0; i < count; i++)
        if (*names[i]) { /* a column of nothing is one that a spreadsheet left behind */
            buf_str(&out, out.data[out.length - 1] == '[' ? "" : ",");
            buf_json(&out, names[i], strlen(names[i]));
        }
    buf_str(&out, "],\"rows\":[");
    for (bool any = false; reader.at < reader.end;)
        if (!read_row(&reader, names, count, &out, &any))
            return NULL;
    buf_str(&out, "]}");
    const char *json = buf_text(&out);
    if (!json)
        problem_set(problem, "too-large", "The file is too large.");
    return json;
}
