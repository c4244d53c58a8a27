#include "op/operation.h"
#include "op/plan.h"
#include <dirent.h>
#include <string.h>
#include <unistd.h>

/* The OID of a value that schema describes, or 0 when none fits. */
static oid oid_of(const struct schema *schema) {
    const char *format = json_string_value(schema_operand(schema, "format")) ?: "";
    unsigned types = schema_types(schema) & ~(unsigned)SCHEMA_NULL;
    if (types == SCHEMA_STRING)
        return strcmp(format, "date") == 0        ? OID_DATE
               : strcmp(format, "date-time") == 0 ? OID_TIMESTAMPTZ
               : strcmp(format, "uuid") == 0      ? OID_UUID
                                                  : OID_TEXT;
    if (types == SCHEMA_INTEGER)
        return strcmp(format, "int64") == 0 ? OID_INT8 : OID_INT4;
    if (types == (SCHEMA_INTEGER | SCHEMA_NUMBER))
        return OID_NUMERIC;
    if (types == SCHEMA_BOOLEAN)
        return OID_BOOL;
    if (types == SCHEMA_ARRAY && schema_items(schema)) {
        oid item = oid_of(schema_items(schema));
        return item == OID_TEXT   ? OID_TEXT_ARRAY
               : item == OID_INT4 ? OID_INT4_ARRAY
               : item == OID_DATE ? OID_DATE_ARRAY
                                  : 0;
    }
    return types & (SCHEMA_ARRAY | SCHEMA_OBJECT) ? OID_JSONB : 0;
}

static const struct given { /* what the engine itself gives to a statement */
    const char *name;
    enum binding_kind kind;
    oid type;
} given[] = {{"body", BIND_BODY, OID_JSONB},
             {"if_match", BIND_IF_MATCH, OID_INT4_ARRAY},
             {"new_id", BIND_NEW_ID, OID_UUID},
             {"new_secret", BIND_NEW_SECRET, OID_TEXT},
             {"operations", BIND_OPERATIONS, OID_JSONB},
             {"address", BIND_ADDRESS, OID_TEXT},
             {"contact", BIND_CONTACT, OID_TEXT}};

static const struct given *find_given(const struct spec *spec, const char *name) {
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        if (strcmp(given[i].name, name) == 0 && (given[i].kind != BIND_BODY || spec->body) &&
            (given[i].kind != BIND_IF_MATCH || spec_parameter(spec, IN_HEADER, "If-Match") ||
             spec_parameter(spec, IN_HEADER, "If-None-Match")))
            return &given[i];
    return NULL;
}

/* Finds the source of one :name and its type; a fault when there is none, or two. */
static oid bind_name(const struct spec *spec, struct binding *binding, const char *where, struct gate *gate) {
    const struct schema *property = spec->body ? schema_property(spec->body, binding->name) : NULL;
    const struct given *own = find_given(spec, binding->name);
    oid type = 0;
    binding->parameter = spec_parameter(spec, IN_ANY, binding->name);
    bool after = strncmp(binding->name, "after_", 6) == 0 && spec->cursor;
    if (binding->parameter && property)
        gate_fault(gate, where, ":%s is both a parameter and a property of the body", binding->name);
    if ((after || (own && own->kind != BIND_BODY)) && (binding->parameter || property))
        gate_fault(gate, where, ":%s is the engine's here, and the name of a parameter or property too (%s)",
                   binding->name, spec->where);
    if (binding->parameter) {
        binding->kind = strcmp(binding->name, "limit") == 0 ? BIND_LIMIT : BIND_PARAMETER;
        type = binding->parameter->engine ? 0 : oid_of(binding->parameter->schema);
    } else if (own) { /* :body is the whole, also where it has a property of that name */
        binding->kind = own->kind;
        type = own->type;
    } else if (property) {
        binding->kind = BIND_PROPERTY;
        type = oid_of(property);
    } else if (after) {
        binding->kind = BIND_AFTER;
        type = OID_TEXT;
    } else {
        gate_fault(gate, where, ":%s is neither a parameter of %s nor a property of its body", binding->name, spec->id);
        return 0;
    }
    if (!type)
        gate_fault(gate, where, ":%s has no type that SQL could take (contract: %s)", binding->name, spec->where);
    return type;
}

