#include "contract/contract.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include <string.h>
#include <strings.h>

struct loader {
    struct arena *arena;
    const char *name; /* of the file */
    struct gate *gate;
    struct contract *contract;
    struct schema_set *schemas;
    struct parameter *parameters; /* of all operations, each once */
    size_t parameter_count;
};

/* Reads members of an object as jansson's format says; a fault where they are not what script/contract writes. */
#define UNPACK(loader, node, ...)                                                                                      \
    (json_unpack_ex(node, &(json_error_t){0}, 0, __VA_ARGS__) == 0 ||                                                  \
     (gate_fault((loader)->gate, (loader)->name, "is not what script/contract writes"), false))

static const struct schema *schema_of(struct loader *loader, json_t *node) {
    return node ? schema_compile(loader->schemas, node) : NULL;
}

static void load_parameter(struct loader *loader, json_t *node, struct parameter *parameter) {
    const char *place;
    int required, engine, index;
    json_t *schema;
    if (!UNPACK(loader, node, "{s:s,s:s,s:s,s:i,s:b,s:b,s:o}", "name", &parameter->name, "in", &place, "where",
                &parameter->where, "index", &index, "required", &required, "engine", &engine, "schema", &schema))
        return;
    parameter->place = *place == 'p' ? IN_PATH : *place == 'q' ? IN_QUERY : IN_HEADER;
    parameter->index = (unsigned)index;
    parameter->required = required;
    parameter->engine = engine;
    parameter->schema = schema_of(loader, schema);
}

static void take_parameters(struct loader *loader, struct spec *spec, json_t *numbers) {
    struct parameter *parameters = arena_alloc(loader->arena, (json_array_size(numbers) + 1) * sizeof *parameters);
    json_t *number;
    size_t index;
    json_array_foreach (numbers, index, number)
        if ((size_t)json_integer_value(number) < loader->parameter_count)
            parameters[spec->parameter_count++] = loader->parameters[json_integer_value(number)];
    spec->parameters = parameters;
    spec->cursor = spec_parameter(spec, IN_QUERY, "cursor")  ? "cursor"
                   : spec_parameter(spec, IN_QUERY, "after") ? "after"
                                                             : NULL;
}

static const char *const *texts_of(struct loader *loader, json_t *list, unsigned *count) {
    const char **texts = arena_alloc(loader->arena, (json_array_size(list) + 1) * sizeof *texts);
    json_t *text;
    size_t index;
    json_array_foreach (list, index, text)
        texts[(*count)++] = json_string_value(text) ?: "";
    return texts;
}

static bool load_body(struct loader *loader, struct spec *spec, json_t *node) {
    json_t *body = NULL;
    json_int_t bytes = BODY_BYTES, values = BODY_VALUES;
    int required, streamed;
    if (!UNPACK(loader, node, "{s?s,s:b,s:b,s?o,s?I,s?I}", "body_type", &spec->body_type, "body_required", &required,
                "streamed", &streamed, "body", &body, "body_bytes", &bytes, "body_values", &values))
        return false;
    spec->body_required = required;
    spec->streamed = streamed;
    spec->body = schema_of(loader, body);
    spec->body_bytes = bytes;
    spec->body_values = (unsigned)values;
    if (bytes > loader->contract->body_bytes)
        loader->contract->body_bytes = bytes;
    return true;
}

static bool load_answer(struct loader *loader, struct spec *spec, json_t *node) {
    json_t *response = NULL, *media, *headers;
    int shared;
    if (!UNPACK(loader, node, "{s:i,s:b,s?o,s:o,s:o}", "success", &spec->success, "shared", &shared, "response",
                &response, "media", &media, "headers", &headers))
        return false;
    spec->shared = shared;
    spec->media = texts_of(loader, media, &spec->media_count);
    spec->headers = (const struct constant_header *)texts_of(loader, headers, &spec->header_count);
    spec->header_count /= 2;
    spec->response = schema_of(loader, response);
    const struct schema *items = response ? schema_property(spec->response, "items") : NULL;
    spec->list = items && schema_types(items) == SCHEMA_ARRAY && schema_property(spec->response, "next");
    spec->item = spec->list ? schema_items(items) : spec->response;
    spec->feed = spec->list && !(schema_types(schema_property(spec->response, "next")) & SCHEMA_NULL);
    return true;
}

