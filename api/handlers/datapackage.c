/* What is in the archive, as a Data Package (specs.frictionlessdata.io, version 1): script/contract wrote the
 * description of each list, the database says which columns come first. */
#include "handlers/data.h"
#include <string.h>

/* Puts the fields in the order of the columns. */
static void order_fields(json_t *resource, const struct link *link) {
    json_t *schema = json_object_get(resource, "schema"), *named = json_object_get(schema, "fields");
    json_t *fields = json_array();
    for (unsigned i = 0; i < link->count; i++)
        if (!link->columns[i].engine && !link->columns[i].csv_hidden)
            json_array_append(fields, json_object_get(named, link->columns[i].name));
    json_object_set_new(schema, "fields", fields);
    json_object_del(resource, "operation");
}

json_t *data_package(struct arena *arena, const struct app *app, const struct operation *lists[static DATA_LISTS_MAX]) {
    const char *path = arena_printf(arena, "%s.package", app->config.contract);
    json_t *package = path ? json_load_file(path, 0, NULL) : NULL, *resources = json_object_get(package, "resources");
    bool ok = json_array_size(resources) <= DATA_LISTS_MAX;
    for (size_t i = 0; ok && i < json_array_size(resources); i++) {
        json_t *resource = json_array_get(resources, i);
        const char *id = json_string_value(json_object_get(resource, "operation")) ?: "";
        const struct operation *operation = lists[i] =
            operation_find(app->operations, app->contract->spec_count, id, strlen(id));
        const struct link *link = operation ? atomic_load(&operation->link) : NULL;
        if ((ok = link))
            order_fields(resource, link);
    }
    if (ok)
        return package;
    json_decref(package);
    return NULL;
}
