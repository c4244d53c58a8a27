#include "contract/contract.h"
#include "base/json.h"
#include "contract/document.h"
#include <ctype.h>
#include <malloc.h>
#include <string.h>
#include <strings.h>

#define BODY_TYPES " application/json application/merge-patch+json application/x-www-form-urlencoded text/csv */* "
/* of ours or in a vocabulary of others: the statement's columns are the members */
#define JSON_TYPES " application/json application/ld+json application/vnd.citationstyles.csl+json "
enum { BODY_LIMIT_MAX = 16 * 1024 * 1024 };

struct loader {
    struct arena *arena, *scratch;
    struct gate *gate;
    struct places *places;
    struct schema_set *schemas;
    struct contract *contract;
    json_t *document;
    json_t *roles; /* of each operation that needs a token: given to SQL as :operations */
};

#define FAULT(loader, node, ...) gate_fault((loader)->gate, places_of((loader)->places, (node)), __VA_ARGS__)

/* Follows a $ref of a parameter, response, header or body. */
static json_t *resolve(struct loader *loader, json_t *node) {
    for (int hops = 0; hops < 8; hops++) {
        json_t *ref = json_object_get(node, "$ref");
        if (!ref)
            return node;
        json_t *target = document_resolve(loader->document, json_string_value(ref) ?: "");
        if (!target)
            FAULT(loader, json_is_string(ref) ? ref : node, "$ref \"%s\" leads nowhere", json_string_value(ref) ?: "");
        node = target;
    }
    return node;
}

/* A copy: the document goes when it is loaded. */
static const char *copy_key(struct loader *loader, const char *key) {
    return key ? arena_copy(loader->arena, key, strlen(key)) : NULL;
}

static const char *text_of(struct loader *loader, json_t *node, const char *key) {
    return copy_key(loader, json_string_value(json_object_get(node, key)));
}

/* Whether key is one of the space-separated words. */
static bool listed(struct loader *loader, const char *words, const char *key) {
    return strncmp(key, "x-", 2) == 0 || strstr(words, arena_printf(loader->scratch, " %s ", key));
}

/* keys: " name:s" for each that there may be, with letters of its shapes: object, array, string, number, boolean. */
static void known_keys(struct loader *loader, json_t *node, const char *what, const char *keys) {
    const char *key;
    json_t *value;
    json_object_foreach (node, key, value) {
        const char *found = strstr(keys, arena_printf(loader->scratch, " %s:", key));
        const char *shapes = found ? found + strlen(key) + 2 : "";
        if (!found && strncmp(key, "x-", 2) != 0)
            FAULT(loader, value, "%s has an unknown key \"%s\"", what, key);
        else if (found && !memchr(shapes, "oasnnbbz"[json_typeof(value)], strcspn(shapes, " ")))
            FAULT(loader, node, "the \"%s\" of %s has a value of the wrong type", key, what);
    }
}

/* Parameters that the engine itself reads mean the same everywhere; limit is a statement's too. */
static void check_reserved(struct loader *loader, struct parameter *parameter, json_t *node) {
    static const char *const names[] = {"format", "cursor", "after", "dry_run", "limit"};
    static const unsigned types[] = {SCHEMA_STRING, SCHEMA_STRING, SCHEMA_STRING, SCHEMA_BOOLEAN, SCHEMA_INTEGER};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(parameter->name, names[i]) != 0)
            continue;
        parameter->engine = strcmp(names[i], "limit") != 0;
        if (parameter->place != IN_QUERY || schema_types(parameter->schema) != types[i] ||
            schema_format(parameter->schema))
            FAULT(loader, node, "the name %s is the engine's: it stands in the query, with its type and no format",
                  names[i]);
    }
}

