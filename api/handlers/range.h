/* Byte ranges (RFC 9110, section 14). */
#pragma once
#include <stdint.h>

enum range_kind {
    RANGE_WHOLE, /* none, or one that is passed over: not bytes, not well-formed, several */
    RANGE_PART,
    RANGE_NOTHING, /* none of the content: 416 */
};

/* What a Range header (or NULL) takes of size bytes (more than 0), where If-Range (or NULL) names etag: the first byte
 * and how many. */
enum range_kind range_read(const char *range, const char *if_range, const char *etag, int64_t size, int64_t *first,
                           int64_t *length);
