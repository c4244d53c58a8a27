/* Cells of any text: every representation stays what it says it is. Cells are separated by 0xFF; an empty
 * cell is NULL. */
#include "base/scan.h"
#include "render/render.h"
#include <assert.h>
#include <jansson.h>
#include <string.h>

enum { COLUMNS = 5, ROWS = 8 };

static const struct column columns[COLUMNS] = {
    {.name = "slug", .kind = COLUMN_TEXT},
    {.name = "flag", .kind = COLUMN_BOOL},
    {.name = "at", .kind = COLUMN_INSTANT},
    {.name = "_ical_summary", .kind = COLUMN_TEXT, .engine = true},
    {.name = "_ical_dtstart", .kind = COLUMN_DATE, .engine = true},
};

static const char *run(struct arena *arena, const struct renderer *renderer, struct text (*rows)[COLUMNS],
                       unsigned count, size_t *length) {
    struct buf buf = buf_new(arena, 16, 1 << 20);
    struct rendering rendering = {.buf = &buf, .columns = columns, .column_count = COLUMNS, .list = true, .next = "n"};
    if (renderer->begin)
        renderer->begin(&rendering);
    for (unsigned i = 0; i < count; i++)
        renderer->row(&rendering, rows[i]);
    if (renderer->end)
        renderer->end(&rendering);
    *length = buf.length;
    return buf_text(&buf);
}

static void check_json(const char *text, size_t length, const char *member, struct text (*rows)[COLUMNS],
                       unsigned count) {
    json_t *json = json_loadb(text, length, 0, NULL), *items = json_object_get(json, member);
    assert(json_array_size(items) == count);
    for (unsigned i = 0; i < count; i++) {
        json_t *item = json_array_get(items, i);
        json_t *slug = json_object_get(json_object_get(item, "properties") ?: item, "slug");
        assert(rows[i][0].bytes ? json_string_length(slug) == rows[i][0].length &&
                                      memcmp(json_string_value(slug), rows[i][0].bytes, rows[i][0].length) == 0
                                : json_is_null(slug));
    }
    json_decref(json);
}

static void check_ical(const char *text, size_t length) {
    for (const char *line = text, *end; line < text + length; line = end + 2) {
        end = strstr(line, "\r\n");
        assert(end && end - line <= 75 && !memchr(line, '\n', (size_t)(end - line)));
        assert(scan_utf8(line, (size_t)(end - line)));
    }
}

/* Records of RFC 4180 outside of quotes. */
static unsigned csv_records(const char *text, size_t length) {
    unsigned records = 0;
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        quoted ^= text[i] == '"';
        records += !quoted && text[i] == '\n';
    }
    assert(!quoted);
    return records;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    struct text rows[ROWS][COLUMNS] = {0};
    struct arena *arena = arena_new(0);
    unsigned cells = 0;
    for (const unsigned char *cell = data, *stop, *end = data + size; cell < end && cells < ROWS * COLUMNS;
         cell = stop + 1, cells++) {
        stop = memchr(cell, 0xFF, (size_t)(end - cell)) ?: end;
        size_t length = (size_t)(stop - cell);
        if (!length || !scan_utf8((const char *)cell, length) || memchr(cell, 0, length))
            continue;
        bool plain = columns[cells % COLUMNS].kind == COLUMN_TEXT;
        rows[cells / COLUMNS][cells % COLUMNS] = (struct text){
            plain ? arena_copy(arena, (const char *)cell, length) : "2025-08-31 23:30:00.5+00", plain ? length : 24};
    }
    unsigned count = (cells + COLUMNS - 1) / COLUMNS;
    size_t length;
    const char *text = run(arena, &render_json, rows, count, &length);
    check_json(text, length, "items", rows, count);
    text = run(arena, &render_geojson, rows, count, &length);
    check_json(text, length, "features", rows, count);
    text = run(arena, &render_ical, rows, count, &length);
    check_ical(text, length);
    text = run(arena, &render_csv, rows, count, &length);
    assert(csv_records(text, length) == count + 1);
    text = run(arena, &render_ndjson, rows, count, &length);
    unsigned lines = 0;
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n';
    assert(lines == count);
    arena_free(&arena);
    return 0;
}
