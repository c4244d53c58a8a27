#include "op/operation.h"
#include "base/scan.h"
#include <fnmatch.h>
#include <string.h>

/* The handler of that operation, or the NULL that ends them. */
static const struct handler_entry *find_handler(const struct handler_entry *handlers, const char *id) {
    while (handlers->id && fnmatch(handlers->id, id, 0) != 0)
        handlers++;
    return handlers;
}

struct operation *operation_find(struct operation *operations, unsigned count, const char *id, size_t length) {
    for (unsigned i = 0; i < count; i++)
        if (strlen(operations[i].spec->id) == length && memcmp(operations[i].spec->id, id, length) == 0)
            return &operations[i];
    return NULL;
}

/* Numbers its statement, and those by which a value is asked for that is given alone. */
static void number_statements(struct arena *arena, struct operation *operation, struct gate *gate) {
    const struct spec *spec = operation->spec;
    unsigned count = spec->binding_count;
    oid *types = arena_alloc(arena, (count + 1) * sizeof *types);
    struct statement *alone = arena_alloc(arena, (count + 1) * sizeof *alone);
    operation->statement = (struct statement){.name = spec->id, .text = spec->text, .count = count, .types = types};
    operation->alone = alone;
    statement_number(&operation->statement, spec->where, gate);
    for (unsigned i = 0; i < count; i++) {
        types[i] = spec->bindings[i].type;
        if (!spec->bindings[i].alone)
            continue;
        alone[i] = operation->statement;
        alone[i].name = arena_printf(arena, "%s.%s", spec->id, spec->bindings[i].name);
        statement_number(&alone[i], spec->where, gate);
    }
}

struct operation *operations_load(struct arena *arena, const struct contract *contract,
                                  const struct handler_entry *handlers, struct gate *gate) {
    struct operation *operations = arena_alloc(arena, (contract->spec_count + 1) * sizeof *operations);
    for (unsigned i = 0; i < contract->spec_count; i++) {
        const struct spec *spec = &contract->specs[i];
        const struct handler_entry *handler = find_handler(handlers, spec->id);
        bool answers = spec->answer >= 0 && (unsigned)spec->answer < contract->spec_count;
        operations[i] = (struct operation){.spec = spec,
                                           .handler = handler->run,
                                           .refuse = handler->refuse,
                                           .answer = answers ? &operations[spec->answer] : NULL};
        if (!handler->run != !!spec->text)
            gate_fault(gate, spec->text ? spec->file : spec->where, "%s has %s", spec->id,
                       spec->text ? "a handler too" : "neither a statement nor a handler");
        else if (spec->text)
            number_statements(arena, &operations[i], gate);
        for (const char *const *need = handler->needs; need < handler->needs + HANDLER_NEEDS && *need; need++)
            if (!scan_listed(spec->given, *need))
                gate_fault(gate, spec->where, "%s: its handler needs a required %s", spec->id, *need);
    }
    return operations;
}

/* A database type that is rendered, and its bit in what script/contract says of a column. */
static const struct known_type {
    oid type;
    enum column_kind kind;
    unsigned bit;
} * find_column_type(oid type) {
    static const struct known_type known[] = {
        {OID_TEXT, COLUMN_TEXT, 1},
        {OID_VARCHAR, COLUMN_TEXT, 1},
        {OID_UUID, COLUMN_TEXT, 1},
        {OID_INT2, COLUMN_NUMBER, 2},
        {OID_INT4, COLUMN_NUMBER, 2},
        {OID_INT8, COLUMN_NUMBER, 2},
        {OID_NUMERIC, COLUMN_NUMBER, 4},
        {OID_FLOAT8, COLUMN_NUMBER, 4},
        {OID_BOOL, COLUMN_BOOL, 8},
        {OID_DATE, COLUMN_DATE, 16},
        {OID_TIMESTAMPTZ, COLUMN_INSTANT, 32},
        {OID_TIMESTAMP, COLUMN_LOCAL, 0}, /* a property has its zone */
        {OID_JSON, COLUMN_JSON, 64},
        {OID_JSONB, COLUMN_JSON, 64},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].type == type)
            return &known[i];
    return NULL;
}

