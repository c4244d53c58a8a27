#include "contract/contract.h"
#include "base/file.h"
#include "base/problem.h"
#include <malloc.h>
#include <string.h>

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

static void load_parameter(struct loader *loader, json_t *node, struct parameter *parameter) {
    const char *place;
    json_t *schema;
    if (!UNPACK(loader, node, "{s:s,s:s,s:i,s:b,s?s,s:i,s:i,s:o}", "name", &parameter->name, "in", &place, "index",
                &parameter->index, "required", &parameter->required, "standard", &parameter->standard, "types",
                &parameter->types, "items", &parameter->items, "schema", &schema))
        return;
    parameter->place = *place == 'p' ? IN_PATH : *place == 'q' ? IN_QUERY : IN_HEADER;
    parameter->schema = schema_new(loader->schemas, schema);
}

static const struct parameter *parameters_of(struct loader *loader, json_t *numbers, unsigned *count) {
    struct parameter *parameters = arena_alloc(loader->arena, (json_array_size(numbers) + 1) * sizeof *parameters);
    json_t *number;
    size_t index;
    json_array_foreach (numbers, index, number)
        if ((size_t)json_integer_value(number) < loader->parameter_count)
            parameters[(*count)++] = loader->parameters[json_integer_value(number)];
    return parameters;
}

/* Its statement, and where the statement's values come from. Texts are copied: their source is freed with the rest of
 * the operations. */
static bool load_statement(struct loader *loader, struct spec *spec, json_t *names, json_t *pieces) {
    struct binding *bindings = arena_alloc(loader->arena, (json_array_size(names) + 1) * sizeof *bindings);
    spec->bindings = bindings;
    spec->binding_count = (unsigned)json_array_size(names);
    for (unsigned i = 0; i < spec->binding_count; i++) {
        if (!UNPACK(loader, json_array_get(names, i), "[s,i,i,b]", &bindings[i].name, &bindings[i].kind,
                    &bindings[i].type, &bindings[i].alone))
            return false;
        bindings[i].name = arena_text(loader->arena, bindings[i].name);
        bindings[i].parameter = bindings[i].kind <= BIND_LIMIT ? spec_parameter(spec, IN_ANY, bindings[i].name) : NULL;
    }
    struct piece *parts = pieces ? arena_alloc(loader->arena, json_array_size(pieces) * sizeof *parts) : NULL;
    spec->pieces = parts;
    for (; spec->piece_count < json_array_size(pieces); spec->piece_count++) {
        struct piece *part = &parts[spec->piece_count];
        if (!UNPACK(loader, json_array_get(pieces, spec->piece_count), "[s,i,s,s]", &part->text, &part->binding,
                    &part->given, &part->absent))
            return false;
        *part = (struct piece){arena_text(loader->arena, part->text), part->binding,
                               arena_text(loader->arena, part->given), arena_text(loader->arena, part->absent)};
    }
    return true;
}

