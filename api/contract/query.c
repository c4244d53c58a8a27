#include "contract/query.h"
#include "base/buf.h"
#include "contract/format.h"
#include <stdio.h>
#include <string.h>

enum { NAMES_MAX = 64 };

/* What of SQL's tokens holds a colon, or could hold one (PostgreSQL's manual, section 4.1): what has no group stays
 * as it is. A quote that is not closed matches as what opens it alone. */
static const char tokens[] =
    "(?xs)"
    "(?<!\\w)[eE]'(?:[^'\\\\]++|''|\\\\.)*+'  |  ((?<!\\w)[eE]')"
    "| '(?:[^']++|'')*+'  |  \"(?:[^\"]++|\"\")*+\"  |  (['\"])"
    "| (?<!\\w)\\$((?!\\d)\\w*+)\\$.*?\\$\\3\\$  |  (?<!\\w)(\\$(?!\\d)\\w*+\\$)  |  (?<!\\w)(\\$)"
    "| (/\\*(?:[^*/]++|/(?!\\*)|\\*(?!/)|(?6))*+\\*/)  |  (/\\*)  |  --[^\\n]*+"
    "| ::  |  :=  |  (?<![\\w\\]]):([a-z_]\\w*+)"
    "| (;\\s*+\\z)  |  (;)";
enum group { OPEN_E = 1, OPEN, TAG, OPEN_DOLLAR, DOLLAR, COMMENT, OPEN_COMMENT, NAME, LAST, SEMICOLON, GROUPS };

static const char *const faults[GROUPS] = {[OPEN_E] = "a quote is not closed",
                                           [OPEN] = "a quote is not closed",
                                           [OPEN_DOLLAR] = "a dollar quote is not closed",
                                           [DOLLAR] = "write :name, not $1",
                                           [OPEN_COMMENT] = "a comment is not closed",
                                           [SEMICOLON] = "one statement a file"};

struct lexer {
    struct arena *arena;
    struct gate *gate;
    struct query *query;
    struct buf out;
    const char **names;
    int *lines;
    int line;
    bool closed; /* the names are given */
};

static bool fail(struct lexer *lexer, const char *message) {
    gate_fault(lexer->gate, arena_printf(lexer->arena, "%s:%d", lexer->query->path, lexer->line), "%s", message);
    return false;
}

static void copy_text(struct lexer *lexer, const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        lexer->line += text[i] == '\n';
    buf_put(&lexer->out, text, length);
}

static bool put_name(struct lexer *lexer, const char *name) {
    unsigned i = 0;
    while (i < lexer->query->count && strcmp(lexer->names[i], name) != 0)
        i++;
    if (i == NAMES_MAX || (i == lexer->query->count && lexer->closed))
        return fail(lexer, lexer->closed ? "has a parameter that is not given" : "too many parameters");
    lexer->query->count += i == lexer->query->count;
    lexer->names[i] = name;
    lexer->lines[i] = lexer->lines[i] ?: lexer->line;
    buf_printf(&lexer->out, "$%u", i + 1);
    return true;
}

/* One token of text, whose groups lie at ends. */
static bool put_token(struct lexer *lexer, const char *text, const PCRE2_SIZE *ends, int groups) {
    for (int i = 1; i < groups; i++)
        if (ends[2 * i] != PCRE2_UNSET && faults[i])
            return fail(lexer, faults[i]);
    if (groups > NAME && ends[2 * NAME] != PCRE2_UNSET)
        return put_name(lexer, arena_copy(lexer->arena, text + ends[2 * NAME], ends[2 * NAME + 1] - ends[2 * NAME]));
    if (groups <= LAST || ends[2 * LAST] == PCRE2_UNSET)
        copy_text(lexer, text + ends[0], ends[1] - ends[0]);
    return true;
}

/* The names that are given, in their order. */
static void take_names(struct lexer *lexer, const char *parameters) {
    for (size_t length; (length = strcspn(parameters, " ")); parameters += length + (parameters[length] == ' '))
        lexer->names[lexer->query->count++] = arena_copy(lexer->arena, parameters, length);
}

const struct query *query_parse(struct arena *arena, const char *path, const char *parameters, const char *text,
                                size_t length, struct gate *gate) {
    struct lexer lexer = {.arena = arena, .gate = gate, .line = 1, .closed = parameters};
    lexer.out = buf_new(arena, length + 256, 1 << 20);
    lexer.query = arena_alloc(arena, sizeof *lexer.query);
    lexer.query->path = arena_copy(arena, path, strlen(path));
    lexer.query->names = lexer.names = arena_alloc(arena, NAMES_MAX * sizeof *lexer.names);
    lexer.query->lines = lexer.lines = arena_alloc(arena, NAMES_MAX * sizeof *lexer.lines);
    if (parameters)
        take_names(&lexer, parameters);
    int error, groups;
    PCRE2_SIZE at = 0, offset;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)tokens, PCRE2_ZERO_TERMINATED, 0, &error, &offset, NULL);
    pcre2_match_data *data = pcre2_match_data_create(GROUPS, NULL);
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(data);
    bool ok = true;
    while (ok && (groups = pcre2_match(code, (PCRE2_SPTR)text, length, at, 0, data, NULL)) > 0) {
        copy_text(&lexer, text + at, ends[0] - at);
        ok = put_token(&lexer, text, ends, groups);
        at = ends[1];
    }
    copy_text(&lexer, text + at, length - at);
    pcre2_match_data_free(data);
    pcre2_code_free(code);
    lexer.query->text = buf_text(&lexer.out);
    for (unsigned i = 0; ok && i < lexer.query->count; i++)
        ok = lexer.lines[i] || fail(&lexer, arena_printf(arena, "does not use :%s", lexer.names[i]));
    return ok && (groups == PCRE2_ERROR_NOMATCH || fail(&lexer, "cannot be read")) ? lexer.query : NULL;
}

const struct query *query_load(struct arena *arena, const char *path, const char *parameters, struct gate *gate) {
    FILE *file = fopen(path, "re");
    static char text[1 << 18];
    if (!file) {
        gate_fault(gate, path, "cannot be read");
        return NULL;
    }
    size_t length = fread(text, 1, sizeof text, file);
    fclose(file);
    if (length == sizeof text) {
        gate_fault(gate, arena_printf(arena, "%s:1", path), "has more than %zu bytes", sizeof text - 1);
        return NULL;
    }
    return query_parse(arena, path, parameters, text, length, gate);
}
