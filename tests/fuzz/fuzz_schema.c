/* Rules, a NUL, a value: no crash, one verdict however it is asked, and "not" turns it round. */
#include "../unit/problems.h"
#include "base/json.h"
#include "contract/schema.h"
#include <assert.h>
#include <string.h>

static bool verdict(struct arena *arena, json_t *rules, const json_t *value, struct problem *problem) {
    struct gate gate = {0};
    json_t *patterns = json_pack("[[s,b],[s,b]]", "^a+$", 0, "^(?:0|[1-9]{4})-\\d\\d", 1);
    struct schema_set *set = schema_set_new(arena, NULL, patterns, "test", &gate);
    assert(!gate.faults);
    json_decref(patterns);
    return schema_validate(schema_new(set, rules), value, "/body", problem);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    const unsigned char *split = size ? memchr(data, 0, size) : NULL;
    if (!split)
        return 0;
    json_t *node = json_loadb((const char *)data, (size_t)(split - data), JSON_REJECT_DUPLICATES, NULL);
    json_t *value = json_loadb((const char *)split + 1, size - (size_t)(split - data) - 1,
                               JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    struct arena *arena = arena_new(0);
    /* what is nested too deep fits neither way */
    if (json_is_array(node) && value && json_measure((const char *)data, size).depth < 60) {
        struct problem problem = {0};
        bool fits = verdict(arena, node, value, NULL);
        assert(fits == verdict(arena, node, value, &problem));
        assert(!fits || !problem.error_count);
        json_t *not = json_pack("[[i,n,O]]", 8, node);
        assert(fits != verdict(arena, not, value, NULL));
        json_decref(not );
    }
    arena_free(&arena);
    json_decref(node);
    json_decref(value);
    return 0;
}