static void check_unused(const struct operation *operation, struct gate *gate) {
    const struct spec *spec = operation->spec;
    for (unsigned i = 0; i < spec->parameter_count; i++) {
        bool used = spec->parameters[i].engine || spec->parameters[i].place == IN_HEADER;
        for (unsigned j = 0; j < operation->query->count; j++)
            used |= operation->bindings[j].parameter == &spec->parameters[i];
        if (!used)
            gate_fault(gate, spec->parameters[i].where, "%s does not use the parameter %s", operation->query->path,
                       spec->parameters[i].name);
    }
}

static void bind_query(struct arena *arena, struct operation *operation, struct gate *gate) {
    const struct query *query = operation->query;
    struct binding *bindings = arena_alloc(arena, (query->count + 1) * sizeof *bindings);
    oid *types = arena_alloc(arena, (query->count + 1) * sizeof *types);
    unsigned before = gate->faults;
    for (unsigned i = 0; i < query->count; i++) {
        bindings[i].name = query->names[i];
        types[i] =
            bind_name(operation->spec, &bindings[i], arena_printf(arena, "%s:%d", query->path, query->lines[i]), gate);
    }
    operation->bindings = bindings;
    operation->statement =
        (struct statement){.name = operation->spec->id, .text = query->text, .count = query->count, .types = types};
    operation->splits = operation->spec->cursor && strstr(query->text, " IS NULL OR ") && gate->faults == before;
    statement_number(&operation->statement, operation->spec->where, gate);
    if (operation->splits)
        plan_split(arena, operation, bindings, gate);
    check_unused(operation, gate);
}

/* The handler of that operation, or the NULL that ends them. */
static const struct handler_entry *find_handler(const struct handler_entry *handlers, const char *id) {
    while (handlers->id && strcmp(handlers->id, id) != 0)
        handlers++;
    return handlers;
}

struct operation *operation_find(struct operation *operations, unsigned count, const char *id, size_t length) {
    for (unsigned i = 0; i < count; i++)
        if (strlen(operations[i].spec->id) == length && memcmp(operations[i].spec->id, id, length) == 0)
            return &operations[i];
    return NULL;
}

/* Every .sql file belongs to an operation that has no handler; what begins with '_' is the engine's. */
static void check_files(struct operation *operations, unsigned count, const char *queries, struct gate *gate) {
    DIR *folder = opendir(queries);
    if (!folder)
        gate_fault(gate, queries, "the folder of queries cannot be read");
    for (struct dirent *file; folder && (file = readdir(folder));) {
        size_t length = strlen(file->d_name);
        if (*file->d_name == '_' || length < 5 || strcmp(file->d_name + length - 4, ".sql") != 0)
            continue;
        const struct operation *operation = operation_find(operations, count, file->d_name, length - 4);
        if (!operation)
            gate_fault(gate, queries, "%s belongs to no operation of the contract", file->d_name);
        else if (operation->handler)
            gate_fault(gate, queries, "%s: the operation has a handler too", file->d_name);
    }
    if (folder)
        closedir(folder);
}

/* The read that a write answers with takes what the write's path has, or the id that the write makes. */
static void find_answer(struct operation *operation, struct operation *operations, unsigned count, struct gate *gate) {
    const struct spec *spec = operation->spec;
    if (!spec->answer)
        return;
    operation->answer = operation_find(operations, count, spec->answer, strlen(spec->answer));
    if (!operation->answer || !operation->answer->query || strcmp(operation->answer->spec->method, "GET") != 0) {
        gate_fault(gate, spec->where, "%s: x-answer is no read with a statement", spec->id);
        operation->answer = NULL;
        return;
    }
    for (unsigned i = 0; i < operation->answer->spec->parameter_count; i++) {
        const struct parameter *needed = &operation->answer->spec->parameters[i];
        bool makes_id = false;
        for (unsigned j = 0; operation->query && j < operation->query->count; j++)
            makes_id |= operation->bindings[j].kind == BIND_NEW_ID;
        if (needed->place == IN_PATH && !spec_parameter(spec, IN_PATH, needed->name) &&
            !(makes_id && strcmp(needed->name, "id") == 0))
            gate_fault(gate, spec->where, "%s: %s needs the path parameter %s", spec->id, spec->answer, needed->name);
    }
}

