/* A contract file: YAML and the loader behind it, with any bytes. */
#include "contract/contract.h"
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    char path[64];
    int file = memfd_create("fuzz", 0);
    if (file < 0 || write(file, data, size) != (ssize_t)size)
        return 0;
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    struct arena *arena = arena_new(0);
    struct gate gate = {0};
    const struct contract *contract = contract_load(arena, path, &gate);
    if (contract)
        contract_release(contract);
    arena_free(&arena);
    close(file);
    return 0;
}
