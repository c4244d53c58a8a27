/* What a file is, recognised by its bytes as they go by. The names of files say the same, or it is refused. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum { CONTENT_WINDOW = 4096 };

/* Zeroed to begin with. */
struct content {
    const char *type; /* by the first bytes; NULL: a zip archive or a text, of which more is to be seen */
    enum { CONTENT_NEW, CONTENT_PLAIN, CONTENT_ZIP, CONTENT_TEXT } kind;
    unsigned members;            /* of the archive that have been seen: bits */
    char window[CONTENT_WINDOW]; /* bytes that are looked at, the last of which may go on in the next ones */
    size_t held;
};

/* Takes the next bytes in, of the first ones at least 16 where there are so many. False: no type that is accepted. */
bool content_take(struct content *content, const char *bytes, size_t length);

/* The media type of all that was taken in, NULL where it is none that is accepted. */
const char *content_type(struct content *content, const char *name);

/* Whether a file of that media type may have this name. */
bool content_named(const char *type, const char *name);
