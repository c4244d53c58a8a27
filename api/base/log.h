/* One JSON line an event on standard error. No client address and no personal value goes in. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <stdnoreturn.h>
#include <time.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_field {
    const char *name; /* NULL ends a list */
    const char *text; /* a string, or NULL for number */
    int64_t number;
};
#define LOG_TEXT(name, text) ((struct log_field){(name), (text), 0})
#define LOG_NUMBER(name, number) ((struct log_field){(name), 0, (number)})

/* Events below level are dropped. Called once, before any thread starts. */
void log_set_level(enum log_level level);
bool log_level_parse(const char *name, enum log_level *level);

void log_fields(enum log_level level, const char *event, const struct log_field *fields);
#define log_event(level, event, ...) log_fields(level, event, (const struct log_field[]){__VA_ARGS__ __VA_OPT__(, ){0}})

noreturn void log_fatal(const char *event);

/* Monotonic microseconds: for deadlines and durations. */
int64_t clock_us(void);

/* The same clock's time in so many microseconds: for what waits on a condition. */
struct timespec clock_after(int64_t us);
