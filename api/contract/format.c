#include "contract/format.h"
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

/* RFC 3339, section 5.6: a day that its month has; narrower where PostgreSQL is, so there is no year 0000. */
#define DATE                                                                                                           \
    "(?!0000)(?:\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)"             \
    "|02-(?:0[1-9]|1\\d|2[0-8]))"                                                                                      \
    "|(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)"

/* With an offset of less than 16 hours, or Z, and at most 40 digits of a fraction, which a leap second has not. */
static const char date_time_pattern[] =
    "^" DATE "t(?:[01]\\d|2[0-3]):[0-5]\\d:(?:[0-5]\\d(?:\\.\\d{1,40})?|60(?:\\.0{1,40})?)"
    "(?:z|[+-](?:0\\d|1[0-5]):[0-5]\\d)$";

static int pair(const char *digits) {
    return (digits[0] - '0') * 10 + digits[1] - '0';
}

/* A leap second exists only as 23:59:60 UTC; the years before 1 and after 9999 have no such form. */
static bool is_instant(const char *text, size_t length) {
    const char *offset = text + length - 6;
    int east =
        (text[length - 1] | 0x20) == 'z' ? 0 : (pair(offset + 1) * 60 + pair(offset + 4)) * (*offset == '-' ? -1 : 1);
    int utc = pair(text + 11) * 60 + pair(text + 14) - east, last = 24 * 60 - 1;
    bool leaps = pair(text + 17) == 60, ends = memcmp(text, "9999-12-31", 10) == 0;
    return !(leaps && (ends || (utc + 24 * 60) % (24 * 60) != last)) && !(ends && utc > last) &&
           !(utc < 0 && memcmp(text, "0001-01-01", 10) == 0);
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

/* The width of integers is OpenAPI's; the database checks it. */
static const struct format formats[FORMATS] = {
    {"date", "a date such as 2025-08-31", "^" DATE "$", NULL},
    {"partial-date", "a year, month or day such as 2025, 2025-08 or 2025-08-31",
     "^(?:" DATE "|(?!0000)\\d{4}(?:-(?:0[1-9]|1[0-2]))?)$", NULL},
    {"date-time", "an instant such as 2025-08-31T23:30:00Z", date_time_pattern, is_instant},
    {"uuid", "a UUID", "^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$", NULL},
    {"email", "an e-mail address", email_pattern, NULL},
    {"uri", "an absolute URI", uri_pattern, NULL},
    {"int32", "an integer of 32 bits", NULL, NULL},
    {"int64", "an integer of 64 bits", NULL, NULL},
};

bool format_fits(const struct format *format, const struct format_patterns *patterns, const char *text, size_t length) {
    return !format->pattern || (regex_matches(patterns, patterns->codes[format - formats], text, length) &&
                                (!format->is_real || format->is_real(text, length)));
}

const struct format *format_of(const char *name) {
    for (size_t i = 0; name && i < FORMATS; i++)
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

const struct format_patterns *format_patterns_new(struct arena *arena) {
    struct format_patterns *patterns = arena_alloc(arena, sizeof *patterns);
    pcre2_general_context *memory = pcre2_general_context_create(lend_memory, keep_memory, arena);
    patterns->context = pcre2_compile_context_create(memory);
    patterns->limits = pcre2_match_context_create(memory);
    pcre2_set_match_limit(patterns->limits, MATCH_STEPS_MAX);
    pcre2_set_heap_limit(patterns->limits, MATCH_HEAP_MAX);
    for (int i = 0, error; i < FORMATS; i++)
        if (formats[i].pattern)
            patterns->codes[i] =
                pcre2_compile((PCRE2_SPTR)formats[i].pattern, PCRE2_ZERO_TERMINATED,
                              PCRE2_CASELESS | PCRE2_DOLLAR_ENDONLY, &error, &(PCRE2_SIZE){0}, patterns->context);
    return patterns;
}
