#include "handlers/content.h"
#include "base/scan.h"
#include <string.h>
#include <strings.h>

/* Members that identify the archives of office programs, and those that hold macros; any other; the directory's end.
 */
enum { TYPES = 1, WORD = 2, SLIDES = 4, SHEETS = 8, MACROS = 16, ENTRY = 32, DIRECTORY_END = 64 };

static const struct known {
    const char *type, *suffix;
    unsigned members; /* of the archive by which it is recognised */
} known[] = {
    {"application/pdf", ".pdf", 0},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx", TYPES | WORD},
    {"application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx", TYPES | SLIDES},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx", TYPES | SHEETS},
    {"application/vnd.oasis.opendocument.text", ".odt", 0},
    {"application/vnd.oasis.opendocument.presentation", ".odp", 0},
    {"application/vnd.oasis.opendocument.spreadsheet", ".ods", 0},
    {"image/png", ".png", 0},
    {"image/jpeg", ".jpg", 0},
    {"image/jpeg", ".jpeg", 0},
    {"audio/mpeg", ".mp3", 0},
    {"video/mp4", ".mp4", 0},
    {"text/csv", ".csv", 0},
    {"text/plain", ".txt", 0},
};
/* ENTRY_MAX: bytes of an entry that is looked for. UTF8_MAX: of a character. */
enum { KNOWN = sizeof known / sizeof *known, ENTRY_MAX = 95, UTF8_MAX = 4 };

static const struct member {
    const char *name;
    unsigned bit;
} members[] = {{"[Content_Types].xml", TYPES}, {"word/document.xml", WORD},     {"ppt/presentation.xml", SLIDES},
               {"xl/workbook.xml", SHEETS},    {"word/vbaProject.bin", MACROS}, {"ppt/vbaProject.bin", MACROS},
               {"xl/vbaProject.bin", MACROS}};

static bool begins(const char *bytes, size_t length, size_t at, const char *with, size_t count) {
    return length >= at + count && memcmp(bytes + at, with, count) == 0;
}
#define BEGINS(at, with) begins(bytes, length, at, with, sizeof with - 1)

/* ISO base media files by their brand (ISO/IEC 14496-12, section 4.3). */
static bool is_video(const char *bytes, size_t length) {
    static const char brands[] = "isom iso2 iso4 iso5 iso6 mp41 mp42 avc1 M4V  MSNV dash ";
    char brand[6] = "";
    if (!BEGINS(4, "ftyp") || length < 12)
        return false;
    memcpy(brand, bytes + 8, 4);
    brand[4] = ' ';
    return strlen(brand) == 5 && strstr(brands, brand);
}

/* The type that OpenDocument states in its first member, which is stored as it is. */
static const char *stated_type(const char *bytes, size_t length) {
    if (!BEGINS(30, "mimetype"))
        return NULL;
    for (int i = 0; i < KNOWN; i++) {
        size_t count = strlen(known[i].type);
        if (strstr(known[i].type, ".oasis.") && begins(bytes, length, 38, known[i].type, count) &&
            (length == 38 + count || bytes[38 + count] == 'P')) /* the next member's header */
            return known[i].type;
    }
    return NULL;
}

/* UTF-8 without controls but for white space: how much of the window is, the last character of which may go on. -1: it
 * is none. */
static ptrdiff_t look_at_text(const struct content *content) {
    size_t done = scan_utf8_prefix(content->window, content->held);
    for (size_t i = 0; i < done; i++)
        if ((unsigned char)content->window[i] < 0x20 && !strchr("\t\n\r\f", content->window[i] ?: 1))
            return -1;
    return content->held - done < UTF8_MAX ? (ptrdiff_t)done : -1;
}

/* A PDF begins within the first 1,024 bytes (ISO 32000-1, annex H, 3.4.1): behind white space and a mark, or behind
 * what is no text. */
static bool is_pdf(const char *bytes, size_t length) {
    const char *found = memmem(bytes, length < 1024 ? length : 1024, "%PDF-", 5);
    size_t before = found ? (size_t)(found - bytes) : 0, at = BEGINS(0, "\xEF\xBB\xBF") ? 3 : 0;
    while (at < before && strchr(" \t\r\n\f", bytes[at] ?: 1))
        at++;
    struct content text = {.kind = CONTENT_TEXT};
    return found && (at == before || !content_take(&text, bytes, length));
}

