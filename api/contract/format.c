#include "contract/format.h"
#include "base/scan.h"
#include <string.h>

/* What a match may take, steps back and KiB: a text that needs more does not have the form. */
enum { MATCH_STEPS_MAX = 100000, MATCH_HEAP_MAX = 1024 };

bool regex_matches(const struct format_patterns *patterns, const pcre2_code *pattern, const char *text, size_t length) {
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    int found =
        data ? pcre2_match(pattern, (PCRE2_SPTR)text, length, 0, PCRE2_NO_UTF_CHECK, data, patterns->limits) : -1;
    pcre2_match_data_free(data);
    return found >= 0;
}

/* RFC 5321, section 4.1.2 (Mailbox), without source routes and comments. */
static const char email_pattern[] =
    "^(?:[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*|\"(?:[ !#-\\[\\]-~]|\\\\[ -~])*\")@"
    "(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*"
    "|\\[(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}|IPv6:[0-9a-f:.]+)\\])$";

/* RFC 3986, appendix A: an absolute URI; what is not reserved or unreserved is percent-encoded. No repetition gives
 * back what it took (*+): what may follow is none of it. */
static const char uri_pattern[] =
    "^[a-z][a-z0-9+.-]*:(?://(?:(?:[a-z0-9._~!$&'()*+,;=:-]|%[0-9a-f]{2})*+@)?"
    "(?:\\[(?:[0-9a-f:]+(?::(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?!\\])|(?=\\]))){4})?|v[0-9a-f]+\\.[a-z0-"
    "9._~!$&'()*+,;=:-]+)\\]|(?:[a-z0-9._~!$&'()*+,;=-]|%[0-9a-f]{2})*+)(?::\\d*)?"
    "(?:/(?:[a-z0-9._~!$&'()*+,;=:@-]|%[0-9a-f]{2})*+)*+"
    "|/?(?:(?:[a-z0-9._~!$&'()*+,;=:@-]|%[0-9a-f]{2})++(?:/(?:[a-z0-9._~!$&'()*+,;=:@-]|%[0-9a-f]{2})*+)*+)?)"
    "(?:\\?(?:[a-z0-9._~!$&'()*+,;=:@/?-]|%[0-9a-f]{2})*+)?(?:#(?:[a-z0-9._~!$&'()*+,;=:@/?-]|%[0-9a-f]{2})*+)?$";

bool format_fits(const struct format *format, const struct format_patterns *patterns, const char *text, size_t length) {
    return format->scan ? format->scan(text, length)
                        : !format->pattern || regex_matches(patterns, patterns->codes[format->pattern], text, length);
}

/* The width of integers is OpenAPI's; the database checks it. */
const struct format *format_of(const char *name) {
    static const struct format formats[] = {
        {"date", "a date such as 2025-08-31", scan_date, 0},
        {"partial-date", "a year, month or day such as 2025, 2025-08 or 2025-08-31", scan_partial_date, 0},
        {"date-time", "an instant such as 2025-08-31T23:30:00Z", scan_date_time, 0},
        {"uuid", "a UUID", scan_uuid, 0},
        {"email", "an e-mail address", NULL, FORMAT_EMAIL},
        {"uri", "an absolute URI", NULL, FORMAT_URI},
        {"int32", "an integer of 32 bits", NULL, 0},
        {"int64", "an integer of 64 bits", NULL, 0},
    };
    for (size_t i = 0; name && i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

static void *lend_memory(PCRE2_SIZE size, void *arena) {
    return arena_alloc(arena, size);
}

static void keep_memory(void *memory, void *arena) {
    (void)memory, (void)arena; /* the arena frees it */
}

static pcre2_code *compile_format_pattern(const struct format_patterns *patterns, const char *pattern) {
    int error;
    PCRE2_SIZE offset;
    return pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_CASELESS | PCRE2_DOLLAR_ENDONLY, &error,
                         &offset, patterns->context);
}

const struct format_patterns *format_patterns_new(struct arena *arena) {
    struct format_patterns *patterns = arena_alloc(arena, sizeof *patterns);
    pcre2_general_context *memory = pcre2_general_context_create(lend_memory, keep_memory, arena);
    patterns->context = pcre2_compile_context_create(memory);
    patterns->limits = pcre2_match_context_create(memory);
    pcre2_set_match_limit(patterns->limits, MATCH_STEPS_MAX);
    pcre2_set_heap_limit(patterns->limits, MATCH_HEAP_MAX);
    patterns->codes[FORMAT_EMAIL] = compile_format_pattern(patterns, email_pattern);
    patterns->codes[FORMAT_URI] = compile_format_pattern(patterns, uri_pattern);
    return patterns;
}
