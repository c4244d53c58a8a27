/* What a file is by its bytes, in whatever pieces they come; byte ranges (RFC 9110, section 14). */
#include "handlers/content.h"
#include "handlers/range.h"
#include "suite.h"
#include <stdlib.h>

/* The type of bytes that come in pieces of this size; "refused" where they are refused at once, "none" at the end. */
static const char *type_in(const char *bytes, size_t length, size_t piece, const char *name) {
    struct content content = {0};
    for (size_t at = 0; at < length; at += piece)
        if (!content_take(&content, bytes + at, length - at < piece ? length - at : piece))
            return "refused";
    return content_type(&content, name) ?: "none";
}

/* An entry of a zip's directory. */
static size_t put_entry(char *to, const char *name) {
    memset(to, 0, 46);
    memcpy(to, "PK\x01\x02", 4);
    to[28] = (char)strlen(name);
    memcpy(to + 46, name, strlen(name));
    return 46 + strlen(name);
}

static size_t put_archive(char *to, size_t padding, const char *const *names) {
    size_t length = 0;
    memcpy(to, "PK\x03\x04", 4);
    length = 4 + padding;
    memset(to + 4, 'P', padding);
    for (; *names; names++)
        length += put_entry(to + length, *names);
    memset(to + length, 0, 22);
    memcpy(to + length, "PK\x05\x06", 4);
    return length + 22;
}

START_TEST(archives_in_any_pieces) {
    static char bytes[2048];
    static const char *const word[] = {"_rels/.rels", "[Content_Types].xml", "word/document.xml", NULL},
                             *const macros[] = {"[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin", NULL};
    for (size_t padding = 20; padding < 220; padding += 7) {
        size_t length = put_archive(bytes, padding, word);
        for (size_t piece = 16; piece <= length; piece++) {
            ck_assert_str_eq(type_in(bytes, length, piece, "a.docx"),
                             "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
            ck_assert_str_eq(type_in(bytes, length - 20, piece, "a.docx"), "none");
        }
        length = put_archive(bytes, padding, macros);
        for (size_t piece = 16; piece <= length; piece++)
            ck_assert_str_eq(type_in(bytes, length, piece, "a.xlsx"), "none");
    }
}
END_TEST

START_TEST(texts_in_any_pieces) {
    static const char text[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\r\n\tb\xf0\x9f\x98\x80",
                      broken[] = "aaaaaaaaaaaaaaaa\xf0\x9f\x98";
    for (size_t piece = 1; piece <= sizeof text; piece++) {
        ck_assert_str_eq(type_in(text, sizeof text - 1, piece, "a.txt"), "text/plain");
        ck_assert_str_eq(type_in(text, sizeof text - 1, piece, "a.CSV"), "text/csv");
        ck_assert_str_eq(type_in(text, sizeof text, piece, "a.txt"), "refused");
        for (size_t less = 0; less < 3; less++)
            ck_assert_str_eq(type_in(broken, sizeof broken - 1 - less, piece, "a.txt"), "none");
    }
    static const char *const wrong[] = {"\x80", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                        "\xff", "a\xc3(",   "\xe2\x82(",    "\xf0\x9f\x98(",
                                        "\x1b", "\x7f\x01"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        for (size_t piece = 1; piece <= strlen(wrong[i]); piece++)
            ck_assert_str_ne(type_in(wrong[i], strlen(wrong[i]), piece, "a.txt"), "text/plain");
}
END_TEST

START_TEST(beginnings) {
    static const struct {
        const char *bytes, *type;
    } cases[] = {{"%PDF-1.4\n12345678", "application/pdf"},
                 {"\x89PNG\r\n\x1a\n12345678", "image/png"},
                 {"\xff\xd8\xff\xe1 1234567890123", "image/jpeg"},
                 {"ID3\x04 123456789012", "audio/mpeg"},
                 {"\xff\xfb\x90 1234567890123", "audio/mpeg"},
                 {"\xff\xf1 12345678901234567", "refused"}, /* AAC */
                 {"%PDF", "text/plain"},
                 {"a", "text/plain"},
                 {"1234ftypmp42    ", "video/mp4"},
                 {"1234ftypheic    ", "text/plain"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_str_eq(type_in(cases[i].bytes, strlen(cases[i].bytes), 4096, "a"), cases[i].type);
    ck_assert(!content_type(&(struct content){.kind = CONTENT_ZIP}, "a.docx"));
}
END_TEST

START_TEST(names_of_types) {
    ck_assert(content_named("image/jpeg", "a.jpg") && content_named("image/jpeg", "a.b.JPEG"));
    ck_assert(!content_named("image/jpeg", "a.jpe") && !content_named("image/jpeg", "jpg") &&
              !content_named("image/jpeg", ".jpg"));
    ck_assert(!content_named("image/jpeg", "a.") && !content_named("image/jpeg", "a.jpg ") &&
              !content_named("x/y", "a.x"));
}
END_TEST

START_TEST(ranges) {
    static const struct {
        const char *range, *if_range;
        enum range_kind kind;
        int64_t first, length;
    } cases[] = {{NULL, NULL, RANGE_WHOLE, 0, 10},
                 {"bytes=0-", NULL, RANGE_PART, 0, 10},
                 {"bytes=2-4", NULL, RANGE_PART, 2, 3},
                 {"BYTES=2-4", "\"e\"", RANGE_PART, 2, 3},
                 {"bytes=2-4", "\"f\"", RANGE_WHOLE, 0, 10},
                 {"bytes=2-4", "W/\"e\"", RANGE_WHOLE, 0, 10},
                 {"bytes=9-99999999999999999999999", NULL, RANGE_PART, 9, 1},
                 {"bytes=-3", NULL, RANGE_PART, 7, 3},
                 {"bytes=-99999999999999999999999", NULL, RANGE_PART, 0, 10},
                 {"bytes=-0", NULL, RANGE_NOTHING, 0, 10},
                 {"bytes=10-", NULL, RANGE_NOTHING, 0, 10},
                 {"bytes=99999999999999999999999-", NULL, RANGE_NOTHING, 0, 10},
                 {"bytes=0-1,3-4", NULL, RANGE_WHOLE, 0, 10},
                 {"bytes=4-2", NULL, RANGE_WHOLE, 0, 10},
                 {"bytes=-", NULL, RANGE_WHOLE, 0, 10},
                 {"bytes=", NULL, RANGE_WHOLE, 0, 10},
                 {"bytes=1", NULL, RANGE_WHOLE, 0, 10},
                 {"lines=1-2", NULL, RANGE_WHOLE, 0, 10},
                 {"bytes=000-0001 ", NULL, RANGE_PART, 0, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t first, length;
        enum range_kind kind = range_read(cases[i].range, cases[i].if_range, "\"e\"", 10, &first, &length);
        ck_assert_msg(kind == cases[i].kind, "%s", cases[i].range);
        ck_assert_msg(kind == RANGE_NOTHING || (first == cases[i].first && length == cases[i].length), "%s",
                      cases[i].range);
    }
}
END_TEST

int main(void) {
    return run_cases(
        "content", NULL, NULL,
        (const TTest *const[]){archives_in_any_pieces, texts_in_any_pieces, beginnings, names_of_types, ranges, NULL});
}
