/* Files that are taken whole. */
#pragma once
#include "base/arena.h"

/* Maps a file until file_unmap: its bytes come from the disk when they are used. Who has it for longer than a moment
 * leaves them to the kernel, to be sent: a file that somebody cuts short would end the process that reads it. False
 * when it cannot be read. */
bool file_map(const char *path, struct text *text);
void file_unmap(const struct text *text);

/* Gives the memory back that its bytes have taken: they come again when they are used. */
void file_release(const struct text *text);
