#include "base/log.h"
#include "base/buf.h"
#include "base/scan.h"
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096, FIELD_MAX = 1024 };

static enum log_level threshold = LOG_INFO;
static const char *const level_names[] = {"debug", "info", "warn", "error"};

void log_set_level(enum log_level level) {
    threshold = level;
}

bool log_level_parse(const char *name, enum log_level *level) {
    for (unsigned i = 0; i < sizeof level_names / sizeof *level_names; i++)
        if (strcmp(name, level_names[i]) == 0) {
            *level = (enum log_level)i;
            return true;
        }
    return false;
}

/* As JSON, cut to a whole character. */
static void put_field(struct buf *line, const char *text) {
    size_t length = strnlen(text, FIELD_MAX);
    while (length && (text[length] & 0xC0) == 0x80)
        length--;
    if (scan_utf8(text, length))
        buf_json(line, text, length);
    else
        buf_str(line, "\"(not UTF-8)\"");
}

void log_fields(enum log_level level, const char *event, const struct log_field *fields) {
    if (level < threshold)
        return;
    char text[LINE_MAX_BYTES]; /* without an arena: it must work when memory is short */
    struct buf line = {.data = text, .room = sizeof text, .cap = sizeof text - 2};
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    line.length = strftime(text, sizeof text, "{\"time\":\"%Y-%m-%dT%H:%M:%S", &utc);
    buf_printf(&line, ".%03ldZ\",\"level\":\"%s\",\"event\":", now.tv_nsec / 1000000, level_names[level]);
    put_field(&line, event);
    for (size_t before = line.length; fields->name && !line.failed; fields++, before = line.length) {
        buf_printf(&line, ",\"%s\":", fields->name);
        if (fields->text)
            put_field(&line, fields->text);
        else
            buf_int(&line, fields->number);
        if (line.failed) /* no room: what follows is left out */
            line.length = before;
    }
    memcpy(text + line.length, "}\n", 2);
    /* one write a line: lines of threads never mix; a full disk must not stop the service */
    if (write(STDERR_FILENO, text, line.length + 2) < 0)
        return;
}

void log_fatal(const char *event) {
    log_event(LOG_ERROR, event);
    _exit(70); /* EX_SOFTWARE */
}

int64_t clock_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct timespec clock_after(int64_t us) {
    us += clock_us();
    return (struct timespec){.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
}
