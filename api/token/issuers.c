#include "token/issuers.h"
#include "base/json.h"
#include "token/fetch.h"
#include "token/jws.h"
#include <string.h>

enum { SCRATCH_MAX = 2 << 20, URL_MAX = 1024 };

static bool is_url(const char *text) {
    return text && (strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0);
}

static unsigned read_algorithms(const json_t *list) {
    unsigned algorithms = 0;
    const json_t *one;
    size_t i;
    json_array_foreach (list, i, one) {
        const char *name = json_string_value(one);
        if (!name || !algorithm_named(name))
            return 0;
        algorithms |= algorithm_named(name);
    }
    return algorithms;
}

static const char *copy_name(struct arena *arena, const json_t *json, const char *name) {
    return arena_text(arena, json_name(json, name, URL_MAX));
}

static struct key_set *read_keys(struct arena *arena, const json_t *jwks) {
    struct text text = json_put(arena, jwks, JSON_COMPACT);
    return text.bytes ? key_set_new(text.bytes, text.length) : NULL;
}

/* What is wrong with an entry of the file, or NULL. */
static const char *read_issuer(struct arena *arena, const json_t *json, struct issuer *issuer) {
    static const char *const members[] = {"issuer", "audience", "algorithms", "jwks_uri", "jwks"};
    const json_t *jwks = json_object_get(json, "jwks");
    size_t known = 0;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        known += json_object_get(json, members[i]) != NULL;
    *issuer = (struct issuer){.name = copy_name(arena, json, "issuer"),
                              .audience = copy_name(arena, json, "audience"),
                              .jwks_uri = copy_name(arena, json, "jwks_uri"),
                              .algorithms = read_algorithms(json_object_get(json, "algorithms")),
                              .fetched = !jwks};
    if (!json_is_object(json) || known != json_object_size(json))
        return "an issuer has issuer, audience, algorithms, and jwks_uri or jwks, and nothing else";
    if (!is_url(issuer->name) || !issuer->audience)
        return "an issuer has a URL as issuer, and an audience";
    if (!issuer->algorithms)
        return "algorithms are some of RS256, PS256, ES256 and EdDSA";
    if (json_object_get(json, "jwks_uri") && (!is_url(issuer->jwks_uri) || jwks))
        return "jwks_uri is a URL, and excludes jwks";
    issuer->keys = read_keys(arena, jwks);
    return jwks && !issuer->keys ? "jwks is not a key set" : NULL;
}

struct issuer *issuers_find(struct issuer *issuers, unsigned count, const char *name) {
    for (unsigned i = 0; name && i < count; i++)
        if (strcmp(issuers[i].name, name) == 0)
            return &issuers[i];
    return NULL;
}

void issuers_read(const char *file, struct arena *arena, struct issuer *issuers, unsigned *count, struct gate *gate) {
    json_error_t error;
    json_t *json = json_load_file(file, JSON_REJECT_DUPLICATES, &error), *list = json_object_get(json, "issuers"), *one;
    if (!json)
        gate_fault(gate, file, "line %d: %s", error.line, error.text);
    else if (!json_is_array(list) || json_object_size(json) != 1)
        gate_fault(gate, file, "is an object with the array issuers");
    size_t i;
    json_array_foreach (list, i, one) {
        struct issuer issuer;
        const char *wrong = *count == ISSUERS_MAX ? "too many issuers" : read_issuer(arena, one, &issuer);
        if (!wrong && issuers_find(issuers, *count, issuer.name)) {
            key_set_free(&issuer.keys);
            wrong = "this issuer is there already";
        }
        if (wrong)
            gate_fault(gate, file, "issuer %zu: %s", i + 1, wrong);
        else
            issuers[(*count)++] = issuer;
    }
    json_decref(json);
}

/* OpenID Connect Discovery 1.0, section 4: where the keys are, said by a document that names the same issuer. A
 * provider met over https has its keys there too. */
static const char *discover(const struct issuer *issuer, struct arena *arena, const char **wrong) {
    struct buf body = buf_new(arena, 4096, FETCH_SIZE_MAX);
    size_t length = strlen(issuer->name);
    const char *url = arena_printf(arena, "%.*s/.well-known/openid-configuration",
                                   (int)(length - (issuer->name[length - 1] == '/')), issuer->name);
    if (!url || !fetch_get(url, &body, wrong))
        return NULL;
    json_t *json = json_strict(body.data, body.length);
    const char *name = json_name(json, "issuer", URL_MAX), *found = copy_name(arena, json, "jwks_uri");
    bool same = name && strcmp(name, issuer->name) == 0;
    json_decref(json);
    *wrong = same ? "its discovery document has no usable jwks_uri" : "its discovery document is of another issuer";
    return same && is_url(found) && (strncmp(issuer->name, "https:", 6) != 0 || strncmp(found, "https:", 6) == 0)
               ? found
               : NULL;
}

struct key_set *issuers_fetch(const struct issuer *issuer, const char **wrong) {
    struct arena *arena = arena_new(SCRATCH_MAX);
    struct key_set *set = NULL;
    *wrong = "out of memory";
    if (!arena)
        return NULL;
    const char *url = issuer->jwks_uri ? issuer->jwks_uri : discover(issuer, arena, wrong);
    struct buf body = buf_new(arena, 4096, FETCH_SIZE_MAX);
    if (url && fetch_get(url, &body, wrong) && !(set = key_set_new(body.data, body.length)))
        *wrong = "what it serves is not a key set";
    arena_free(&arena);
    return set;
}
