#include "contract/query.h"
#include "base/buf.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { NAMES_MAX = 64 };

struct lexer {
    struct arena *arena;
    struct gate *gate;
    struct query *query;
    const char *at, *end, *start;
    struct buf out;
    const char **names;
    int *lines;
    int line;
    bool failed;
};

static void fail(struct lexer *lexer, const char *message) {
    gate_fault(lexer->gate, arena_printf(lexer->arena, "%s:%d", lexer->query->path, lexer->line), "%s", message);
    lexer->failed = true;
}

static void take(struct lexer *lexer, size_t count) {
    for (size_t i = 0; i < count; i++)
        lexer->line += lexer->at[i] == '\n';
    buf_put(&lexer->out, lexer->at, count);
    lexer->at += count;
}

static bool is_name(char c) {
    return isalnum((unsigned char)c) || c == '_';
}

static size_t left(const struct lexer *lexer) {
    return (size_t)(lexer->end - lexer->at);
}

/* '…' or "…"; a doubled quote stays inside, a backslash escapes only in E'…'. */
static void quoted(struct lexer *lexer, bool backslash) {
    char quote = *lexer->at;
    size_t i = 1;
    for (; i < left(lexer); i++) {
        if (backslash && lexer->at[i] == '\\')
            i++;
        else if (lexer->at[i] == quote && (i + 1 >= left(lexer) || lexer->at[i + 1] != quote))
            return take(lexer, i + 1);
        else if (lexer->at[i] == quote)
            i++;
    }
    fail(lexer, "a quote is not closed");
}

static void dollar(struct lexer *lexer) {
    size_t tag = 1;
    while (tag < left(lexer) && is_name(lexer->at[tag]))
        tag++;
    if (tag == left(lexer) || lexer->at[tag] != '$' || isdigit((unsigned char)lexer->at[1]))
        return fail(lexer, "write :name, not $1");
    tag++;
    const char *close = memmem(lexer->at + tag, left(lexer) - tag, lexer->at, tag);
    if (!close)
        return fail(lexer, "a dollar quote is not closed");
    take(lexer, (size_t)(close - lexer->at) + tag);
}

static void block_comment(struct lexer *lexer) {
    int depth = 0;
    size_t i = 0;
    do {
        bool open = i + 1 < left(lexer) && lexer->at[i] == '/' && lexer->at[i + 1] == '*';
        bool close = i + 1 < left(lexer) && lexer->at[i] == '*' && lexer->at[i + 1] == '/';
        depth += open - close;
        i += open || close ? 2 : 1;
    } while (depth && i < left(lexer));
    if (depth)
        return fail(lexer, "a comment is not closed");
    take(lexer, i);
}

static void name(struct lexer *lexer) {
    size_t length = 1;
    while (length < left(lexer) && is_name(lexer->at[length]))
        length++;
    unsigned i = 0;
    while (i < lexer->query->count &&
           (strlen(lexer->names[i]) != length - 1 || memcmp(lexer->names[i], lexer->at + 1, length - 1) != 0))
        i++;
    if (i == NAMES_MAX)
        return fail(lexer, "too many parameters");
    if (i == lexer->query->count) {
        lexer->names[i] = arena_copy(lexer->arena, lexer->at + 1, length - 1);
        lexer->lines[i] = lexer->line;
        lexer->query->count++;
    }
    buf_printf(&lexer->out, "$%u", i + 1);
    lexer->at += length;
}

static void step(struct lexer *lexer) {
    char c = *lexer->at, next = left(lexer) > 1 ? lexer->at[1] : 0;
    char before = lexer->at > lexer->start ? lexer->at[-1] : ' ';
    if (c == '\'')
        quoted(lexer, (before | 0x20) == 'e' && (lexer->at - 1 == lexer->start || !is_name(lexer->at[-2])));
    else if (c == '"')
        quoted(lexer, false);
    else if (c == '$' && !is_name(before))
        dollar(lexer);
    else if (c == '-' && next == '-')
        take(lexer, (size_t)((char *)(memchr(lexer->at, '\n', left(lexer)) ?: lexer->end) - lexer->at));
    else if (c == '/' && next == '*')
        block_comment(lexer);
    else if (c == ':' && (next == ':' || next == '='))
        take(lexer, 2);
    else if (c == ':' && (islower((unsigned char)next) || next == '_') && !is_name(before) && before != ']')
        name(lexer);
    else if (c == ';') {
        for (const char *rest = lexer->at + 1; rest < lexer->end; rest++)
            if (!isspace((unsigned char)*rest))
                return fail(lexer, "one statement a file");
        lexer->at = lexer->end;
    } else
        take(lexer, 1);
}

const struct query *query_parse(struct arena *arena, const char *path, const char *text, size_t length,
                                struct gate *gate) {
    struct lexer lexer = {.arena = arena, .gate = gate, .at = text, .start = text, .end = text + length, .line = 1};
    lexer.query = arena_alloc(arena, sizeof *lexer.query);
    lexer.query->path = arena_copy(arena, path, strlen(path));
    lexer.query->names = lexer.names = arena_alloc(arena, NAMES_MAX * sizeof *lexer.names);
    lexer.query->lines = lexer.lines = arena_alloc(arena, NAMES_MAX * sizeof *lexer.lines);
    lexer.out = buf_new(arena, length + 256, 1 << 20);
    while (lexer.at < lexer.end && !lexer.failed)
        step(&lexer);
    lexer.query->text = buf_text(&lexer.out);
    return lexer.failed ? NULL : lexer.query;
}

const struct query *query_load(struct arena *arena, const char *path, struct gate *gate) {
    FILE *file = fopen(path, "re");
    static char text[1 << 18];
    if (!file) {
        gate_fault(gate, path, "cannot be read");
        return NULL;
    }
    size_t length = fread(text, 1, sizeof text, file);
    fclose(file);
    return query_parse(arena, path, text, length, gate);
}
