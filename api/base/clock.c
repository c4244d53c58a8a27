#include "base/clock.h"
#include "base/scan.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t offset_s;

bool clock_load(FILE *err) {
    const char *offset = getenv("UNSAFE_TEST_CLOCK_OFFSET_S"), *allowed = getenv("UNSAFE_FOR_TESTS");
    if (!offset || !*offset)
        return true;
    if (!allowed || strcmp(allowed, "1") != 0) {
        fprintf(err, "UNSAFE_TEST_CLOCK_OFFSET_S shifts the clock by which uses are counted: for tests alone\n");
        return false;
    }
    if (scan_int(offset, strlen(offset), &offset_s))
        return true;
    fprintf(err, "UNSAFE_TEST_CLOCK_OFFSET_S must be a number of seconds\n");
    return false;
}

int64_t clock_now_s(void) {
    return (int64_t)time(NULL) + offset_s;
}
