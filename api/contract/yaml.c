#include "contract/yaml.h"
#include "base/scan.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { DEPTH_MAX = 64, BUCKETS = 4096 };

struct place {
    struct place *next;
    const json_t *node;
    const char *file;
    size_t line;
};

struct places {
    struct arena *arena;
    struct place *buckets[BUCKETS];
};

struct places *places_new(struct arena *arena) {
    struct places *places = arena_alloc(arena, sizeof *places);
    places->arena = arena;
    return places;
}

static struct place **bucket(const struct places *places, const json_t *node) {
    return (struct place **)&places->buckets[((uintptr_t)node >> 4) % BUCKETS];
}

static void remember(struct places *places, const json_t *node, const char *file, size_t line) {
    struct place *place = arena_alloc(places->arena, sizeof *place), **head = bucket(places, node);
    *place = (struct place){*head, node, file, line};
    *head = place;
}

const char *places_of(const struct places *places, const json_t *node) {
    if (node && !json_is_boolean(node) && !json_is_null(node))
        for (const struct place *place = *bucket(places, node); place; place = place->next)
            if (place->node == node)
                return arena_printf(places->arena, "%s:%zu", place->file, place->line);
    return "contract";
}

struct reader {
    yaml_parser_t parser;
    struct places *places;
    struct gate *gate;
    const char *file;
};

static json_t *fault(struct reader *reader, yaml_mark_t mark, const char *message) {
    char where[1024];
    snprintf(where, sizeof where, "%s:%zu", reader->file, mark.line + 1);
    gate_fault(reader->gate, where, "%s", message);
    return NULL;
}

/* A plain scalar by the core schema (YAML 1.2, section 10.3.2); a quoted one is a string. */
static json_t *scalar(const yaml_event_t *event) {
    const char *text = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    int64_t integer;
    if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return json_stringn(text, length);
    if (!length || strcmp(text, "null") == 0 || strcmp(text, "~") == 0)
        return json_null();
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        return json_boolean(*text == 't');
    if (scan_int(text, length, &integer))
        return json_integer(integer);
    return scan_number(text, length) ? json_real(strtod(text, NULL)) : json_stringn(text, length);
}

static json_t *node(struct reader *reader, const yaml_event_t *event, int depth);

static json_t *next_node(struct reader *reader, int depth, bool *end) {
    yaml_event_t event;
    if (!yaml_parser_parse(&reader->parser, &event))
        return fault(reader, reader->parser.problem_mark, reader->parser.problem ? reader->parser.problem : "not YAML");
    *end = event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT;
    json_t *value = *end ? NULL : node(reader, &event, depth);
    yaml_event_delete(&event);
    return value;
}

static bool fill(struct reader *reader, json_t *container, yaml_mark_t mark, int depth) {
    for (;;) {
        bool end = false;
        json_t *key = next_node(reader, depth, &end), *value = NULL;
        if (end || !key)
            return end;
        if (json_is_array(container)) {
            json_array_append_new(container, key);
            continue;
        }
        const char *name = json_string_value(key);
        bool fine = name && !json_object_get(container, name) && (value = next_node(reader, depth, &end)) && !end;
        if (fine)
            json_object_set_new(container, name, value);
        else if (!name || json_object_get(container, name))
            fault(reader, reader->parser.mark, !name ? "a key is not a string: quote it" : "a key stands twice");
        json_decref(key);
        if (!fine)
            return false;
    }
}

static json_t *node(struct reader *reader, const yaml_event_t *event, int depth) {
    json_t *value = NULL;
    if (depth == DEPTH_MAX)
        return fault(reader, event->start_mark, "nested too deep");
    if (event->type == YAML_SCALAR_EVENT) {
        if (event->data.scalar.anchor || event->data.scalar.tag)
            return fault(reader, event->start_mark, "anchors and tags are not read");
        value = scalar(event);
    } else if (event->type == YAML_SEQUENCE_START_EVENT || event->type == YAML_MAPPING_START_EVENT) {
        value = event->type == YAML_SEQUENCE_START_EVENT ? json_array() : json_object();
        if (!fill(reader, value, event->start_mark, depth + 1)) {
            json_decref(value);
            return NULL;
        }
    } else {
        return fault(reader, event->start_mark, "aliases are not read");
    }
    if (!json_is_boolean(value) && !json_is_null(value))
        remember(reader->places, value, reader->file, event->start_mark.line + 1);
    return value;
}

/* The type of the next event; what is no YAML is said. */
static yaml_event_type_t skip_event(struct reader *reader) {
    yaml_event_t event;
    if (!yaml_parser_parse(&reader->parser, &event))
        return fault(reader, reader->parser.problem_mark, "not YAML"), YAML_NO_EVENT;
    yaml_event_type_t type = event.type;
    yaml_event_delete(&event);
    return type;
}

json_t *yaml_load(struct arena *arena, const char *path, struct places *places, struct gate *gate) {
    struct reader reader = {.places = places, .gate = gate, .file = arena_copy(arena, path, strlen(path))};
    FILE *file = fopen(path, "re");
    if (!file) {
        gate_fault(gate, path, "cannot be read");
        return NULL;
    }
    yaml_parser_initialize(&reader.parser);
    yaml_parser_set_input_file(&reader.parser, file);
    json_t *document = NULL;
    bool end = false;
    skip_event(&reader); /* the stream's start, and the document's */
    if (skip_event(&reader) == YAML_DOCUMENT_START_EVENT)
        document = next_node(&reader, 0, &end);
    if (document && (skip_event(&reader) != YAML_DOCUMENT_END_EVENT || skip_event(&reader) != YAML_STREAM_END_EVENT)) {
        fault(&reader, reader.parser.mark, "one document a file");
        json_decref(document);
        document = NULL;
    }
    yaml_parser_delete(&reader.parser);
    fclose(file);
    return document;
}