static bool load_operation(struct loader *loader, struct spec *spec, json_t *node) {
    const char *body = NULL;
    json_t *names = NULL, *pieces = NULL, *parameters, *media;
    *spec = (struct spec){.body_bytes = BODY_BYTES, .body_values = BODY_VALUES, .answer = -1};
    if (!UNPACK(loader, node, "{s:s,s:s,s:s,s:s,s?i,s?b,s?s,s:b,s:o}", "id", &spec->id, "method", &spec->method, "path",
                &spec->path, "where", &spec->where, "answer", &spec->answer, "cursor", &spec->cursor, "roles",
                &spec->roles, "anonymous", &spec->anonymous, "parameters", &parameters) ||
        !UNPACK(loader, node, "{s?s,s:s,s:s,s?s,s?i,s?i,s:b,s:b}", "body", &body, "names", &spec->names, "given",
                &spec->given, "body_type", &spec->body_type, "body_bytes", &spec->body_bytes, "body_values",
                &spec->body_values, "body_required", &spec->body_required, "streamed", &spec->streamed) ||
        !UNPACK(loader, node, "{s:b,s:b,s:i,s:b,s:o,s:s,s?s}", "list", &spec->list, "feed", &spec->feed, "success",
                &spec->success, "shared", &spec->shared, "media", &media, "head", &spec->head, "cache", &spec->cache) ||
        !UNPACK(loader, node, "{s?s,s?s,s?o,s?o}", "file", &spec->file, "text", &spec->text, "bindings", &names,
                "pieces", &pieces))
        return false;
    const char **texts[] = {&spec->id,   &spec->method, &spec->path, &spec->where, &spec->roles, &spec->body_type,
                            &spec->head, &spec->cache,  &spec->file, &spec->text,  &spec->given, &spec->names};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = arena_text(loader->arena, *texts[i]);
    spec->secured = spec->roles;
    spec->roles = spec->roles ?: "";
    spec->body =
        schema_new(loader->schemas, json_object_get(json_object_get(loader->contract->facts, "schemas"), body ?: ""));
    if (spec->body_bytes > loader->contract->body_bytes)
        loader->contract->body_bytes = spec->body_bytes;
    spec->parameters = parameters_of(loader, parameters, &spec->parameter_count);
    const char **kinds = arena_alloc(loader->arena, (json_array_size(media) + 1) * sizeof *kinds);
    for (; spec->media_count < json_array_size(media); spec->media_count++)
        kinds[spec->media_count] =
            arena_text(loader->arena, json_string_value(json_array_get(media, spec->media_count)) ?: "");
    spec->media = kinds;
    spec->columns = json_object_get(json_object_get(loader->contract->facts, "columns"), spec->id);
    return load_statement(loader, spec, names, pieces);
}

static void load_all(struct loader *loader, json_t *facts, int64_t length) {
    struct contract *contract = loader->contract;
    json_t *operations, *parameters, *node;
    json_int_t bytes = 0;
    size_t index;
    if (!UNPACK(loader, facts, "{s:I,s:o,s:s,s:o,s:o,s?s}", "bytes", &bytes, "routes", &contract->routes, "roles",
                &contract->operations, "operations", &operations, "parameters", &parameters, "terms", &contract->terms))
        return;
    problem_use(facts);
    contract->statements = json_object_get(facts, "statements");
    if (bytes != length)
        gate_fault(loader->gate, loader->name, "belongs to another contract");
    loader->parameter_count = json_array_size(parameters);
    loader->parameters = arena_alloc(loader->arena, (loader->parameter_count + 1) * sizeof *loader->parameters);
    json_array_foreach (parameters, index, node)
        load_parameter(loader, node, &loader->parameters[index]);
    struct spec *specs = arena_alloc(loader->arena, (json_array_size(operations) + 1) * sizeof *specs);
    contract->specs = specs;
    for (index = 0; index < json_array_size(operations) && !loader->gate->faults; index++)
        contract->spec_count += load_operation(loader, &specs[contract->spec_count], json_array_get(operations, index));
    json_object_del(facts, "operations");
}

const struct contract *contract_load(struct arena *arena, const char *path, struct gate *gate) {
    struct contract *contract = arena_alloc(arena, sizeof *contract);
    struct loader loader = {.arena = arena, .gate = gate, .contract = contract};
    json_error_t error;
    loader.name = arena_printf(arena, "%s.engine", path);
    contract->facts = json_load_file(loader.name, JSON_REJECT_DUPLICATES, &error);
    contract->operations = "{}";
    loader.schemas = schema_set_new(arena, json_object_get(contract->facts, "schemas"),
                                    json_object_get(contract->facts, "patterns"), loader.name, gate);
    if (!file_map(path, &contract->json))
        gate_fault(gate, path, "cannot be read");
    else if (contract->facts)
        load_all(&loader, contract->facts, (int64_t)contract->json.length);
    else
        gate_fault(gate, error.line > 0 ? arena_printf(arena, "%s:%d", loader.name, error.line) : loader.name, "%s",
                   error.text);
    malloc_trim(0); /* a third of what was read is gone */
    return contract;
}

void contract_release(const struct contract *contract) {
    json_decref(contract->facts);
    file_unmap(&contract->json);
}

const struct parameter *spec_parameter(const struct spec *spec, enum parameter_place place, const char *name) {
    for (unsigned i = 0; i < spec->parameter_count; i++)
        if ((place == IN_ANY || spec->parameters[i].place == place) && strcmp(spec->parameters[i].name, name) == 0)
            return &spec->parameters[i];
    return NULL;
}
