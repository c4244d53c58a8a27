/* RFC 5545. Each row is a VEVENT made of the columns _ical_<property>; a row without a start is left out. A time of
 * day stands in _ical_<property>_at, on the clock of Europe/London, or where that is ambiguous in _ical_<property>_utc:
 * then the property's date is NULL. A list's column _calendar is its name. */
#include "render/render.h"
#include <ctype.h>
#include <string.h>

enum { LINE_OCTETS = 75 }; /* without the CR LF (section 3.1) */

static const char prefix[] = "_ical_";

/* The zone of all times of day, as it has been since 1996 (section 3.6.5). */
static const char zone[] =
    "BEGIN:VTIMEZONE\r\nTZID:Europe/London\r\n"
    "BEGIN:DAYLIGHT\r\nTZNAME:BST\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nDTSTART:19960331T010000\r\n"
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\n"
    "BEGIN:STANDARD\r\nTZNAME:GMT\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000\r\nDTSTART:19961027T020000\r\n"
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";

/* Appends a content line, folded without splitting a character. */
static void put_line(struct buf *buf, const char *line, size_t length) {
    for (size_t room = LINE_OCTETS; length > room; room = LINE_OCTETS - 1) {
        size_t part = room;
        while (part && (line[part] & 0xC0) == 0x80)
            part--;
        buf_put(buf, line, part);
        buf_put(buf, "\r\n ", 3);
        line += part;
        length -= part;
    }
    buf_put(buf, line, length);
    buf_put(buf, "\r\n", 2);
}

/* Section 3.3.11: backslash, semicolon, comma and newline are escaped; other controls become spaces. */
static void put_escaped(struct buf *line, const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n') {
            buf_put(line, "\\n", 2);
        } else if (text[i] == '\r' && i + 1 < length && text[i + 1] == '\n') {
            continue;
        } else {
            if (strchr("\\;,", text[i]))
                buf_char(line, '\\');
            buf_char(line, (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? ' ' : text[i]);
        }
    }
}

/* The digits of "2025-06-06" or "2025-06-06 10:15:00+00" as 20250606 or 20250606T101500Z. */
static void put_time(struct buf *line, const struct text *value, enum column_kind kind) {
    for (size_t i = 0; i < value->length && i < (kind == COLUMN_DATE ? 10 : 19); i++)
        if (isdigit((unsigned char)value->bytes[i]))
            buf_char(line, value->bytes[i]);
        else if (value->bytes[i] == ' ')
            buf_char(line, 'T');
    if (kind == COLUMN_INSTANT)
        buf_char(line, 'Z');
}

/* The property's name, with what says how its value is to be read. */
static void put_property_name(struct buf *line, const struct column *column) {
    const char *name = column->name + sizeof prefix - 1, *end = name + strlen(name);
    if (column->kind == COLUMN_LOCAL || (column->kind == COLUMN_INSTANT && end - name > 4 && !strcmp(end - 4, "_utc")))
        end = strrchr(name, '_');
    for (; name < end; name++)
        buf_char(line, *name == '_' ? '-' : (char)toupper((unsigned char)*name));
    buf_str(line, column->kind == COLUMN_DATE                     ? ";VALUE=DATE:"
                  : column->kind == COLUMN_LOCAL                  ? ";TZID=Europe/London:"
                  : strcmp(column->name, "_ical_conference") == 0 ? ";VALUE=URI:"
                                                                  : ":");
}

static void put_property(struct rendering *rendering, const struct column *column, const struct text *value) {
    struct buf line = buf_new(rendering->buf->arena, value->length + 64, value->length * 2 + 256);
    bool time = column->kind == COLUMN_DATE || column->kind == COLUMN_INSTANT || column->kind == COLUMN_LOCAL;
    bool uri = strcmp(column->name, "_ical_url") == 0 || strcmp(column->name, "_ical_conference") == 0;
    put_property_name(&line, column);
    if (time)
        put_time(&line, value, column->kind);
    else if (column->kind == COLUMN_NUMBER || uri) /* which are not escaped */
        for (size_t i = 0; i < value->length; i++)
            buf_char(&line, (unsigned char)value->bytes[i] < 0x20 ? ' ' : value->bytes[i]);
    else
        put_escaped(&line, value->bytes, value->length);
    rendering->buf->failed |= line.failed;
    if (!line.failed)
        put_line(rendering->buf, line.data, line.length);
}

/* RFC 7986, sections 5.1 and 5.7, and what the programs had before it. A feed is asked for every six hours. */
static void put_calendar(struct rendering *rendering, const struct text *name) {
    put_property(rendering, &(struct column){.name = "_ical_name", .kind = COLUMN_TEXT}, name);
    put_property(rendering, &(struct column){.name = "_ical_x_wr_calname", .kind = COLUMN_TEXT}, name);
    buf_str(rendering->buf, "REFRESH-INTERVAL;VALUE=DURATION:PT6H\r\nX-PUBLISHED-TTL:PT6H\r\n");
}

/* The frame begins with the first row, which knows the name; one without rows has none. */
static void put_head(struct rendering *rendering, const struct text *values) {
    buf_str(rendering->buf, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//scip-api//EN\r\nCALSCALE:GREGORIAN\r\n");
    bool zoned = false;
    for (unsigned i = 0; i < rendering->column_count; i++) {
        zoned |= rendering->columns[i].kind == COLUMN_LOCAL;
        if (values && values[i].bytes && strcmp(rendering->columns[i].name, "_calendar") == 0)
            put_calendar(rendering, &values[i]);
    }
    buf_str(rendering->buf, zoned ? zone : "");
}

static void ical_row(struct rendering *rendering, const struct text *values) {
    static const char start[] = "_ical_dtstart";
    if (!rendering->rows++)
        put_head(rendering, values);
    bool starts = false;
    for (unsigned i = 0; i < rendering->column_count; i++)
        starts |= values[i].bytes && strncmp(rendering->columns[i].name, start, sizeof start - 1) == 0;
    rendering->omitted += !starts;
    if (!starts)
        return;
    buf_str(rendering->buf, "BEGIN:VEVENT\r\n");
    for (unsigned i = 0; i < rendering->column_count; i++)
        if (strncmp(rendering->columns[i].name, prefix, sizeof prefix - 1) == 0 && values[i].bytes)
            put_property(rendering, &rendering->columns[i], &values[i]);
    buf_str(rendering->buf, "END:VEVENT\r\n");
}

static void ical_end(struct rendering *rendering) {
    if (!rendering->rows)
        put_head(rendering, NULL);
    buf_str(rendering->buf, "END:VCALENDAR\r\n");
}

const struct renderer render_ical = {
    .format = "ics",
    .media_type = "text/calendar",
    .content_type = "text/calendar; charset=utf-8",
    .whole = true,
    .row = ical_row,
    .end = ical_end,
};
