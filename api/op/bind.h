/* From a request's values to a statement's parameters. */
#pragma once
#include "base/problem.h"
#include "contract/router.h"
#include "op/operation.h"

enum { QUERY_PARAMETERS_MAX = 64 };

/* A decoded name=value of the query string, or an after_… value of a cursor. */
struct pair {
    const char *name;
    struct text value;
};

struct pairs {
    struct pair items[QUERY_PARAMETERS_MAX];
    unsigned count;
};

/* What the service knows of itself: constant after start. */
struct service {
    const char *operations; /* of the contract, as :operations */
    const char *address, *contact;
};

/* What a request brings, all lent by its arena. */
struct inputs {
    const struct route_match *match;
    struct pairs query;
    struct pairs after;    /* of the cursor */
    const json_t *body;    /* or NULL */
    struct text body_text; /* :body: the JSON that it was read from, or that CSV became */
    bool whole;            /* no default limit: the representation gives everything */
    const char *if_match;  /* versions, or a handler's digests, as an array's text, or NULL */
    const struct service *service;
    const char *new_id; /* out: the id that was made, or NULL */
    int64_t limit;      /* out: rows of a page, 0 for all */
};

/* Splits and decodes a query string (application/x-www-form-urlencoded). False with a problem. */
bool bind_parse_query(struct arena *arena, const char *text, size_t length, struct pairs *pairs,
                      struct problem *problem);

/* The pairs as a query string, sorted and percent-encoded, except those named in `except` (ended by NULL): one
 * text for one meaning. NULL over the arena's cap. */
const char *pairs_canonical(struct arena *arena, const struct pairs *pairs, const char *const *except);

/* Appends text percent-encoded (RFC 3986, section 2.3: what is unreserved stands for itself). */
void put_encoded(struct buf *buf, const char *text, size_t length);

/* The value of a pair, or NULL. */
const struct text *pairs_get(const struct pairs *pairs, const char *name);

/* Checks all parameters of path and query against the contract: unknown, repeated, missing or wrong ones
 * are named in problem, all of them at once. For handlers as well as statements. */
bool bind_check(struct arena *arena, const struct spec *spec, struct inputs *inputs, struct problem *problem);

/* Checks one parameter's text (NULL: absent) against the contract. */
void bind_check_value(const struct parameter *parameter, const struct text *text, struct problem *problem);

/* The statement's values (as many as it has parameters), text form, lent by the arena; NULL where it
 * could not give everything that the request wanted. After bind_check. The operation may be another one than was asked
 * for: parameters are then found by their names. */
const char *const *bind_values(struct arena *arena, const struct operation *operation, struct inputs *inputs);

/* A UUID of version 7: sorted by the time it was made (RFC 9562, section 5.7). */
const char *bind_new_id(struct arena *arena);

/* A precondition's entity tags as an array's text, weak or not: of records the versions, which stand before the dot, of
 * files the digests; any for `*`. Tags that are not ours name nothing. False over the arena's cap: nothing is known
 * then.
 */
bool bind_tags(struct arena *arena, const char *header, bool digests, const char *any, const char **list);
