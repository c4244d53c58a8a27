#include "base/csv.h"
#include "base/scan.h"
#define PCRE2_CODE_UNIT_WIDTH 8
#include <ctype.h>
#include <iconv.h>
#include <pcre2.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { COLUMNS_MAX = 64, NAME_MAX_BYTES = 100, CELL_MAX = 65536, JSON_MAX = 16 * 1024 * 1024 };

/* White space, and what shows nothing. */
#define BLANK                                                                                                          \
    "\\t-\\r \\x{85}\\xA0\\xAD\\x{1680}\\x{2000}-\\x{200F}\\x{2028}-\\x{202F}\\x{205F}-\\x{206F}\\x{3000}\\x{FEFF}"

/* A cell in quotes, in which two are one, or up to the separator; the closing quote; what comes behind. No repetition
 * gives back what it took. */
static const char cell_form[] = "\\G(?|\"((?:[^\"]++|\"\")*+)(\"?)|([^%1$c\r\n]*+)())([%1$c]|\r\n?|\n|\\z)?";
static const char trimmed_form[] = "\\G[" BLANK "]*+((?:[" BLANK "]*+[^" BLANK "]++)*+)", blank_form[] = "[" BLANK "]";

struct reader {
    struct arena *arena;
    const char *at, *end;
    char separator;
    int line;
    unsigned left; /* cells that may yet come */
    pcre2_code *cells, *trimmed, *blanks;
    pcre2_match_data *found;
    struct buf cell;
    struct text text; /* of the cell, without white space around it */
    bool more;        /* another one stands behind it in the line */
    struct problem *problem;
};

static bool wrong(struct reader *reader, const char *detail) {
    char pointer[64];
    snprintf(pointer, sizeof pointer, "/body/line/%d", reader->line);
    return problem_add(reader->problem, pointer, "%s", detail);
}

/* The text as UTF-8: Excel writes the system's code page unless set otherwise. */
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

static pcre2_code *compile_form(const char *form) {
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)form, PCRE2_ZERO_TERMINATED, PCRE2_UTF, &(int){0}, &(PCRE2_SIZE){0}, NULL);
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* without it, it is slower */
    return code;
}

static bool matches(const struct reader *reader, const pcre2_code *form, const char *text, size_t length) {
    return pcre2_match(form, (PCRE2_SPTR)text, length, 0, PCRE2_NO_UTF_CHECK, reader->found, NULL) > 0;
}

/* Reads a cell, and moves behind what ends it. */
static bool read_cell(struct reader *reader) {
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(reader->found);
    const char *at = reader->at;
    bool quoted = at < reader->end && *at == '"', ok = matches(reader, reader->cells, at, (size_t)(reader->end - at));
    if (ok && quoted && ends[4] == ends[5])
        return wrong(reader, "has a quoted cell that does not end");
    reader->cell.length = 0;
    for (size_t i = ends[2]; ok && i < ends[3]; i++) {
        reader->line += at[i] == '\n';
        buf_char(&reader->cell, at[i]);
        i += quoted && at[i] == '"';
    }
    if (ok && ends[6] == PCRE2_UNSET)
        return wrong(reader, "has text behind a quoted cell");
    if (!ok || reader->cell.failed)
        return wrong(reader, "has a cell that is too long");
    reader->at += ends[1];
    reader->more = ends[6] < ends[7] && at[ends[6]] == reader->separator;
    if (!matches(reader, reader->trimmed, reader->cell.data, reader->cell.length))
        return problem_exhausted(reader->problem);
    reader->text = (struct text){reader->cell.data + ends[2], ends[3] - ends[2]};
    return true;
}

static bool read_columns(struct reader *reader, const char **names, unsigned *count) {
    bool more = true, named = false;
    for (*count = 0; more; ++*count) {
        if (*count == COLUMNS_MAX || !read_cell(reader))
            return reader->problem->status ? false : wrong(reader, "has more than 64 columns");
        char *name = arena_alloc(reader->arena, NAME_MAX_BYTES + 1);
        PCRE2_SIZE room = NAME_MAX_BYTES + 1;
        if (!name || reader->text.length > NAME_MAX_BYTES || /* each row repeats it */
            pcre2_substitute(reader->blanks, (PCRE2_SPTR)reader->text.bytes, reader->text.length, 0,
                             PCRE2_SUBSTITUTE_GLOBAL, NULL, NULL, (PCRE2_SPTR) "_", 1, (PCRE2_UCHAR *)name, &room) < 0)
            return wrong(reader, "has a column whose name is too long");
        for (char *c = name; *c; c++)
            *c = (char)tolower((unsigned char)*c);
        named |= *name;
        for (unsigned i = 0; *name && i < *count; i++)
            if (strcmp(names[i], name) == 0)
                return wrong(reader, "names a column twice");
        names[*count] = name;
        reader->line += !(more = reader->more);
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
        struct text text = reader->text;
        filled |= text.length > 0;
        if (text.length && (i >= count || !*names[i]))
            return wrong(reader,
                         i < count ? "has a cell in a column without a name" : "has more cells than there are columns");
        if (i < count && *names[i]) {
            if (out->data[out->length - 1] != '{')
                buf_char(out, ',');
            put_named_cell(out, names[i], text);
        }
        reader->line += !(more = reader->more);
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

static const char *read_table(struct reader *reader) {
    const char *names[COLUMNS_MAX];
    unsigned count;
    find_separator(reader);
    const char *form = arena_printf(reader->arena, cell_form, reader->separator);
    reader->cells = form ? compile_form(form) : NULL;
    if (!reader->cells || !reader->trimmed || !reader->blanks || !reader->found)
        return problem_exhausted(reader->problem), NULL;
    if (!read_columns(reader, names, &count))
        return NULL;
    struct buf out = buf_new(reader->arena, (size_t)(reader->end - reader->at) * 2 + 256, JSON_MAX);
    buf_str(&out, "{\"columns\":[");
    for (unsigned i = 0; i < count; i++)
        if (*names[i]) { /* a column of nothing is one that a spreadsheet left behind */
            buf_str(&out, out.data[out.length - 1] == '[' ? "" : ",");
            buf_json(&out, names[i], strlen(names[i]));
        }
    buf_str(&out, "],\"rows\":[");
    for (bool any = false; reader->at < reader->end;)
        if (!read_row(reader, names, count, &out, &any))
            return NULL;
    buf_str(&out, "]}");
    const char *json = buf_text(&out);
    if (!json)
        problem_set(reader->problem, "too-large", "The file is too large.");
    return json;
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
                            .trimmed = compile_form(trimmed_form),
                            .blanks = compile_form(blank_form),
                            .found = pcre2_match_data_create(4, NULL),
                            .cell = buf_new(arena, 256, CELL_MAX),
                            .problem = problem};
    const char *json = read_table(&reader);
    pcre2_code_free(reader.cells);
    pcre2_code_free(reader.trimmed);
    pcre2_code_free(reader.blanks);
    pcre2_match_data_free(reader.found);
    return json;
}
