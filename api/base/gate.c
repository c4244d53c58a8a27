#include "base/gate.h"
#include <stdarg.h>

void gate_fault(struct gate *gate, const char *where, const char *message, ...) {
    gate->faults++;
    if (!gate->out)
        return;
    fprintf(gate->out, "%s: ", where);
    va_list arguments;
    va_start(arguments, message);
    vfprintf(gate->out, message, arguments);
    va_end(arguments);
    fputc('\n', gate->out);
}
