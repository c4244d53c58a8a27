#include "token/jws.h"
#include "base/json.h"
#include "base/scan.h"
#include <string.h>
#include <strings.h>

json_t *json_strict(const char *text, size_t length) {
    struct json_size size = json_measure(text, length);
    bool small = size.depth <= JSON_DEPTH_MAX && size.values <= JSON_VALUES_MAX && !size.nul;
    json_t *json = small ? json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (json_is_object(json))
        return json;
    json_decref(json);
    return NULL;
}

/* Not the C1 controls of Unicode either, which UTF-8 writes as C2 80 to C2 9F. */
static bool is_printable(const char *text) {
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if (*c < 0x20 || *c == 0x7F || (*c == 0xC2 && c[1] < 0xA0))
            return false;
    return true;
}

const char *json_name(const json_t *object, const char *name, size_t max) {
    const json_t *value = json_object_get(object, name);
    const char *text = json_string_value(value);
    size_t length = json_string_length(value);
    return text && length && length <= max && is_printable(text) ? text : NULL;
}

/* True when the member is not there, or is a name, which goes to *text. */
static bool maybe_name(const json_t *object, const char *name, size_t max, const char **text) {
    *text = json_name(object, name, max);
    return *text || !json_object_get(object, name);
}

/* Nothing in a header may bring a key along, or change what is signed (RFC 8725, sections 3.1 and 3.10). */
static bool read_header(struct jws *jws) {
    static const char *const refused[] = {"crit", "jku", "jwk", "x5u", "x5c", "b64", "zip", "enc"};
    const char *algorithm = json_name(jws->header, "alg", NAME_LENGTH_MAX);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (json_object_get(jws->header, refused[i]))
            return false;
    if (!maybe_name(jws->header, "kid", NAME_LENGTH_MAX, &jws->kid) ||
        !maybe_name(jws->header, "typ", NAME_LENGTH_MAX, &jws->type))
        return false;
    if (jws->type && strncasecmp(jws->type, "application/", 12) == 0)
        jws->type += 12; /* RFC 7515, section 4.1.9 */
    jws->algorithm = algorithm ? algorithm_named(algorithm) : 0;
    return jws->algorithm;
}

bool jws_read(struct arena *arena, const char *token, size_t length, struct jws *jws) {
    *jws = (struct jws){.text = token};
    unsigned char *bytes = length <= TOKEN_LENGTH_MAX ? arena_alloc_raw(arena, length + 1) : NULL;
    const char *first = bytes ? memchr(token, '.', length) : NULL;
    const char *second = first ? memchr(first + 1, '.', (size_t)(token + length - first - 1)) : NULL;
    if (!second)
        return false;
    jws->signed_length = (size_t)(second - token);
    ptrdiff_t size = scan_base64url(token, (size_t)(first - token), bytes);
    jws->header = size > 0 ? json_strict((const char *)bytes, (size_t)size) : NULL;
    if (!jws->header || !read_header(jws))
        return false;
    size = scan_base64url(first + 1, (size_t)(second - first - 1), bytes);
    jws->payload = size > 0 ? json_strict((const char *)bytes, (size_t)size) : NULL;
    size = scan_base64url(second + 1, (size_t)(token + length - second - 1), bytes); /* a third dot is none of it */
    jws->signature = bytes;
    jws->signature_length = size > 0 ? (size_t)size : 0;
    return jws->payload && size > 0;
}

void jws_end(struct jws *jws) {
    json_decref(jws->header);
    json_decref(jws->payload);
    jws->header = jws->payload = NULL;
}

/* A NumericDate (RFC 7519, section 2), which may have a fraction. False if it is there and is none. */
static bool read_date(const json_t *payload, const char *name, int64_t otherwise, int64_t *date) {
    const json_t *value = json_object_get(payload, name);
    double number = value ? json_number_value(value) : (double)otherwise;
    if (value && !(json_is_number(value) && number >= 0 && number < 0x1p53))
        return false;
    *date = (int64_t)number;
    return true;
}

static bool check_times(const json_t *payload, int64_t now, struct claims *claims, struct problem *problem) {
    int64_t not_before;
    if (!read_date(payload, "exp", -1, &claims->expires_at) || claims->expires_at < 0 ||
        !read_date(payload, "nbf", 0, &not_before) || !read_date(payload, "iat", 0, &claims->issued_at))
        return problem_set(problem, "unauthorized", "The token's times are not valid.");
    if (now >= claims->expires_at)
        return problem_set(problem, "unauthorized", "The token has expired.");
    if (not_before > now + LEEWAY_S || claims->issued_at > now + LEEWAY_S)
        return problem_set(problem, "unauthorized", "The token is not valid yet.");
    return true;
}

static bool check_typ(const struct jws *jws, enum token_kind kind) {
    bool access = jws->type && strcasecmp(jws->type, "at+jwt") == 0;
    bool plain = !jws->type || strcasecmp(jws->type, "JWT") == 0;
    switch (kind) {
    case TOKEN_OWN:
        return access || (jws->type && plain);
    case TOKEN_OUTSIDE:
        return access || plain;
    default:
        return plain || strcasecmp(jws->type, "client-authentication+jwt") == 0;
    }
}

/* Tokens made for something else: `events` are those of RFC 8417 (a logout token, say), and one with `cnf` is
 * bound to a key (RFC 7800) whose proof nobody here asks for. */
static bool is_bearer(const json_t *payload) {
    return !json_object_get(payload, "events") && !json_object_get(payload, "cnf");
}

bool jws_claims(const struct jws *jws, enum token_kind kind, int64_t now, struct arena *arena, struct claims *claims,
                struct problem *problem) {
    *claims = (struct claims){0};
    if (!check_typ(jws, kind) || !is_bearer(jws->payload))
        return problem_set(problem, "unauthorized", "The token is of another kind.");
    if (!check_times(jws->payload, now, claims, problem))
        return false;
    const char *issuer = json_name(jws->payload, "iss", SCOPE_LENGTH_MAX), *id, *scope;
    const char *subject = json_name(jws->payload, "sub", NAME_LENGTH_MAX);
    bool named = maybe_name(jws->payload, "jti", NAME_LENGTH_MAX, &id) &&
                 maybe_name(jws->payload, "scope", SCOPE_LENGTH_MAX, &scope) && issuer && subject;
    if (!named || (kind != TOKEN_OUTSIDE && !id))
        return problem_set(problem, "unauthorized", "The token's claims are not valid.");
    claims->issuer = arena_text(arena, issuer);
    claims->subject = arena_text(arena, subject);
    claims->id = arena_text(arena, id);
    claims->scope = arena_text(arena, scope);
    return !arena_failed(arena) || problem_exhausted(problem);
}

bool jws_is_for(const struct jws *jws, const char *const *audiences, bool only) {
    const json_t *aud = json_object_get(jws->payload, "aud");
    size_t named = json_is_array(aud) ? json_array_size(aud) : json_is_string(aud), known = 0;
    for (size_t i = 0; i < named; i++) {
        const char *one = json_string_value(json_is_array(aud) ? json_array_get(aud, i) : aud);
        if (!one)
            return false;
        for (const char *const *audience = audiences; *audience; audience++)
            known += strcmp(one, *audience) == 0;
    }
    return known && (!only || known == named);
}
