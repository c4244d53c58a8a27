/* YAML files as JSON trees that remember their line numbers. The only user of libyaml. */
#pragma once
#include "base/arena.h"
#include "base/gate.h"
#include <jansson.h>

/* Where the nodes of all loaded files stand; one for the whole contract. */
struct places;
struct places *places_new(struct arena *arena);

/* "file:line" of a container or scalar node (lent), or "contract" when it is not known
 * (true, false and null are shared by jansson and have no place of their own). */
const char *places_of(const struct places *places, const json_t *node);

/* Reads one document; a new reference, or NULL with a fault in gate. YAML 1.2 core schema:
 * null, true/false, integers, floats; all else (dates too) is a string. Refused: anchors and aliases,
 * tags, duplicate keys, a second document, depth over 64. */
json_t *yaml_load(struct arena *arena, const char *path, struct places *places, struct gate *gate);
