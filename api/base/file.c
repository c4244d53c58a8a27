#include "base/file.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

bool file_map(const char *path, struct text *text) {
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = file >= 0 && fstat(file, &status) == 0 && S_ISREG(status.st_mode);
    size_t length = ok ? (size_t)status.st_size : 0;
    void *bytes = length ? mmap(NULL, length, PROT_READ, MAP_PRIVATE, file, 0) : (void *)"";
    if (file >= 0)
        close(file);
    ok &= bytes != MAP_FAILED;
    *text = ok ? (struct text){bytes, length} : (struct text){0};
    return ok;
}

void file_release(const struct text *text) {
    madvise((void *)text->bytes, text->length, MADV_DONTNEED);
}

void file_unmap(const struct text *text) {
    if (text->length)
        munmap((void *)text->bytes, text->length);
}
