/* Accept (RFC 9110, section 12.5.1) against what an operation offers. */
#include "http/request.h"
#include "suite.h"
#include <stdlib.h>

static const char *pick(const char *accept) {
    static const char *const offered[] = {"application/json", "text/csv", "application/geo+json"};
    return response_negotiate(accept, offered, 3) ?: "none";
}

START_TEST(negotiates) {
    static const struct {
        const char *accept, *picked;
    } cases[] = {
        {NULL, "application/json"},
        {"", "application/json"},
        {"*/*", "application/json"},
        {"text/csv", "text/csv"},
        {"TEXT/CSV", "text/csv"},
        {"text/*", "text/csv"},
        {"image/png", "none"},
        {"text/csv;q=0.5, application/json;q=0.4", "text/csv"},
        {"application/json;q=0, */*", "text/csv"},
        {"*/*;q=0.1, application/geo+json", "application/geo+json"},
        {"text/csv; charset=utf-8; q=0.9, application/json; q=0.8", "text/csv"},
        {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json"},
        {"application/json;q=0, text/*;q=0, application/*;q=0", "none"},
        {"application/json;q=nonsense", "none"},
        {"application/json;q=nan", "none"},
        {"application/json;q=inf, text/csv;q=0.1", "text/csv"},
        {"application/json;q=1e400, text/csv;q=0.1", "text/csv"},
        {"application/json;q=-1, text/csv;q=0.1", "text/csv"},
        {"application/json;q=1.001, text/csv;q=0.1", "text/csv"},
        {"application/json;q=0x1, text/csv;q=0.1", "text/csv"},
        {"application/json;q=, text/csv;q=0.1", "text/csv"},
        {"application/json;q=2, text/csv;q=0.1", "text/csv"},
        {"application/json;q=0.001, text/csv;q=0.002", "text/csv"},
        {"application/json;q=0.33333, text/csv;q=0.3", "application/json"},
        {"application/json;q=0. , text/csv;q=1.000", "text/csv"},
        {"application/json;Q=0.2;x=1, text/csv;q=0.9", "text/csv"},
        {"text/csvx, text/cs", "none"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(strcmp(pick(cases[i].accept), cases[i].picked) == 0, "%s gave %s", cases[i].accept,
                      pick(cases[i].accept));
}
END_TEST

int main(void) {
    return run_cases("negotiate", NULL, NULL, (const TTest *const[]){negotiates, NULL});
}
