/* The :name lexer against PostgreSQL's lexical structure (its manual, section 4.1). */
#include "contract/query.h"
#include "suite.h"
#include <stdlib.h>
#include <string.h>

static struct arena *arena;
static struct gate gate;

static void set_up(void) {
    arena = arena_new(0);
    gate = (struct gate){0};
}

static void tear_down(void) {
    arena_free(&arena);
}

static const struct query *parse(const char *text) {
    return query_parse(arena, "q.sql", NULL, text, strlen(text), &gate);
}

START_TEST(names_become_numbers) {
    const struct query *query = parse("SELECT :b, :a_1, :b::text FROM t;\n");
    ck_assert_str_eq(query->text, "SELECT $1, $2, $1::text FROM t");
    ck_assert_uint_eq(query->count, 2);
    ck_assert_str_eq(query->names[0], "b");
    ck_assert_str_eq(query->names[1], "a_1");
    query = parse("SELECT 1,\n\n  :late");
    ck_assert_int_eq(query->lines[0], 3);
}
END_TEST

/* The engine's own: where a file has a name says nothing of its number. */
START_TEST(given_names_keep_their_numbers) {
    static const char text[] = "SELECT :b, :a, :b";
    const struct query *query = query_parse(arena, "q.sql", "a b", text, strlen(text), &gate);
    ck_assert_str_eq(query->text, "SELECT $2, $1, $2");
    ck_assert_str_eq(query->names[1], "b");
    ck_assert_uint_eq(query->count, 2);
    ck_assert_ptr_null(query_parse(arena, "q.sql", "a", text, strlen(text), &gate));
    ck_assert_uint_eq(gate.faults, 1);
    ck_assert_ptr_null(query_parse(arena, "q.sql", "a b c", text, strlen(text), &gate));
    ck_assert_uint_eq(gate.faults, 2);
    ck_assert_ptr_nonnull(query_parse(arena, "q.sql", "", "SELECT 1", 8, &gate));
}
END_TEST

START_TEST(what_is_no_name_stays) {
    static const char *const texts[] = {
        "SELECT ':a'",
        "SELECT 'it''s :a'",
        "SELECT E'\\':a'",
        "SELECT \"x:a\"",
        "SELECT \"a\"\":b\"",
        "SELECT $$ :a $$",
        "SELECT $t$ $$ :a $t$",
        "SELECT 1 -- :a",
        "SELECT 1 -- :a\n+ 2",
        "SELECT /* :a */ 1",
        "SELECT /* /* :a */ :b */ 1",
        "SELECT a::text",
        "SELECT x[1:2]",
        "SELECT x[a:b]",
        "SELECT x[f(1):n]",
        "SELECT f(a := 1)",
        "SELECT U&'d\\0061:a'",
        "SELECT a$b$c",
        "SELECT 'a' ':b'",
        "SELECT '\\':: text",
        "SELECT e'\\\\' 'x:a'",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct query *query = parse(texts[i]);
        ck_assert_msg(query && query->count == (strcmp(texts[i], "SELECT x[f(1):n]") == 0), "%s", texts[i]);
        ck_assert_msg(query->count || strcmp(query->text, texts[i]) == 0, "%s → %s", texts[i], query->text);
    }
}
END_TEST

START_TEST(refuses) {
    static const char *const texts[] = {"SELECT 'a",       "SELECT \"a", "SELECT $1",          "SELECT $$ a",
                                        "SELECT $t$ a $$", "/* /* */",   "SELECT 1; SELECT 2", "SELECT E'a\\'"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_assert_msg(!parse(texts[i]), "%s", texts[i]);
    ck_assert_uint_eq(gate.faults, sizeof texts / sizeof *texts);
}
END_TEST

START_TEST(says_file_and_line) {
    char *text = NULL;
    size_t length = 0;
    gate.out = open_memstream(&text, &length);
    parse("SELECT\n\n 'open");
    fclose(gate.out);
    ck_assert_str_eq(text, "q.sql:3: a quote is not closed\n");
    free(text);
}
END_TEST

START_TEST(has_a_limit) {
    char text[4096] = "SELECT 0";
    for (int i = 0; i < 65; i++)
        snprintf(text + strlen(text), 16, ", :p%d", i);
    ck_assert_ptr_null(parse(text));
}
END_TEST

int main(void) {
    return run_cases("query", set_up, tear_down,
                     (const TTest *const[]){names_become_numbers, given_names_keep_their_numbers, what_is_no_name_stays,
                                            refuses, says_file_and_line, has_a_limit, NULL});
}
