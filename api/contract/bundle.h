/* Several OpenAPI files as one document. */
#pragma once
#include "contract/yaml.h"

/* Loads the root file and every file a relative $ref reaches, and merges them: path items that the root
 * refers to are put in place, the components of all files become the root's, and each $ref becomes local
 * (#/components/…). A component defined in two files is a fault, and so is a path that the root does not
 * list. A new reference, or NULL when the root cannot be read. */
json_t *bundle_load(struct arena *arena, const char *path, struct places *places, struct gate *gate);

/* The node that pointer (#/…, RFC 6901) names in document, lent; NULL when there is none. */
json_t *bundle_resolve(json_t *document, const char *pointer);
