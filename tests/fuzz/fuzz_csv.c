/* A spreadsheet of any bytes is refused, or is JSON that names its lines in order. */
#include "../unit/problems.h"
#include "base/csv.h"
#include <assert.h>
#include <jansson.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    struct arena *arena = arena_new(8 << 20);
    struct problem problem = {0};
    const char *text = csv_to_json(arena, (const char *)data, size, 1000000, &problem);
    assert(!text == (problem.status != 0));
    if (text) {
        json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
        json_t *rows = json_object_get(json, "rows"), *row;
        json_int_t before = 1;
        size_t index;
        assert(json && json_array_size(json_object_get(json, "columns")));
        json_array_foreach (rows, index, row) {
            json_int_t line = json_integer_value(json_object_get(row, "line"));
            assert(line > before && json_object_get(row, "values"));
            before = line;
        }
        json_decref(json);
    }
    arena_free(&arena);
    return 0;
}