struct operation *operations_load(struct arena *arena, const struct contract *contract, const char *queries,
                                  const struct handler_entry *handlers, struct gate *gate) {
    const char *name = strrchr(queries, '/') ? strrchr(queries, '/') + 1 : queries;
    const char *derived = arena_printf(arena, "%.*sderived", (int)(name - queries), queries);
    struct operation *operations = arena_alloc(arena, (contract->spec_count + 1) * sizeof *operations);
    for (unsigned i = 0; i < contract->spec_count; i++) {
        struct operation *operation = &operations[i];
        operation->spec = &contract->specs[i];
        operation->handler = find_handler(handlers, operation->spec->id)->run;
        operation->refuse = find_handler(handlers, operation->spec->id)->refuse;
        if (operation->handler)
            continue;
        if (operation->spec->streamed)
            gate_fault(gate, operation->spec->where, "%s: a body of */* needs a handler", operation->spec->id);
        const char *path = arena_printf(arena, "%s/%s.sql", queries, operation->spec->id);
        const char *made = arena_printf(arena, "%s/%s.sql", derived, operation->spec->id);
        if (access(made, R_OK) == 0 && access(path, R_OK) == 0)
            gate_fault(gate, made, "%s is there too", path);
        path = access(made, R_OK) == 0 ? made : path;
        if (access(path, R_OK) != 0)
            gate_fault(gate, operation->spec->where, "%s has neither %s nor a handler", operation->spec->id, path);
        else if ((operation->query = query_load(arena, path, NULL, gate)))
            bind_query(arena, operation, gate);
    }
    for (unsigned i = 0; i < contract->spec_count; i++)
        find_answer(&operations[i], operations, contract->spec_count, gate);
    check_files(operations, contract->spec_count, queries, gate);
    if (access(derived, R_OK) == 0)
        check_files(operations, contract->spec_count, derived, gate);
    return operations;
}

/* A database type that is rendered, and the schema types that it may stand for; NULL: it is not. */
static const struct known_type {
    oid type;
    enum column_kind kind;
    unsigned fits;
} * find_column_type(oid type) {
    static const struct known_type known[] = {
        {OID_TEXT, COLUMN_TEXT, SCHEMA_STRING},
        {OID_VARCHAR, COLUMN_TEXT, SCHEMA_STRING},
        {OID_UUID, COLUMN_TEXT, SCHEMA_STRING},
        {OID_INT2, COLUMN_NUMBER, SCHEMA_INTEGER | SCHEMA_NUMBER},
        {OID_INT4, COLUMN_NUMBER, SCHEMA_INTEGER | SCHEMA_NUMBER},
        {OID_INT8, COLUMN_NUMBER, SCHEMA_INTEGER | SCHEMA_NUMBER},
        {OID_NUMERIC, COLUMN_NUMBER, SCHEMA_NUMBER},
        {OID_FLOAT8, COLUMN_NUMBER, SCHEMA_NUMBER},
        {OID_BOOL, COLUMN_BOOL, SCHEMA_BOOLEAN},
        {OID_DATE, COLUMN_DATE, SCHEMA_STRING},
        {OID_TIMESTAMPTZ, COLUMN_INSTANT, SCHEMA_STRING},
        {OID_TIMESTAMP, COLUMN_LOCAL, 0}, /* a property has its zone */
        {OID_JSON, COLUMN_JSON, SCHEMA_ANY},
        {OID_JSONB, COLUMN_JSON, SCHEMA_ANY},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].type == type)
            return &known[i];
    return NULL;
}

/* Dates and instants must say so in the contract, and the other way round. */
static bool format_agrees(enum column_kind kind, const char *format) {
    if (kind == COLUMN_DATE || kind == COLUMN_INSTANT)
        return format && strcmp(format, kind == COLUMN_DATE ? "date" : "date-time") == 0;
    return kind != COLUMN_NUMBER || !format || strcmp(format, "int64") == 0;
}

