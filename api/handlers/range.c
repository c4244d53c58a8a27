#include "handlers/range.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A number of bytes, -1 without digits; what is longer than any content is as good as the longest. */
static int64_t read_number(const char **at) {
    return isdigit((unsigned char)**at) ? strtoll(*at, (char **)at, 10) : -1;
}

enum range_kind range_read(const char *range, const char *if_range, const char *etag, int64_t size, int64_t *first,
                           int64_t *length) {
    *first = 0;
    *length = size;
    /* If-Range compares strongly, and a date is never the one that we did not send (section 13.1.5) */
    if (!range || strncasecmp(range, "bytes=", 6) != 0 || (if_range && strcmp(if_range, etag) != 0))
        return RANGE_WHOLE;
    const char *at = range + 6 + strspn(range + 6, " \t");
    int64_t from = read_number(&at);
    if (*at++ != '-')
        return RANGE_WHOLE;
    int64_t to = read_number(&at);
    if (at[strspn(at, " \t")] || (from < 0 && to < 0) || (from >= 0 && to >= 0 && to < from))
        return RANGE_WHOLE;
    if (from < 0) { /* the last bytes */
        from = to < size ? size - to : 0;
        to = size - 1;
    }
    if (from >= size)
        return RANGE_NOTHING;
    if (to < 0 || to >= size)
        to = size - 1;
    *first = from;
    *length = to - from + 1;
    return RANGE_PART;
}
