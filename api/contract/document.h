/* The contract as script/contract writes it: one standard document, and where each of its nodes is written. */
#pragma once
#include "base/arena.h"
#include "base/gate.h"
#include <jansson.h>

/* Where the nodes of the document stand in the files that it is made of. */
struct places;
/* What places_of gives is lent by arena, all else by scratch, which need not outlive the start. */
struct places *places_new(struct arena *arena, struct arena *scratch);

/* "file:line" of a container or scalar node (lent), or the document's own name when it is not known
 * (true, false and null are shared by jansson and have no place of their own). */
const char *places_of(const struct places *places, const json_t *node);

/* Reads path and, if it is there, the map beside it (path.map). A new reference, or NULL with a fault in gate. */
json_t *document_load(struct arena *arena, const char *path, struct places *places, struct gate *gate);

/* The node that pointer (#/…, RFC 6901) names in document, lent; NULL when there is none. */
json_t *document_resolve(json_t *document, const char *pointer);