static void link_column(const struct operation *operation, struct column *column, struct gate *gate) {
    const struct spec *spec = operation->spec;
    const char *path = spec->file;
    const struct known_type *known = find_column_type(column->type);
    const json_t *properties = json_array_get(spec->columns, 1), *property = json_object_get(properties, column->name);
    column->engine = column->name[0] == '_';
    if (!known) {
        gate_fault(gate, path, "column %s has a type (OID %u) that is not rendered: cast it", column->name,
                   column->type);
        return;
    }
    column->kind = known->kind;
    if (column->engine || !json_is_object(properties))
        return;
    if (operation->answer)
        gate_fault(gate, path, "column %s is not given: the answer is the row of %s", column->name,
                   operation->answer->spec->id);
    else if (!property)
        gate_fault(gate, path, "column %s is not a property of the response (%s)", column->name, spec->where);
    else if (!(json_integer_value(json_array_get(property, 0) ?: property) & known->bit))
        gate_fault(gate, path, "column %s has another type than the contract (%s)", column->name, spec->where);
    column->csv_hidden = json_is_false(json_array_get(property, 1));
    column->csv_member = json_string_value(json_array_get(property, 1));
}

/* The contract needs a column of that name. */
static void require(const struct operation *operation, const struct link *link, const char *name, struct gate *gate) {
    for (unsigned i = 0; i < link->count; i++)
        if (strcmp(link->columns[i].name, name) == 0)
            return;
    gate_fault(gate, operation->spec->file, "the response requires %s, which no column gives", name);
}

bool operation_link(struct arena *arena, struct operation *operation, struct connection *connection, struct gate *gate,
                    struct problem *problem) {
    struct result *result = pg_describe(connection, &operation->statement, problem);
    if (!result && !problem->lost)
        gate_fault(gate, operation->spec->file, "PostgreSQL does not accept the statement; see the log");
    if (!result)
        return false;
    const char *name;
    unsigned before = gate->faults, count = result_columns(result);
    if (count > COLUMNS_MAX)
        gate_fault(gate, arena_printf(arena, "%s:1", operation->spec->file), "has %u columns, more than %d (%s)", count,
                   COLUMNS_MAX, operation->spec->where);
    struct column *columns = arena_alloc(arena, (count + 1) * sizeof *columns);
    struct link *link = arena_alloc(arena, sizeof *link);
    *link = (struct link){.columns = columns, .count = count};
    link->status = link->location = link->version = link->bookmark = link->errors = link->rule = -1;
    for (unsigned i = 0; i < count; i++) {
        name = result_column_name(result, i);
        columns[i].name = arena_text(arena, name);
        columns[i].type = result_column_type(result, i);
        link_column(operation, &columns[i], gate);
        int other, *known = strcmp(name, "_status") == 0     ? &link->status
                            : strcmp(name, "_location") == 0 ? &link->location
                            : strcmp(name, "_version") == 0  ? &link->version
                            : strcmp(name, "_bookmark") == 0 ? &link->bookmark
                            : strcmp(name, "_errors") == 0   ? &link->errors
                            : strcmp(name, "_rule") == 0     ? &link->rule
                                                             : &other;
        *known = (int)i;
    }
    result_free(&result);
    const json_t *required = json_array_get(operation->spec->columns, 0);
    for (size_t i = 0; i < json_array_size(required); i++)
        require(operation, link, json_string_value(json_array_get(required, i)) ?: "", gate);
    if (gate->faults == before)
        atomic_store(&operation->link, link);
    return gate->faults == before;
}

bool operation_fits(const struct link *link, const struct result *result) {
    bool fits = result_columns(result) == link->count;
    for (unsigned i = 0; fits && i < link->count; i++)
        fits = result_column_type(result, i) == link->columns[i].type;
    return fits;
}
