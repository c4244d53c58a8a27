/* A .sql file with :named parameters as PostgreSQL reads it: $n and an ordered list of names. */
#pragma once
#include "base/arena.h"
#include "base/gate.h"

struct query {
    const char *path;
    const char *text;         /* with $1…$n, comments kept, no trailing semicolon */
    unsigned count;           /* distinct names; the same name is the same $n */
    const char *const *names; /* names[i] is $i+1 */
    const int *lines;         /* line of each name's first use, for messages */
};

/* Reads and lexes the file; NULL with faults in gate. One statement a file. parameters: the names that there are, in
 * words with a space between them, each of which the file must use: names[i] is the word of that number wherever the
 * file has it. NULL: whatever it names, in the order of their first use. */
const struct query *query_load(struct arena *arena, const char *path, const char *parameters, struct gate *gate);

/* The same for text in memory. A name is [a-z_][a-z0-9_]* after a single ':'. Not a name: '::', ':=',
 * anything inside '…' (also E'…' with backslashes, U&'…'), "…", $tag$…$tag$, -- and nested block comments,
 * and an array slice such as a[1:n] where ':' follows a digit, name or ']' without a space. */
const struct query *query_parse(struct arena *arena, const char *path, const char *parameters, const char *text,
                                size_t length, struct gate *gate);