static bool load_operation(struct loader *loader, struct spec *spec, json_t *node, const json_t *all_roles) {
    json_t *parameters, *role;
    int anonymous;
    size_t index;
    if (!UNPACK(loader, node, "{s:s,s:s,s:s,s:s,s?s,s?s,s:b,s:o}", "id", &spec->id, "method", &spec->method, "path",
                &spec->path, "where", &spec->where, "summary", &spec->summary, "answer", &spec->answer, "anonymous",
                &anonymous, "parameters", &parameters) ||
        !load_body(loader, spec, node) || !load_answer(loader, spec, node))
        return false;
    json_t *roles = json_object_get(all_roles, spec->id);
    struct buf words = buf_new(loader->arena, 64, 1024);
    json_array_foreach (roles, index, role)
        buf_printf(&words, "%s%s", index ? "," : "", json_string_value(role) ?: "");
    spec->roles = buf_text(&words);
    spec->secured = roles;
    spec->anonymous = anonymous;
    take_parameters(loader, spec, parameters);
    return spec->roles;
}

static void load_all(struct loader *loader, json_t *facts, int64_t length) {
    struct contract *contract = loader->contract;
    json_t *roles, *operations, *parameters, *node;
    json_int_t bytes = 0;
    size_t index;
    if (!UNPACK(loader, facts, "{s:s,s:s,s:I,s:o,s:o,s:o}", "title", &contract->title, "version", &contract->version,
                "bytes", &bytes, "roles", &roles, "operations", &operations, "parameters", &parameters))
        return;
    if (bytes != length)
        gate_fault(loader->gate, loader->name, "belongs to another contract");
    loader->parameter_count = json_array_size(parameters);
    loader->parameters = arena_alloc(loader->arena, (loader->parameter_count + 1) * sizeof *loader->parameters);
    json_array_foreach (parameters, index, node)
        load_parameter(loader, node, &loader->parameters[index]);
    contract->operations = json_put(loader->arena, roles, JSON_COMPACT).bytes;
    struct spec *specs = arena_alloc(loader->arena, (json_array_size(operations) + 1) * sizeof *specs);
    contract->specs = specs;
    for (index = 0; index < json_array_size(operations) && !loader->gate->faults; index++)
        contract->spec_count +=
            load_operation(loader, &specs[contract->spec_count], json_array_get(operations, index), roles);
}

const struct contract *contract_load(struct arena *arena, const char *path, struct gate *gate) {
    struct contract *contract = arena_alloc(arena, sizeof *contract);
    struct loader loader = {.arena = arena, .gate = gate, .contract = contract};
    json_error_t error;
    loader.name = arena_printf(arena, "%s.engine", path);
    contract->facts = json_load_file(loader.name, JSON_REJECT_DUPLICATES, &error);
    contract->operations = "{}";
    loader.schemas = schema_set_new(arena, contract->facts, loader.name, gate);
    if (!file_map(path, &contract->json))
        gate_fault(gate, path, "cannot be read");
    else if (contract->facts)
        load_all(&loader, contract->facts, (int64_t)contract->json.length);
    else
        gate_fault(gate, error.line > 0 ? arena_printf(arena, "%s:%d", loader.name, error.line) : loader.name, "%s",
                   error.text);
    return contract;
}

void contract_release(const struct contract *contract) {
    json_decref(contract->facts);
    file_unmap(&(struct text){contract->json.bytes, contract->json.length});
}

const struct parameter *spec_parameter(const struct spec *spec, enum parameter_place place, const char *name) {
    for (unsigned i = 0; i < spec->parameter_count; i++)
        if ((place == IN_ANY || spec->parameters[i].place == place) && strcmp(spec->parameters[i].name, name) == 0)
            return &spec->parameters[i];
    return NULL;
}