static void load_parameter(struct loader *loader, struct spec *spec, struct parameter *parameter, json_t *node) {
    node = resolve(loader, node);
    const char *in = text_of(loader, node, "in"), *name = text_of(loader, node, "name");
    known_keys(
        loader, node, "a parameter",
        " name:s in:s required:b description:s schema:ob style:s explode:b example:oasnb examples:o deprecated:b");
    if (!in || !name || !json_object_get(node, "schema")) {
        FAULT(loader, node, "a parameter needs name, in and schema");
        return;
    }
    spec->parameter_count++;
    *parameter = (struct parameter){
        .name = name,
        .place = strcmp(in, "path") == 0    ? IN_PATH
                 : strcmp(in, "query") == 0 ? IN_QUERY
                                            : IN_HEADER,
        .required = json_is_true(json_object_get(node, "required")),
        .schema = schema_compile(loader->schemas, json_object_get(node, "schema")),
        .where = places_of(loader->places, node),
    };
    if (parameter->place == IN_HEADER && strcmp(in, "header") != 0)
        FAULT(loader, node, "parameters are in path, query or header, not in %s", in);
    if (parameter->place == IN_PATH) {
        const char *braced = arena_printf(loader->scratch, "{%s}", name), *at = strstr(spec->path, braced);
        if (!at)
            FAULT(loader, node, "%s has no %s", spec->path, braced);
        for (const char *c = spec->path; at && c < at; c++)
            parameter->index += *c == '{';
    }
    check_reserved(loader, parameter, node);
    bool array = schema_types(parameter->schema) == SCHEMA_ARRAY;
    if (array && parameter->place == IN_QUERY && !json_is_false(json_object_get(node, "explode")))
        FAULT(loader, node, "an array in the query needs explode: false");
    for (const struct parameter *other = spec->parameters; other < parameter; other++)
        if (strcmp(other->name, name) == 0)
            FAULT(loader, node, "the parameter %s stands twice", name);
}

static void load_parameters(struct loader *loader, struct spec *spec, json_t *operation) {
    json_t *own = json_object_get(operation, "parameters"), *node;
    size_t index, count = json_array_size(own), braces = 0, in_path = 0;
    struct parameter *parameters = arena_alloc(loader->arena, (count + 1) * sizeof *parameters);
    spec->parameters = parameters;
    json_array_foreach (own, index, node)
        load_parameter(loader, spec, &parameters[spec->parameter_count], node);
    for (const char *c = spec->path; *c; c++)
        braces += *c == '{';
    for (size_t i = 0; i < count; i++)
        in_path += parameters[i].name && parameters[i].place == IN_PATH;
    if (braces != in_path)
        FAULT(loader, operation, "%s: the path has %zu parameters, the operation declares %zu", spec->id, braces,
              in_path);
}

static void load_body(struct loader *loader, struct spec *spec, json_t *operation) {
    json_t *body = resolve(loader, json_object_get(operation, "requestBody"));
    json_t *content = json_object_get(body, "content"), *media;
    const char *type;
    known_keys(loader, body, "a request body", " description:s content:o required:b");
    spec->body_required = json_is_true(json_object_get(body, "required"));
    json_object_foreach (content, type, media) {
        spec->streamed |= strcmp(type, "*/*") == 0;
        if (!listed(loader, BODY_TYPES, type))
            FAULT(loader, media, "%s: a body is JSON, a JSON merge patch, a form, CSV or */*, not %s", spec->id, type);
        else if (spec->body)
            FAULT(loader, media, "%s: one media type for the body", spec->id);
        else if (!spec->streamed)
            spec->body = schema_compile(loader->schemas, json_object_get(media, "schema"));
        spec->body_type = copy_key(loader, type);
    }
    spec->body_required &= !spec->streamed; /* its handler looks */
}

/* Bounds of a body that needs more than others: { bytes: 131072, values: 8000 }, or one of them. */
static void load_body_limit(struct loader *loader, struct spec *spec, json_t *operation) {
    json_t *limit = json_object_get(operation, "x-body-limit"), *member;
    spec->body_bytes = json_integer_value(json_object_get(limit, "bytes")) ?: BODY_BYTES;
    spec->body_values = (unsigned)json_integer_value(json_object_get(limit, "values")) ?: BODY_VALUES;
    const char *name;
    known_keys(loader, limit, "x-body-limit", " bytes:n values:n");
    json_object_foreach (limit, name, member)
        if (json_integer_value(member) < 1 || json_integer_value(member) > BODY_LIMIT_MAX)
            FAULT(loader, member, "%s: a bound of x-body-limit is 1 to %d", spec->id, BODY_LIMIT_MAX);
    if (limit && (!json_object_size(limit) || !spec->body))
        FAULT(loader, limit, "%s: x-body-limit has bytes or values, of a body that is read whole", spec->id);
    if (spec->body_bytes > loader->contract->body_bytes)
        loader->contract->body_bytes = spec->body_bytes;
}

