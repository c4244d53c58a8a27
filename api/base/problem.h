/* What went wrong with a request, as RFC 9457 problem details. */
#pragma once
#include "base/buf.h"
#include <jansson.h>
#include <stdbool.h>

enum { PROBLEM_ERRORS_MAX = 16 };

/* One bad input: where it is (a JSON pointer that starts at /path, /query, /header or /body) and why. */
struct problem_error {
    char pointer[160];
    char detail[200];
};

struct problem {
    int status;       /* 0: no problem */
    const char *slug; /* last part of the type URI: a rule of the contract; lent by it or constant */
    char detail[320];
    char allow[64];     /* 405: the methods there are */
    char range[40];     /* 416: how much there is, as Content-Range */
    int retry_after;    /* seconds; 0: no header */
    bool close;         /* the connection cannot be trusted further */
    bool lost;          /* the database's broke before an answer: whether the commands took effect is not known */
    char sqlstate[6];   /* of the database's error; "" without one */
    const char *listed; /* errors as a JSON array, instead of the next; lent */
    unsigned error_count;
    struct problem_error errors[PROBLEM_ERRORS_MAX];
};

/* Takes from what script/contract writes the rules with status, title and meaning, of each status first what a
 * statement means that gives that alone; which constraint is which of them; and what the states of the database mean.
 */
void problem_use(const json_t *facts);

/* Fills problem by slug (which gives status and title) and always returns false, so that a caller can
 * `return problem_set(…)`. A slug that is no rule is a broken invariant. */
bool problem_set(struct problem *problem, const char *slug, const char *detail, ...)
    __attribute__((format(printf, 3, 4)));

/* Fills problem with 503 for want of memory, and returns false likewise. */
bool problem_exhausted(struct problem *problem);

/* Adds one bad input; the first one also sets the problem to slug "bad-request" unless it is set already. */
bool problem_add(struct problem *problem, const char *pointer, const char *detail, ...)
    __attribute__((format(printf, 3, 4)));

/* What the server says of an error; "" for what it does not say. */
struct database_error {
    const char *sqlstate, *constraint, *column, *message;
};

/* Fills problem from a database error. Of the server's own texts nothing is passed on, of ours (SC…) the sentence. */
void problem_from_database(struct problem *problem, const struct database_error *error);

/* Fills problem by the status that a statement gave: 400, 403, 404 or 412. Always false. */
bool problem_set_status(struct problem *problem, int status);

/* Fills problem by a rule of the contract and a sentence, or else the rule's meaning: false, or true where the contract
 * does not list the rule. */
bool problem_set_rule(struct problem *problem, const char *rule, const char *sentence);

/* The registered title of a slug. */
const char *problem_title(const char *slug);

/* Appends the application/problem+json document; instance is the request's id. */
void problem_render(const struct problem *problem, const char *instance, struct buf *buf);
