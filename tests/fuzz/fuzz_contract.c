/* What the engine reads of a contract, with any bytes: the loader, and the schemas in it. */
#include "contract/contract.h"
#include <stdio.h>
#include <stdlib.h>

static bool write_file(const char *name, const unsigned char *data, size_t size) {
    FILE *file = fopen(name, "w");
    bool ok = file && fwrite(data, 1, size, file) == size;
    return file && fclose(file) == 0 && ok;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    static char folder[] = "/tmp/fuzz_contract.XXXXXX", path[64], facts[64];
    if (!*path && mkdtemp(folder)) {
        snprintf(path, sizeof path, "%s/contract", folder);
        snprintf(facts, sizeof facts, "%s.engine", path);
    }
    if (!write_file(path, data, 0) || !write_file(facts, data, size))
        return 0;
    struct arena *arena = arena_new(0);
    struct gate gate = {0};
    contract_release(contract_load(arena, path, &gate));
    arena_free(&arena);
    return 0;
}
