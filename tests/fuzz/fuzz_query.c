/* The SQL lexer: what it accepts, it accepts again; its output has no name left. */
#include "contract/query.h"
#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    struct arena *arena = arena_new(0);
    struct gate gate = {0};
    const struct query *query = query_parse(arena, "fuzz.sql", NULL, (const char *)data, size, &gate);
    assert(!query == (gate.faults > 0));
    if (query && !query->count && query->text && !memchr(data, 0, size)) {
        const struct query *again = query_parse(arena, "again.sql", NULL, query->text, strlen(query->text), &gate);
        assert(again && strcmp(again->text, query->text) == 0);
    }
    for (unsigned i = 0; query && i < query->count; i++)
        for (unsigned j = 0; j < i; j++)
            assert(strcmp(query->names[i], query->names[j]) != 0);
    arena_free(&arena);
    return 0;
}
