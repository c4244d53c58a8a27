/* A schema, a NUL, a value: no crash, one verdict however it is asked, and "not" turns it round. */
#include "../unit/problems.h"
#include "contract/schema.h"
#include <assert.h>
#include <string.h>

static bool verdict(struct arena *arena, json_t *node, const json_t *value, struct gate *gate,
                    struct problem *problem) {
    struct schema_set *set = schema_set_new(arena, node, "test", gate);
    const struct schema *schema = schema_compile(set, node);
    return !gate->faults && schema_validate(schema, value, "/body", problem);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    const unsigned char *split = size ? memchr(data, 0, size) : NULL;
    if (!split)
        return 0;
    json_t *node = json_loadb((const char *)data, (size_t)(split - data), JSON_REJECT_DUPLICATES, NULL);
    json_t *value = json_loadb((const char *)split + 1, size - (size_t)(split - data) - 1,
                               JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    struct arena *arena = arena_new(0);
    if (json_is_object(node) && value && !json_object_get(node, "$ref") && !strstr((const char *)data, "$ref")) {
        struct gate gate = {0};
        struct problem problem = {0};
        bool fits = verdict(arena, node, value, &gate, NULL);
        assert(fits == verdict(arena, node, value, &gate, &problem));
        assert(gate.faults || fits == !problem.error_count);
        json_t *not = json_pack("{s:O}", "not", node);
        assert(gate.faults || fits != verdict(arena, not, value, &gate, NULL));
        json_decref(not );
    }
    arena_free(&arena);
    json_decref(node);
    json_decref(value);
    return 0;
}
