#include "contract/document.h"
#include "base/scan.h"
#include <stdio.h>
#include <string.h>

enum { BUCKETS = 4096 };

struct place {
    struct place *next;
    const json_t *node;
    const char *file;
    int64_t line;
};

struct places {
    struct arena *arena, *scratch; /* of the texts that are given out; of the rest */
    const char *name;              /* of the document */
    struct place *buckets[BUCKETS];
};

struct places *places_new(struct arena *arena, struct arena *scratch) {
    struct places *places = arena_alloc(scratch, sizeof *places);
    places->arena = arena;
    places->scratch = scratch;
    places->name = "contract";
    return places;
}

static struct place **bucket(const struct places *places, const json_t *node) {
    return (struct place **)&places->buckets[((uintptr_t)node >> 4) % BUCKETS];
}

static bool is_shared(const json_t *node) {
    return !node || json_is_boolean(node) || json_is_null(node);
}

const char *places_of(const struct places *places, const json_t *node) {
    if (!is_shared(node))
        for (const struct place *place = *bucket(places, node); place; place = place->next)
            if (place->node == node)
                return arena_printf(places->arena, "%s:%lld", place->file, (long long)place->line);
    return places->name;
}

/* Reads the places of node and of all that is in it: a line each, in the document's order, of a number and of the
 * file where that is another than in the line before. */
static bool read_places(struct places *places, FILE *map, const char **file, const json_t *node) {
    char line[4096];
    int64_t number;
    if (is_shared(node))
        return true;
    if (!fgets(line, sizeof line, map))
        return false;
    size_t digits = strspn(line, "0123456789"), length = strcspn(line, "\n");
    if (!scan_int(line, digits, &number) || (line[digits] != ' ' && digits != length))
        return false;
    if (digits < length)
        *file = arena_copy(places->scratch, line + digits + 1, length - digits - 1);
    struct place *place = arena_alloc(places->scratch, sizeof *place), **head = bucket(places, node);
    *place = (struct place){*head, node, *file, number};
    *head = place;
    const json_t *child;
    const char *key;
    size_t index;
    bool ok = *file;
    json_array_foreach (node, index, child)
        ok = ok && read_places(places, map, file, child);
    json_object_foreach ((json_t *)node, key, child)
        ok = ok && read_places(places, map, file, child);
    return ok;
}

json_t *document_load(struct arena *arena, const char *path, struct places *places, struct gate *gate) {
    json_error_t error;
    json_t *document = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    places->name = arena_copy(arena, path, strlen(path));
    if (!document) {
        gate_fault(gate, error.line > 0 ? arena_printf(arena, "%s:%d", path, error.line) : path, "%s", error.text);
        return NULL;
    }
    const char *name = arena_printf(arena, "%s.map", path), *file = NULL;
    FILE *map = fopen(name, "re");
    if (!map)
        return document;
    if (!read_places(places, map, &file, document) || fgetc(map) != EOF)
        gate_fault(gate, name, "is not the map of %s", path);
    fclose(map);
    return document;
}

json_t *document_resolve(json_t *document, const char *pointer) {
    char token[256];
    if (*pointer++ != '#')
        return NULL;
    while (document && *pointer == '/') {
        size_t used = 0;
        for (pointer++; *pointer && *pointer != '/'; pointer++) {
            char c = *pointer;
            if (c == '~' && (pointer[1] == '0' || pointer[1] == '1'))
                c = *++pointer == '0' ? '~' : '/';
            if (used == sizeof token - 1)
                return NULL;
            token[used++] = c;
        }
        ptrdiff_t length = scan_percent(token, used, false, token);
        token[length < 0 ? 0 : length] = '\0';
        document = json_object_get(document, token);
    }
    return *pointer ? NULL : document;
}
