/* Collects what is wrong with the contract and the queries at start: one `file:line: message` each. */
#pragma once
#include <stdio.h>

struct gate {
    FILE *out; /* where messages go; NULL: nowhere */
    unsigned faults;
};

/* where is "file:line" or a file's name. */
void gate_fault(struct gate *gate, const char *where, const char *message, ...) __attribute__((format(printf, 3, 4)));