static void link_column(const struct operation *operation, struct column *column, struct gate *gate) {
    const struct spec *spec = operation->spec;
    const char *path = operation->query->path;
    const struct known_type *known = find_column_type(column->type);
    column->engine = column->name[0] == '_';
    if (!known) {
        gate_fault(gate, path, "column %s has a type (OID %u) that is not rendered: cast it", column->name,
                   column->type);
        return;
    }
    column->kind = known->kind;
    if (column->engine || !spec->item)
        return;
    if (operation->answer) {
        gate_fault(gate, path, "column %s is not given: the answer is the row of %s", column->name, spec->answer);
        return;
    }
    const struct schema *schema = schema_property(spec->item, column->name);
    if (!schema) {
        gate_fault(gate, path, "column %s is not a property of the response (%s)", column->name, spec->where);
        return;
    }
    unsigned wanted = schema_types(schema) & ~(unsigned)SCHEMA_NULL;
    if (!(wanted & known->fits) || !format_agrees(column->kind, json_string_value(schema_operand(schema, "format"))))
        gate_fault(gate, path, "column %s has another type than the contract (%s)", column->name, spec->where);
    const json_t *csv = schema_operand(schema, "x-csv");
    column->csv_hidden = json_is_false(csv);
    column->csv_member = json_string_value(csv);
}

/* The response needs a column of that name. */
static void require(const struct operation *operation, const struct link *link, const char *name, struct gate *gate) {
    for (unsigned i = 0; i < link->count; i++)
        if (strcmp(link->columns[i].name, name) == 0)
            return;
    gate_fault(gate, operation->query->path, "the response requires %s, which no column gives", name);
}

/* A list that takes a cursor gives the keys that its next page starts after. */
static void check_cursor(const struct operation *operation, const struct link *link, struct gate *gate) {
    for (unsigned i = 0; i < operation->query->count; i++) {
        bool found = operation->bindings[i].kind != BIND_AFTER;
        for (unsigned j = 0; j < link->count; j++)
            found |= link->columns[j].engine && strcmp(link->columns[j].name + 1, operation->bindings[i].name) == 0;
        if (!found)
            gate_fault(gate, operation->query->path, ":%s has no column _%s", operation->bindings[i].name,
                       operation->bindings[i].name);
    }
}

bool operation_link(struct arena *arena, struct operation *operation, struct connection *connection, struct gate *gate,
                    struct problem *problem) {
    struct result *result = pg_describe(connection, &operation->statement, problem);
    if (!result && !problem->lost)
        gate_fault(gate, operation->query->path, "PostgreSQL does not accept the statement; see the log");
    if (!result)
        return false;
    const char *name;
    unsigned before = gate->faults, count = result_columns(result);
    if (count > COLUMNS_MAX)
        gate_fault(gate, arena_printf(arena, "%s:1", operation->query->path), "has %u columns, more than %d (%s)",
                   count, COLUMNS_MAX, operation->spec->where);
    struct column *columns = arena_alloc(arena, (count + 1) * sizeof *columns);
    struct link *link = arena_alloc(arena, sizeof *link);
    *link = (struct link){.columns = columns, .count = count};
    link->status = link->location = link->version = link->bookmark = link->errors = link->rule = -1;
    for (unsigned i = 0; i < count; i++) {
        name = result_column_name(result, i);
        columns[i].name = arena_copy(arena, name, strlen(name));
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
    const struct schema *item = operation->answer ? NULL : operation->spec->item;
    for (size_t i = 0; item && (name = schema_required(item, i)); i++)
        require(operation, link, name, gate);
    check_cursor(operation, link, gate);
    for (unsigned i = 0; i < operation->spec->media_count; i++)
        if (strcmp(operation->spec->media[i], "text/html") == 0 ||
            strcmp(operation->spec->media[i], "text/plain") == 0 ||
            strcmp(operation->spec->media[i], "application/xml") == 0)
            require(operation, link, "_body", gate);
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
