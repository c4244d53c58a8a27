/* The renderers: the same rows in five representations. */
#include "render/render.h"
#include "suite.h"
#include <string.h>

static struct arena *arena;

static void set_up(void) {
    arena = arena_new(1 << 20);
}

static void tear_down(void) {
    arena_free(&arena);
}

static const struct column columns[] = {
    {.name = "slug", .kind = COLUMN_TEXT},
    {.name = "count", .kind = COLUMN_NUMBER},
    {.name = "open", .kind = COLUMN_BOOL},
    {.name = "at", .kind = COLUMN_INSTANT},
    {.name = "tags", .kind = COLUMN_JSON, .csv_member = "name"},
    {.name = "links", .kind = COLUMN_JSON, .csv_hidden = true},
    {.name = "_geometry", .kind = COLUMN_JSON, .engine = true},
    {.name = "_ical_summary", .kind = COLUMN_TEXT, .engine = true},
    {.name = "_ical_dtstart", .kind = COLUMN_DATE, .engine = true},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static const char *const full[COLUMNS] = {"=a,\"b\"",
                                          "1.50",
                                          "t",
                                          "2025-08-31 23:30:00.5+00",
                                          "[{\"name\":\"x\"},{\"name\":\"y;z\"},{\"name\":3}]",
                                          "[]",
                                          "{\"type\":\"Point\",\"coordinates\":[1,2]}",
                                          "A; b, c\\d\ne",
                                          "2025-06-06"};
static const char *const empty[COLUMNS] = {"x"};

static const char *run(const struct renderer *renderer, bool list, const char *next, unsigned *omitted) {
    struct buf buf = buf_new(arena, 8, 1 << 16);
    struct rendering rendering = {.buf = &buf, .columns = columns, .column_count = COLUMNS, .list = list, .next = next};
    const char *const *rows[] = {full, empty};
    if (renderer->begin)
        renderer->begin(&rendering);
    for (int i = 0; i < (list ? 2 : 1); i++) {
        struct text values[COLUMNS];
        for (int j = 0; j < COLUMNS; j++)
            values[j] = (struct text){rows[i][j], rows[i][j] ? strlen(rows[i][j]) : 0};
        renderer->row(&rendering, values);
    }
    if (renderer->end)
        renderer->end(&rendering);
    if (omitted)
        *omitted = rendering.omitted;
    return buf_text(&buf);
}

#define OBJECT                                                                                                         \
    "{\"slug\":\"=a,\\\"b\\\"\",\"count\":1.50,\"open\":true,\"at\":\"2025-08-31T23:30:00.5Z\",\"tags\":[{\"name\":"   \
    "\"x\"},{\"name\":\"y;z\"},{\"name\":3}],\"links\":[]}"
#define EMPTY "{\"slug\":\"x\",\"count\":null,\"open\":null,\"at\":null,\"tags\":null,\"links\":null}"

START_TEST(json) {
    ck_assert_str_eq(run(&render_json, false, NULL, NULL), OBJECT);
    ck_assert_str_eq(run(&render_json, true, "c\"", NULL), "{\"items\":[" OBJECT "," EMPTY "],\"next\":\"c\\\"\"}");
}
END_TEST

START_TEST(ndjson) {
    ck_assert_str_eq(run(&render_ndjson, true, NULL, NULL), OBJECT "\n" EMPTY "\n");
}
END_TEST

START_TEST(csv) {
    ck_assert_str_eq(
        run(&render_csv, true, NULL, NULL),
        "slug,count,open,at,tags\r\n\"'=a,\"\"b\"\"\",1.50,true,2025-08-31T23:30:00.5Z,x;y;z;3\r\nx,,,,\r\n");
}
END_TEST

START_TEST(geojson) {
    ck_assert_str_eq(run(&render_geojson, true, NULL, NULL),
                     "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"id\":\"=a,\\\"b\\\"\","
                     "\"geometry\":{\"type\":\"Point\",\"coordinates\":[1,2]},\"properties\":" OBJECT
                     "},{\"type\":\"Feature\",\"id\":\"x\",\"geometry\":null,\"properties\":" EMPTY "}]}");
}
END_TEST

START_TEST(ical) {
    unsigned omitted;
    ck_assert_str_eq(run(&render_ical, true, NULL, &omitted),
                     "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//scip-api//EN\r\nCALSCALE:GREGORIAN\r\n"
                     "BEGIN:VEVENT\r\nSUMMARY:A\\; b\\, "
                     "c\\\\d\\ne\r\nDTSTART;VALUE=DATE:20250606\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
    ck_assert_uint_eq(omitted, 1);
}
END_TEST

/* On the clock of the place: a calendar that moves with summer time needs the zone's rules. */
START_TEST(ical_times) {
    static const struct column timed[] = {{.name = "_ical_dtstart", .kind = COLUMN_DATE, .engine = true},
                                          {.name = "_ical_dtstart_at", .kind = COLUMN_LOCAL, .engine = true},
                                          {.name = "_ical_dtstart_utc", .kind = COLUMN_INSTANT, .engine = true},
                                          {.name = "_ical_conference", .kind = COLUMN_TEXT, .engine = true},
                                          {.name = "_calendar", .kind = COLUMN_TEXT, .engine = true}};
    static const struct text rows[3][5] = {
        {{NULL, 0}, {"2025-06-06 19:30:00", 19}, {NULL, 0}, {"https://a.example/?a,b;c", 24}, {"A, B", 4}},
        {{"2025-06-07", 10}, {NULL, 0}, {NULL, 0}, {NULL, 0}, {"A, B", 4}},
        {{NULL, 0}, {NULL, 0}, {"2025-10-26 01:30:00+00", 22}, {NULL, 0}, {"A, B", 4}}};
    struct buf buf = buf_new(arena, 8, 10000);
    struct rendering rendering = {.buf = &buf, .columns = timed, .column_count = 5, .list = true};
    render_ical.row(&rendering, rows[0]);
    render_ical.row(&rendering, rows[1]);
    render_ical.row(&rendering, rows[2]);
    render_ical.end(&rendering);
    const char *text = buf_text(&buf);
    ck_assert_ptr_nonnull(strstr(text, "BEGIN:VTIMEZONE\r\nTZID:Europe/London\r\n"));
    ck_assert_ptr_nonnull(strstr(text, "\r\nDTSTART;TZID=Europe/London:20250606T193000\r\n"));
    ck_assert_ptr_nonnull(strstr(text, "\r\nDTSTART;VALUE=DATE:20250607\r\n"));
    ck_assert_ptr_nonnull(strstr(text, "\r\nDTSTART:20251026T013000Z\r\n"));
    ck_assert_ptr_nonnull(strstr(text, "\r\nCONFERENCE;VALUE=URI:https://a.example/?a,b;c\r\n"));
    ck_assert_ptr_nonnull(strstr(text,
                                 "\r\nNAME:A\\, B\r\nX-WR-CALNAME:A\\, B\r\nREFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n"
                                 "X-PUBLISHED-TTL:PT6H\r\nBEGIN:VTIMEZONE\r\n"));
    ck_assert_uint_eq(rendering.omitted, 0);
}
END_TEST

START_TEST(values) {
    static const struct {
        enum column_kind kind;
        const char *text, *json;
    } cases[] = {
        {COLUMN_NUMBER, "NaN", "null"},
        {COLUMN_NUMBER, "-Infinity", "null"},
        {COLUMN_NUMBER, "123456789012345678901234567890.123", "123456789012345678901234567890.123"},
        {COLUMN_INSTANT, "infinity", "\"infinity\""},
        {COLUMN_INSTANT, "2025-01-01 00:00:00+00", "\"2025-01-01T00:00:00Z\""},
        {COLUMN_TEXT, "\x7f\x1f", "\"\x7f\\u001f\""},
        {COLUMN_JSON, "{\"a\":1}", "{\"a\":1}"},
        {COLUMN_JSON, "{\"a\":\"“\xE2\x80\xA8£\xC2\x85\xE2\x80\xA9\"}", "{\"a\":\"“\\u2028£\\u0085\\u2029\"}"},
        {COLUMN_TEXT, "“a\xE2\x80\xA8£\xC2\x85\xE2\x80\xA9 ’", "\"“a\\u2028£\\u0085\\u2029 ’\""},
        {COLUMN_BOOL, "f", "false"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf buf = buf_new(arena, 8, 1000);
        struct column column = {.name = "x", .kind = cases[i].kind};
        render_value(&buf, &column, &(struct text){cases[i].text, strlen(cases[i].text)});
        ck_assert_str_eq(buf_text(&buf), cases[i].json);
    }
}
END_TEST

int main(void) {
    return run_cases("render", set_up, tear_down,
                     (const TTest *const[]){json, ndjson, csv, geojson, ical, ical_times, values, NULL});
}
