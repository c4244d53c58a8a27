#include "http/arrival.h"
#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define TOKEN "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

size_t arrival_end(const char *bytes, size_t length) {
    const char *end = bytes + length;
    for (const char *line = bytes; (line = memchr(line, '\n', (size_t)(end - line)));) {
        line++;
        if (line < end && *line == '\r')
            line++;
        if (line < end && *line == '\n')
            return (size_t)(line + 1 - bytes);
    }
    return 0;
}

/* RFC 9110, section 9.1: 501 for what nobody here knows, 405 for what is known and nowhere offered. method ends with a
 * space, its length with it. */
static const char *method_fault(const char *method, size_t length) {
    static const char ours[] = " GET HEAD POST PUT PATCH DELETE OPTIONS CONNECT ";
    const char *known = memmem(ours, sizeof ours - 1, method, length);
    if (known && known > ours && known[-1] == ' ')
        return NULL;
    return strncmp(method, "TRACE ", length) == 0 ? "method-not-allowed" : "not-implemented";
}

/* What is wrong with the request line; target and version lie in it. */
static const char *line_fault(const char *line, char **target, char **version) {
    size_t method = strspn(line, TOKEN);
    const char *after = line + method + 1;
    if (!method || after[-1] != ' ')
        return "bad-request";
    *target = *version = (char *)after;
    while (**version > ' ' && **version < 0x7f)
        ++*version;
    const char *number = *version + strlen(" HTTP/");
    if (*version == after || strncmp(*version, " HTTP/", strlen(" HTTP/")) != 0 || !isdigit((unsigned char)number[0]) ||
        number[1] != '.' || !isdigit((unsigned char)number[2]) || strncmp(number + 3, "\r\n", 2) != 0)
        return "bad-request";
    return number[0] == '1' && number[2] <= '1' ? method_fault(line, method + 1) : "version-not-supported";
}

/* What is wrong with the lines behind the first one, each with its CR LF, the last one empty. */
static const char *lines_fault(const char *line) {
    for (int count = 0; strcmp(line, "\r\n") != 0; count++) {
        size_t name = strspn(line, TOKEN);
        const char *at = line + name + 1;
        if (!name || at[-1] != ':')
            return "bad-framing";
        while (*at == '\t' || ((unsigned char)*at >= ' ' && *at != 0x7f))
            at++;
        if (strncmp(at, "\r\n", 2) != 0)
            return "bad-framing";
        if (count == ARRIVAL_HEADERS_MAX)
            return "headers-too-large";
        line = at + 2;
    }
    return NULL;
}

/* Puts the target, up to end, into origin form; false where it has none. */
static bool to_origin_form(struct arrival *head, char *bytes, char *target, char *end) {
    bool asks = strncmp(bytes, "OPTIONS ", 8) == 0;
    size_t scheme = strncasecmp(target, "http://", 7) == 0 ? 7 : strncasecmp(target, "https://", 8) == 0 ? 8 : 0;
    char *path = target + scheme + strcspn(target + scheme, "/?#@ ");
    if (*target == '/')
        return true;
    if (!(asks && path == end && strncmp(target, "* ", 2) == 0) &&
        (!scheme || path == target + scheme || *path == '#' || *path == '@'))
        return false;
    const char *put = *path == '/' ? "" : asks && path == end ? ARRIVAL_ASTERISK : "/";
    memmove(target + strlen(put), path, strlen(path) + 1);
    memcpy(target, put, strlen(put));
    head->length += strlen(put) - (size_t)(path - target);
    return true;
}

struct arrival arrival_read(char *bytes, size_t length) {
    struct arrival head = {.length = length, .fault = "bad-request"};
    char *target = NULL, *version;
    bytes[length] = '\0';
    if (strlen(bytes) != length || (head.fault = line_fault(bytes, &target, &version))) {
        if (target)
            *version = '\0';
        head.target = target;
    } else if (!(head.fault = lines_fault(strchr(bytes, '\n') + 1)) && !to_origin_form(&head, bytes, target, version)) {
        head.fault = "bad-request";
    }
    return head;
}
