#include "contract/bundle.h"
#include "base/scan.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct bundle {
    struct arena *arena;
    struct places *places;
    struct gate *gate;
    json_t *files; /* path → document */
    json_t *root;
};

json_t *bundle_resolve(json_t *document, const char *pointer) {
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

/* relative (a $ref's file part) as seen from the file base: one name for each file, from this folder on. */
static const char *file_path(struct bundle *bundle, const char *base, const char *relative, size_t length) {
    const char *slash = strrchr(base, '/');
    const char *joined =
        arena_printf(bundle->arena, "%.*s%.*s", slash ? (int)(slash - base) + 1 : 0, base, (int)length, relative);
    char here[PATH_MAX], path[PATH_MAX];
    size_t root = realpath(".", here) ? strlen(here) : 0;
    if (!realpath(joined, path))
        return joined;
    bool within = strncmp(path, here, root) == 0 && path[root] == '/';
    return arena_printf(bundle->arena, "%s", path + (within ? root + 1 : 0));
}

static json_t *load(struct bundle *bundle, const char *path);

/* Makes every $ref under node local, loading the files that they name. from is node's file. */
static void localise(struct bundle *bundle, const char *from, json_t *node) {
    size_t index;
    json_t *child;
    if (json_is_array(node)) {
        json_array_foreach (node, index, child)
            localise(bundle, from, child);
        return;
    }
    json_t *ref = json_object_get(node, "$ref");
    const char *target = json_string_value(ref), *hash = target ? strchr(target, '#') : NULL;
    if (hash && hash > target) {
        json_t *file = load(bundle, file_path(bundle, from, target, (size_t)(hash - target)));
        if (!file || !bundle_resolve(file, hash))
            gate_fault(bundle->gate, places_of(bundle->places, ref), "$ref \"%s\" leads nowhere", target);
        json_string_set(ref, arena_printf(bundle->arena, "%s", hash));
    }
    const char *key;
    json_object_foreach (node, key, child)
        localise(bundle, from, child);
}

static void merge_components(struct bundle *bundle, json_t *file) {
    json_t *all = json_object_get(bundle->root, "components"), *kind, *component;
    const char *kind_name, *name;
    json_object_foreach (json_object_get(file, "components"), kind_name, kind) {
        if (!json_object_get(all, kind_name))
            json_object_set_new(all, kind_name, json_object());
        json_t *into = json_object_get(all, kind_name);
        json_object_foreach (kind, name, component) {
            if (json_object_get(into, name))
                gate_fault(bundle->gate, places_of(bundle->places, component), "%s/%s is defined twice", kind_name,
                           name);
            json_object_set(into, name, component);
        }
    }
}

static json_t *load(struct bundle *bundle, const char *path) {
    json_t *file = json_object_get(bundle->files, path);
    if (file)
        return file;
    file = yaml_load(bundle->arena, path, bundle->places, bundle->gate);
    if (!file)
        return NULL;
    json_object_set_new(bundle->files, path, file); /* before its refs: files may refer to each other */
    if (bundle->root) {
        merge_components(bundle, file);
        localise(bundle, path, file);
    }
    return file;
}

/* Puts the path items that the root refers to in place, and says which items it leaves out. */
static void place_paths(struct bundle *bundle, const char *root_path) {
    json_t *item, *listed = json_object_get(bundle->root, "paths"), *file;
    const char *template, *name;
    void *next;
    json_object_foreach_safe(listed, next, template, item) {
        json_t *ref = json_object_get(item, "$ref");
        const char *target = json_string_value(ref), *hash = target ? strchr(target, '#') : NULL;
        if (!hash || hash == target)
            continue;
        file = load(bundle, file_path(bundle, root_path, target, (size_t)(hash - target)));
        json_t *found = file ? bundle_resolve(file, hash) : NULL;
        if (!found || json_object_get(json_object_get(file, "paths"), template) != found)
            gate_fault(bundle->gate, places_of(bundle->places, ref), "\"%s\" is not the item of %s", target, template);
        else
            json_object_set(listed, template, found);
    }
    json_object_foreach (bundle->files, name, file)
        json_object_foreach (json_object_get(file, "paths"), template, item)
            if (json_object_get(listed, template) != item)
                gate_fault(bundle->gate, places_of(bundle->places, item), "%s is not listed in %s", template,
                           root_path);
}

json_t *bundle_load(struct arena *arena, const char *path, struct places *places, struct gate *gate) {
    struct bundle bundle = {.arena = arena, .places = places, .gate = gate, .files = json_object()};
    path = file_path(&bundle, "", path, strlen(path));
    bundle.root = load(&bundle, path);
    if (bundle.root) {
        if (!json_object_get(bundle.root, "components"))
            json_object_set_new(bundle.root, "components", json_object());
        place_paths(&bundle, path);
        localise(&bundle, path, bundle.root); /* the items in place are local already */
        json_incref(bundle.root);
    }
    json_decref(bundle.files);
    return bundle.root;
}