static void load_headers(struct loader *loader, struct spec *spec, json_t *response) {
    json_t *headers = json_object_get(response, "headers"), *header;
    const char *name;
    struct constant_header *constants = arena_alloc(loader->arena, (json_object_size(headers) + 1) * sizeof *constants);
    spec->headers = constants;
    json_object_foreach (headers, name, header) {
        json_t *schema = json_object_get(resolve(loader, header), "schema");
        const struct schema *own = schema ? schema_compile(loader->schemas, schema) : NULL;
        const json_t *value = own ? schema_operand(own, "const") ?: schema_default(own) : NULL;
        if (!json_is_string(value))
            continue;
        constants[spec->header_count++] = (struct constant_header){copy_key(loader, name), json_string_value(value)};
        spec->shared |= strcasecmp(name, "Cache-Control") == 0 && strncmp(json_string_value(value), "public", 6) == 0;
    }
}

static void load_success(struct loader *loader, struct spec *spec, json_t *response) {
    json_t *content = json_object_get(response, "content"), *media;
    const char *type, **types = arena_alloc(loader->arena, (json_object_size(content) + 1) * sizeof *types);
    spec->media = types;
    json_object_foreach (content, type, media) {
        types[spec->media_count++] = copy_key(loader, type);
        if (listed(loader, JSON_TYPES, type))
            spec->response = schema_compile(loader->schemas, json_object_get(media, "schema"));
    }
    const struct schema *items = spec->response ? schema_property(spec->response, "items") : NULL;
    spec->list = items && schema_types(items) == SCHEMA_ARRAY && schema_property(spec->response, "next");
    spec->item = spec->list ? schema_items(items) : spec->response;
    spec->feed = spec->list && !(schema_types(schema_property(spec->response, "next")) & SCHEMA_NULL);
    load_headers(loader, spec, response);
}

static void load_responses(struct loader *loader, struct spec *spec, json_t *operation) {
    json_t *responses = json_object_get(operation, "responses"), *response;
    const char *status;
    json_object_foreach (responses, status, response) {
        response = resolve(loader, response);
        known_keys(loader, response, "a response", " description:s headers:o content:o links:o");
        if ((status[0] == '2' && strlen(status) == 3) || strcmp(status, "303") == 0) {
            bool beside = spec->success == 200 && (strcmp(status, "201") == 0 || strcmp(status, "206") == 0);
            if (spec->success && !beside)
                FAULT(loader, response, "%s: one 2xx response an operation, but for 201 or 206 beside 200", spec->id);
            if (!beside) {
                spec->success = (status[0] - '0') * 100 + (status[1] - '0') * 10 + status[2] - '0';
                load_success(loader, spec, response);
            }
        }
        if (!json_is_string(json_object_get(response, "description")))
            FAULT(loader, response, "%s: response %s needs a description", spec->id, status);
    }
    if (!spec->success)
        FAULT(loader, operation, "%s: no 2xx response, nor a 303", spec->id);
}

/* Alternatives of one scheme, whose list names a role (OpenAPI 3.1, Security Requirement Object); {}: no token. */
static void load_security(struct loader *loader, struct spec *spec, json_t *operation) {
    json_t *security = json_object_get(operation, "security"), *alternative, *listed_roles = json_array();
    size_t index;
    struct buf roles = buf_new(loader->arena, 64, 1024);
    json_array_foreach (security, index, alternative) {
        json_t *names = json_object_get(alternative, "bearer"), *role = json_array_get(names, 0);
        spec->anonymous |= json_is_object(alternative) && json_object_size(alternative) == 0;
        spec->secured |= names != NULL;
        if (!json_is_object(alternative) || json_object_size(alternative) > 1 ||
            (json_object_size(alternative) == 1 && !json_is_array(names)) || json_array_size(names) > 1 ||
            (role && !json_is_string(role)))
            FAULT(loader, alternative, "%s: an alternative is {} or { bearer: [at most one role] }", spec->id);
        if (json_is_string(role))
            buf_printf(&roles, "%s%s", roles.length ? "," : "", json_string_value(role));
        json_array_append(listed_roles, role);
    }
    spec->roles = buf_text(&roles);
    if (spec->secured)
        json_object_set(loader->roles, spec->id, listed_roles);
    json_decref(listed_roles);
}

