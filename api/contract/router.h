/* From a request's target and method to an operation. */
#pragma once
#include "base/arena.h"
#include "base/problem.h"
#include "contract/contract.h"

/* script/contract holds paths to them. */
enum { ROUTE_PARAMETERS_MAX = 8, ROUTE_SEGMENTS_MAX = 16 };

struct route_match {
    const struct spec *spec;                  /* NULL: OPTIONS, answered from allow */
    unsigned index;                           /* of the spec in the contract */
    const char *allow;                        /* the methods of the path, for Allow (RFC 9110, section 10.2.1) */
    size_t stands_at;                         /* length of the path without trailing slashes; 0: it has none */
    bool head;                                /* HEAD: the GET's answer without its body */
    struct text values[ROUTE_PARAMETERS_MAX]; /* decoded, in the template's order; lent by the arena */
};

/* path is the raw target up to '?'. Each segment is decoded once; dot segments, backslashes, encoded
 * slashes, NUL and bytes that are not UTF-8 are refused (400). A path that ends with slashes is also found without
 * them. False with a problem: 400, 404 or 405. */
bool router_match(const struct contract *contract, struct arena *arena, const char *method, const char *path,
                  size_t length, struct route_match *match, struct problem *problem);
