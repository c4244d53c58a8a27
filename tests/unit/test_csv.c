/* Spreadsheets as they are saved, and as they are broken. */
#include "base/csv.h"
#include "suite.h"
#include <string.h>

static struct problem problem;

static const char *json(const char *bytes, size_t length) {
    static struct arena *arena;
    arena_free(&arena);
    arena = arena_new(1 << 22);
    problem = (struct problem){0};
    return csv_to_json(arena, bytes, length, 1000000, &problem);
}
#define JSON(text) json(text, sizeof(text) - 1)

START_TEST(what_programs_save) {
    const char *plain =
        "{\"columns\":[\"name\",\"sector\"],\"rows\":[{\"line\":2,\"values\":{\"name\":\"a\",\"sector\":\"he\"}}]}";
    ck_assert_str_eq(JSON("Name,Sector\na,he\n"), plain);
    ck_assert_str_eq(JSON("\xEF\xBB\xBFName,Sector\r\na,he\r\n"), plain);
    ck_assert_str_eq(JSON(" Name ;Sector\r\na; he \r\n;\r\n\r\n"), plain);
    ck_assert_str_eq(JSON("Name\tSector\ra\the"), plain);
    ck_assert_str_eq(JSON("\"Name\",\"Sector\"\n\"a\",\"he\"\n"), plain);
    ck_assert_str_eq(
        JSON("sep=;\r\nName;Sector\r\na;he\r\n"),
        "{\"columns\":[\"name\",\"sector\"],\"rows\":[{\"line\":3,\"values\":{\"name\":\"a\",\"sector\":\"he\"}}]}");
}
END_TEST

START_TEST(cells) {
    ck_assert_str_eq(
        JSON("a b,c\n\"x\"\"y\r\nz, w\",\n'=1+1,'no\n''=x,-\n"),
        "{\"columns\":[\"a_b\",\"c\"],\"rows\":[{\"line\":2,\"values\":{\"a_b\":\"x\\\"y\\r\\nz, w\",\"c\":null}},"
        "{\"line\":4,\"values\":{\"a_b\":\"=1+1\",\"c\":\"'no\"}},{\"line\":5,\"values\":{\"a_b\":\"'=x\",\"c\":\"-\"}}"
        "]}");
    ck_assert_str_eq(JSON("a\nGw\xE9n\x80\n"),
                     "{\"columns\":[\"a\"],\"rows\":[{\"line\":2,\"values\":{\"a\":\"Gwén€\"}}]}");
    ck_assert_str_eq(JSON("a,b\nx\n"), "{\"columns\":[\"a\",\"b\"],\"rows\":[{\"line\":2,\"values\":{\"a\":\"x\"}}]}");
    ck_assert_str_eq(
        JSON("\u00a0A\u200b,,b \u00a0c,\n\u2003x\u00a0y\ufeff,,\u3000,\n \u00a0,\u200b,,\t\n"),
        "{\"columns\":[\"a\",\"b__c\"],\"rows\":[{\"line\":2,\"values\":{\"a\":\"x\u00a0y\",\"b__c\":null}}]}");
    ck_assert_str_eq(JSON("a\n🎓\n"), "{\"columns\":[\"a\"],\"rows\":[{\"line\":2,\"values\":{\"a\":\"🎓\"}}]}");
    ck_assert_str_eq(JSON("a"), "{\"columns\":[\"a\"],\"rows\":[]}");
}
END_TEST

#define REFUSED(text, where)                                                                                           \
    do {                                                                                                               \
        ck_assert_ptr_null(JSON(text));                                                                                \
        ck_assert_str_eq(problem.errors[0].pointer, where);                                                            \
    } while (0)

START_TEST(what_is_refused_says_where) {
    REFUSED("", "/body/line/1");
    REFUSED(",\u00a0\n1,2\n", "/body/line/1");
    REFUSED("a,,b\n1,2,3\n", "/body/line/2");
    REFUSED("a,A\n", "/body/line/1");
    REFUSED("a\nb\n\"open\nstill", "/body/line/3");
    REFUSED("a\n\"x\"y\n", "/body/line/2");
    REFUSED("a\nx,y\n", "/body/line/2");
    REFUSED("a\n\x81\n", "/body");
    REFUSED("\xFF\xFE"
            "a\0",
            "/body");
    REFUSED("a\n\0\n", "/body");
}
END_TEST

int main(void) {
    return run_cases("csv", NULL, NULL,
                     (const TTest *const[]){what_programs_save, cells, what_is_refused_says_where, NULL});
}
