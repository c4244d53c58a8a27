/* What is in the archive, as a Data Package (specs.frictionlessdata.io, version 1): all of it is the contract's word.
 */
#include "base/json.h"
#include "handlers/data.h"
#include "render/render.h"
#include <ctype.h>
#include <string.h>

bool data_listed(const struct operation *operation) {
    const struct spec *spec = operation->spec;
    bool table = false, asks = strchr(spec->path, '{');
    for (unsigned i = 0; i < spec->media_count; i++)
        table |= strcmp(spec->media[i], render_csv.media_type) == 0;
    for (unsigned i = 0; i < spec->parameter_count; i++)
        asks |= spec->parameters[i].required;
    return spec->list && !spec->feed && !spec->secured && table && !asks && operation->query &&
           strcmp(spec->method, "GET") == 0;
}

const char *data_name(struct arena *arena, const struct spec *spec) {
    const char *from = spec->path + strlen("/v1/");
    char *name = arena_copy(arena, from, strlen(from));
    for (char *slash = name; slash && (slash = strchr(slash, '/'));)
        *slash = '-';
    return name;
}

/* A name is lower case, digits and hyphens. */
static const char *slug_of(struct arena *arena, const char *title) {
    char *slug = arena_copy(arena, title, strlen(title));
    for (char *c = slug; c && *c; c++)
        *c = isalnum((unsigned char)*c) ? (char)tolower((unsigned char)*c) : '-';
    return slug ?: "data";
}

/* The words of Table Schema for a column's type and format, as render/csv.c writes it. */
static void type_of(const struct schema *schema, const struct column *column, const char **type, const char **format) {
    unsigned types = schema_types(schema);
    const char *own = schema_format(schema) ?: "";
    *format = "default";
    switch (column->kind) {
    case COLUMN_NUMBER:
        *type = types & SCHEMA_NUMBER ? "number" : "integer";
        break;
    case COLUMN_BOOL:
        *type = "boolean";
        break;
    case COLUMN_DATE:
        *type = "date";
        break;
    case COLUMN_INSTANT: /* the default knows no fractions of a second */
        *type = "datetime";
        *format = "any";
        break;
    case COLUMN_JSON:
        *type = column->csv_member ? "string" : types & SCHEMA_ARRAY ? "array" : "object";
        break;
    default:
        *type = "string";
        if (strcmp(own, "uuid") == 0 || strcmp(own, "email") == 0 || strcmp(own, "uri") == 0)
            *format = own;
    }
}

static void copy(json_t *constraints, const struct schema *schema, const char *first, const char *second) {
    const char *const names[] = {first, second};
    for (size_t i = 0; i < 2; i++)
        json_object_set(constraints, names[i], json_object_get(schema_node(schema), names[i]));
}

/* What is said of a text: it may be longer by the quote mark of a spreadsheet, and where it may be empty it is as good
 * as missing there. */
static void constrain_text(struct arena *arena, json_t *constraints, const struct schema *schema, bool *empty) {
    const json_t *node = schema_node(schema), *most = json_object_get(node, "maxLength");
    const char *pattern = json_string_value(json_object_get(node, "pattern"));
    const char *translated = pattern ? data_pattern(arena, pattern) : NULL;
    *empty = !schema_operand(schema, "enum") && !schema_format(schema) && !translated &&
             json_integer_value(json_object_get(node, "minLength")) < 1;
    copy(constraints, schema, "minLength", "minLength");
    if (most)
        json_object_set_new(constraints, "maxLength", json_integer(json_integer_value(most) + 1));
    if (translated)
        json_object_set_new(constraints, "pattern", json_string(translated));
}

/* What holds for each cell, of what its type can be held to there; of what CSV flattens nothing is known. */
static json_t *constraints_of(struct arena *arena, const struct schema *item, const struct schema *schema,
                              const struct column *column, const char *type) {
    json_t *constraints = json_object(), *value;
    size_t index;
    bool empty = false, text = strcmp(type, "string") == 0;
    if (column->kind == COLUMN_JSON)
        return constraints;
    if (text)
        constrain_text(arena, constraints, schema, &empty);
    else if (column->kind == COLUMN_NUMBER)
        copy(constraints, schema, "minimum", "maximum");
    if (schema_requires(item, column->name) && !empty && !(schema_types(schema) & SCHEMA_NULL))
        json_object_set_new(constraints, "required", json_true());
    const json_t *words = text || column->kind == COLUMN_NUMBER ? schema_operand(schema, "enum") : NULL;
    json_t *known = words ? json_array() : NULL;
    json_array_foreach (words, index, value)
        if (!json_is_null(value))
            json_array_append(known, value);
    if (known)
        json_object_set_new(constraints, "enum", known);
    return constraints;
}

static json_t *field_of(struct arena *arena, const struct schema *item, const struct column *column) {
    const struct schema *schema = schema_property(item, column->name);
    const char *type, *format, *description = json_string_value(json_object_get(schema_node(schema), "description"));
    type_of(schema, column, &type, &format);
    if (column->csv_member && schema_types(schema) & SCHEMA_ARRAY)
        description =
            arena_printf(arena, "%s%sJoined by ; where there are several.", description ?: "", description ? " " : "");
    return json_pack("{s:s,s:s,s:s,s:s*,s:o}", "name", column->name, "type", type, "format", format, "description",
                     description, "constraints", constraints_of(arena, item, schema, column, type));
}

static json_t *resource_of(struct arena *arena, const struct operation *operation, const struct link *link) {
    const struct spec *spec = operation->spec;
    json_t *fields = json_array();
    for (unsigned i = 0; i < link->count; i++)
        if (!link->columns[i].engine && !link->columns[i].csv_hidden)
            json_array_append_new(fields, field_of(arena, spec->item, &link->columns[i]));
    const char *name = data_name(arena, spec);
    return json_pack("{s:s,s:s,s:s,s:s*,s:s,s:s,s:s,s:{s:o,s:[s]}}", "name", name, "path",
                     arena_printf(arena, "%s.csv", name), "profile", "tabular-data-resource", "title", spec->summary,
                     "format", "csv", "mediatype", "text/csv", "encoding", "utf-8", "schema", "fields", fields,
                     "missingValues", "");
}

const char *data_package(struct arena *arena, const struct app *app, const struct spec *own) {
    const struct contract *contract = app->contract;
    json_t *resources = json_array();
    for (unsigned i = 0; i < contract->spec_count; i++) {
        const struct link *link = atomic_load(&app->operations[i].link);
        if (link && data_listed(&app->operations[i]))
            json_array_append_new(resources, resource_of(arena, &app->operations[i], link));
    }
    json_t *package = json_pack("{s:s,s:s,s:s,s:s,s:s*,s:o*,s:o}", "profile", "tabular-data-package", "name",
                                slug_of(arena, contract->title), "title", contract->title, "version", contract->version,
                                "description", contract->description, "licenses", json_deep_copy(own->licenses),
                                "resources", resources);
    const char *text = json_put(arena, package, JSON_INDENT(2)).bytes;
    json_decref(package);
    return text;
}