static void load_operation(struct loader *loader, const char *path, const char *method, json_t *operation) {
    struct spec *spec = (struct spec *)&loader->contract->specs[loader->contract->spec_count];
    char *upper = arena_copy(loader->arena, method, strlen(method));
    for (char *c = upper; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    *spec = (struct spec){.id = text_of(loader, operation, "operationId"),
                          .method = upper,
                          .path = copy_key(loader, path),
                          .summary = text_of(loader, operation, "summary"),
                          .answer = text_of(loader, operation, "x-answer"),
                          .licenses = json_object_get(operation, "x-licenses"),
                          .where = places_of(loader->places, operation)};
    json_array_append(loader->contract->kept, spec->licenses);
    known_keys(
        loader, operation, "an operation",
        " tags:a summary:s description:s operationId:s parameters:a requestBody:o responses:o deprecated:b security:a "
        "externalDocs:o x-answer:s x-body-limit:o");
    if (!spec->id || !*spec->id ||
        spec->id[strspn(spec->id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")]) {
        FAULT(loader, operation, "%s %s: operationId must be letters and digits", upper, path);
        return;
    }
    for (unsigned i = 0; i < loader->contract->spec_count; i++)
        if (strcmp(loader->contract->specs[i].id, spec->id) == 0)
            FAULT(loader, operation, "the operationId %s stands twice", spec->id);
    loader->contract->spec_count++;
    load_parameters(loader, spec, operation);
    spec->cursor = spec_parameter(spec, IN_QUERY, "cursor")  ? "cursor"
                   : spec_parameter(spec, IN_QUERY, "after") ? "after"
                                                             : NULL;
    load_security(loader, spec, operation);
    load_body(loader, spec, operation);
    load_body_limit(loader, spec, operation);
    load_responses(loader, spec, operation);
    if (spec->shared && spec->secured && !spec->anonymous)
        FAULT(loader, operation, "%s needs a token, and its Cache-Control is public: kept answers are everybody's",
              spec->id);
}

static void load_paths(struct loader *loader) {
    json_t *paths = json_object_get(loader->document, "paths"), *item, *operation;
    const char *path, *key;
    size_t count = 0;
    json_object_foreach (paths, path, item)
        count += json_object_size(item);
    loader->contract->specs = arena_alloc(loader->arena, (count + 1) * sizeof *loader->contract->specs);
    json_object_foreach (paths, path, item)
        json_object_foreach (item, key, operation) {
            if (listed(loader, " get put post patch delete ", key))
                load_operation(loader, path, key, operation);
            else if (!listed(loader, " summary description ", key))
                FAULT(loader, operation, "%s has an unknown key \"%s\"", path, key);
        }
}

static void load_document(struct loader *loader) {
    struct contract *contract = loader->contract;
    const char *openapi = text_of(loader, loader->document, "openapi");
    if (!openapi || strncmp(openapi, "3.1.", 4) != 0)
        FAULT(loader, loader->document, "openapi must be 3.1.x");
    const char *name;
    json_t *info = json_object_get(loader->document, "info"), *schema;
    contract->title = text_of(loader, info, "title");
    contract->version = text_of(loader, info, "version");
    contract->description = text_of(loader, info, "description");
    if (!contract->title || !contract->version)
        FAULT(loader, info ?: loader->document, "info needs title and version");
    loader->roles = json_object();
    loader->schemas = schema_set_new(loader->arena, loader->document, contract->kept, loader->places, loader->gate);
    /* every schema under components, used or not: an unknown keyword is found wherever it stands */
    json_object_foreach (document_resolve(loader->document, "#/components/schemas"), name, schema)
        schema_compile(loader->schemas, schema);
    load_paths(loader);
    contract->operations = json_put(loader->arena, loader->roles, JSON_COMPACT).bytes;
    contract->json = json_put(loader->arena, loader->document, JSON_COMPACT);
    json_decref(loader->roles);
}

const struct contract *contract_load(struct arena *arena, const char *path, struct gate *gate) {
    struct arena *scratch = arena_new(0); /* of what only the loading needs: places, and keys that are looked for */
    struct contract *contract = arena_alloc(arena, sizeof *contract);
    struct loader loader = {.arena = arena, .scratch = scratch, .gate = gate, .contract = contract};
    loader.document = document_load(arena, path, loader.places = places_new(arena, scratch), gate);
    contract->kept = json_array();
    if (loader.document)
        load_document(&loader);
    json_decref(loader.document);
    arena_free(&scratch);
    malloc_trim(0); /* most of the document is gone */
    return contract;
}

void contract_release(const struct contract *contract) {
    json_decref(contract->kept);
}

const struct parameter *spec_parameter(const struct spec *spec, enum parameter_place place, const char *name) {
    for (unsigned i = 0; i < spec->parameter_count; i++)
        if ((place == IN_ANY || spec->parameters[i].place == place) && strcmp(spec->parameters[i].name, name) == 0)
            return &spec->parameters[i];
    return NULL;
}