static void begin_check(struct content *content, const char *bytes, size_t length) {
    const unsigned char *b = (const unsigned char *)bytes;
    bool sound = BEGINS(0, "ID3") || (length > 2 && b[0] == 0xff && (b[1] & 0xe6) == 0xe2); /* MPEG, layer III */
    content->type = is_pdf(bytes, length)            ? "application/pdf"
                    : BEGINS(0, "\x89PNG\r\n\x1a\n") ? "image/png"
                    : BEGINS(0, "\xff\xd8\xff")      ? "image/jpeg"
                    : is_video(bytes, length)        ? "video/mp4"
                    : sound                          ? "audio/mpeg"
                    : BEGINS(0, "PK\x03\x04")        ? stated_type(bytes, length)
                                                     : NULL;
    content->kind = BEGINS(0, "PK\x03\x04") ? CONTENT_ZIP : content->type ? CONTENT_PLAIN : CONTENT_TEXT;
}

/* What is at this place: the end of the directory (PKZIP APPNOTE, section 4.3.16), or a member's entry in it (4.3.12).
 */
static unsigned entry_at(const char *bytes, size_t length) {
    enum { HEAD = 46, NAME_LENGTH = 28 };
    if (BEGINS(0, "PK\x05\x06"))
        return DIRECTORY_END;
    if (!BEGINS(0, "PK\x01\x02") || length < HEAD)
        return 0;
    size_t named = (unsigned char)bytes[NAME_LENGTH] | (size_t)(unsigned char)bytes[NAME_LENGTH + 1] << 8;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (named == strlen(members[i].name) && begins(bytes, length, HEAD, members[i].name, named))
            return ENTRY | members[i].bit;
    return ENTRY;
}

/* Looks for entries that begin within the first `count` bytes. An archive within the archive has a directory too, but
 * the last one counts. */
static void find_entries(struct content *content, const char *bytes, size_t length, size_t count) {
    for (const char *at = bytes; (at = memchr(at, 'P', (size_t)(bytes + count - at))); at++) {
        unsigned found = entry_at(at, length - (size_t)(at - bytes));
        if (found & ENTRY && content->members & DIRECTORY_END)
            content->members = 0;
        content->members |= found;
    }
}

/* An entry may lie across the end of the window: then it is found with the next bytes. */
static ptrdiff_t look_at_archive(struct content *content) {
    size_t done = content->held > ENTRY_MAX ? content->held - ENTRY_MAX : 0;
    find_entries(content, content->window, content->held, done);
    return (ptrdiff_t)done;
}

bool content_take(struct content *content, const char *bytes, size_t length) {
    if (content->kind == CONTENT_NEW)
        begin_check(content, bytes, length);
    for (size_t part; content->kind != CONTENT_PLAIN && length; bytes += part, length -= part) {
        part = length < CONTENT_WINDOW - content->held ? length : CONTENT_WINDOW - content->held;
        memcpy(content->window + content->held, bytes, part);
        content->held += part;
        ptrdiff_t done = content->kind == CONTENT_ZIP ? look_at_archive(content) : look_at_text(content);
        if (done < 0)
            return false;
        content->held -= (size_t)done;
        memmove(content->window, content->window + done, content->held);
    }
    return true;
}

const char *content_type(struct content *content, const char *name) {
    if (content->kind == CONTENT_TEXT)
        return content->held ? NULL : content_named("text/csv", name) ? "text/csv" : "text/plain";
    if (content->kind != CONTENT_ZIP)
        return content->type;
    find_entries(content, content->window, content->held, content->held);
    unsigned seen = content->members ^ (ENTRY | DIRECTORY_END);
    const char *found = seen ? NULL : content->type;
    for (int i = 0; i < KNOWN && seen; i++)
        found = known[i].members == seen ? known[i].type : found;
    return found;
}

bool content_named(const char *type, const char *name) {
    const char *dot = strrchr(name, '.');
    for (int i = 0; i < KNOWN; i++)
        if (dot && dot > name && strcmp(known[i].type, type) == 0 && strcasecmp(known[i].suffix, dot) == 0)
            return true;
    return false;
}
