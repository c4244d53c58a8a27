#include "contract/format.h"
#include "base/scan.h"
#include <string.h>

bool regex_matches(const pcre2_code *pattern, const char *text, size_t length) {
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    int found = data ? pcre2_match(pattern, (PCRE2_SPTR)text, length, 0, PCRE2_NO_UTF_CHECK, data, NULL) : -1;
    pcre2_match_data_free(data);
    return found >= 0;
}

static bool is_date(const struct format_patterns *patterns, const char *text, size_t length) {
    return scan_date(text, length);
}

static bool is_date_time(const struct format_patterns *patterns, const char *text, size_t length) {
    return scan_date_time(text, length);
}

static bool is_uuid(const struct format_patterns *patterns, const char *text, size_t length) {
    return scan_uuid(text, length);
}

/* RFC 5321, section 4.1.2 (Mailbox), without source routes and comments. */
static const char email_pattern[] =
    "^(?:[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*|\"(?:[ !#-\\[\\]-~]|\\\\[ -~])*\")@"
    "(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*"
    "|\\[(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}|IPv6:[0-9a-f:.]+)\\])$";

/* RFC 3986, appendix A: an absolute URI; what is not reserved or unreserved is percent-encoded. */
static const char uri_pattern[] =
    "^[a-z][a-z0-9+.-]*:(?://(?:(?:[a-z0-9._~!$&'()*+,;=:-]|%[0-9a-f]{2})*@)?"
    "(?:\\[(?:[0-9a-f:]+(?::(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?!\\])|(?=\\]))){4})?|v[0-9a-f]+\\.[a-z0-"
    "9._~!$&'()*+,;=:-]+)\\]|(?:[a-z0-9._~!$&'()*+,;=-]|%[0-9a-f]{2})*)(?::\\d*)?"
    "(?:/(?:[a-z0-9._~!$&'()*+,;=:@-]|%[0-9a-f]{2})*)*"
    "|/?(?:(?:[a-z0-9._~!$&'()*+,;=:@-]|%[0-9a-f]{2})+(?:/(?:[a-z0-9._~!$&'()*+,;=:@-]|%[0-9a-f]{2})*)*)?)"
    "(?:\\?(?:[a-z0-9._~!$&'()*+,;=:@/?-]|%[0-9a-f]{2})*)?(?:#(?:[a-z0-9._~!$&'()*+,;=:@/?-]|%[0-9a-f]{2})*)?$";

static bool is_email(const struct format_patterns *patterns, const char *text, size_t length) {
    return regex_matches(patterns->email, text, length);
}

static bool is_uri(const struct format_patterns *patterns, const char *text, size_t length) {
    return regex_matches(patterns->uri, text, length);
}

/* The width of integers is OpenAPI's; the database checks it. */
static bool is_anything(const struct format_patterns *patterns, const char *text, size_t length) {
    return true;
}

const struct format *format_of(const char *name) {
    static const struct format formats[] = {
        {"date", "a date such as 2025-08-31", is_date},
        {"date-time", "an instant such as 2025-08-31T23:30:00Z", is_date_time},
        {"uuid", "a UUID", is_uuid},
        {"email", "an e-mail address", is_email},
        {"uri", "an absolute URI", is_uri},
        {"int32", "an integer of 32 bits", is_anything},
        {"int64", "an integer of 64 bits", is_anything},
    };
    for (size_t i = 0; name && i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

static void *lend(PCRE2_SIZE size, void *arena) {
    return arena_alloc(arena, size);
}

static void keep(void *memory, void *arena) {
    (void)memory, (void)arena; /* the arena frees it */
}

static pcre2_code *compile(const struct format_patterns *patterns, const char *pattern) {
    int error;
    PCRE2_SIZE offset;
    return pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_CASELESS | PCRE2_DOLLAR_ENDONLY, &error,
                         &offset, patterns->context);
}

const struct format_patterns *format_patterns_new(struct arena *arena) {
    struct format_patterns *patterns = arena_alloc(arena, sizeof *patterns);
    patterns->context = pcre2_compile_context_create(pcre2_general_context_create(lend, keep, arena));
    patterns->email = compile(patterns, email_pattern);
    patterns->uri = compile(patterns, uri_pattern);
    return patterns;
}
