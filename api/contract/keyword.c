#include "contract/keyword.h"
#include <stdarg.h>
#include <stdio.h>

bool keyword_wrong(struct check *check, const char *detail, ...) {
    if (!check->problem)
        return false;
    char text[200];
    va_list arguments;
    va_start(arguments, detail);
    vsnprintf(text, sizeof text, detail, arguments);
    va_end(arguments);
    return problem_add(check->problem, check->pointer, "%s", text);
}

bool keyword_equal(const json_t *a, const json_t *b) {
    if (json_is_real(a) || json_is_real(b))
        return json_is_number(a) && json_is_number(b) && json_number_value(a) == json_number_value(b);
    return json_equal(a, b);
}
