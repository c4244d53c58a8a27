#include "base/log.h"
#include "base/scan.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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

/* A line is built here without the arena: it must work when memory is short. What does not fit is cut. */
struct line {
    char text[2048];
    size_t length;
};

static void log_put(struct line *line, char c) {
    if (line->length < sizeof line->text - 8) /* room for the closing quote, brace and newline */
        line->text[line->length++] = c;
}

static void log_put_text(struct line *line, const char *text) {
    log_put(line, '"');
    if (!scan_utf8(text, strlen(text)))
        text = "(not UTF-8)";
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            log_put(line, '\\');
        log_put(line, (unsigned char)*text < 0x20 ? ' ' : *text);
    }
    line->text[line->length++] = '"';
}

void log_fields(enum log_level level, const char *event, const struct log_field *fields) {
    if (level < threshold)
        return;
    struct line line;
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    line.length = strftime(line.text, sizeof line.text, "{\"time\":\"%Y-%m-%dT%H:%M:%S", &utc);
    line.length += (size_t)snprintf(line.text + line.length, 64,
                                    ".%03ldZ\",\"level\":\"%s\",\"event\":", now.tv_nsec / 1000000, level_names[level]);
    log_put_text(&line, event);
    for (; fields->name && line.length < sizeof line.text - 256; fields++) {
        log_put(&line, ',');
        log_put_text(&line, fields->name);
        log_put(&line, ':');
        if (fields->text)
            log_put_text(&line, fields->text);
        else
            line.length += (size_t)snprintf(line.text + line.length, 24, "%lld", (long long)fields->number);
    }
    memcpy(line.text + line.length, "}\n", 2);
    /* one write a line: lines of threads never mix; a full disk must not stop the service */
    if (write(STDERR_FILENO, line.text, line.length + 2) < 0)
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
