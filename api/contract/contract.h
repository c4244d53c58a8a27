/* The contract as the engine sees it: references resolved, operations listed. script/contract works it out. */
#pragma once
#include "base/arena.h"
#include "base/gate.h"
#include "contract/binding.h"
#include "contract/schema.h"
#include <jansson.h>
#include <stdbool.h>

enum { BODY_BYTES = 64 * 1024, BODY_VALUES = 5000 }; /* of a body whose operation does not say */

enum parameter_place { IN_PATH, IN_QUERY, IN_HEADER, IN_ANY };

struct parameter {
    const char *name;
    enum parameter_place place;
    int index;            /* IN_PATH: its number in the template, by which the router gives its value */
    int required;         /* a truth value, as jansson unpacks it */
    const char *standard; /* the text of its default, or NULL */
    unsigned types;       /* of enum schema_type, */
    unsigned items;       /* … and those of its items */
    const struct schema *schema;
};

/* One operation of the contract; all lent by the contract's arena. */
struct spec {
    const char *id;     /* operationId */
    const char *method; /* upper case */
    const char *path;   /* template, with {name} */
    const char *where;
    const struct parameter *parameters;
    unsigned parameter_count;
    const struct schema *body; /* or NULL when the operation takes none */
    int body_required;
    const char *body_type;    /* its media type */
    int body_bytes;           /* x-body-limit: its largest size */
    int body_values;          /* x-body-limit: and the most values in it, or cells of CSV */
    int streamed;             /* the body is any bytes, which a handler reads piece by piece */
    const char *names;        /* of the parameters that the query may have, as a refusal lists them */
    const char *given;        /* path parameters, required headers and properties, separated by commas */
    int success;              /* its 2xx status */
    const char *const *media; /* media types of the success response, in the contract's order of preference */
    unsigned media_count;
    int list;                /* the response is {"items": […], "next": …} */
    int feed;                /* a list whose next is never null: there is always a position to go on from */
    const char *head;        /* lines of the success response's head that are always the same */
    const char *cache;       /* its Cache-Control, or NULL */
    int shared;              /* Cache-Control is public: one answer serves everybody (RFC 9111, section 5.2.2.9) */
    int cursor;              /* the query takes one */
    bool secured;            /* a bearer token counts here; */
    int anonymous;           /* … but may be left out */
    const char *roles;       /* one of which the caller needs, separated by commas; "": any account */
    int answer;              /* x-answer: the number of the operation whose row a write answers with, or -1 */
    const char *file, *text; /* of its statement, with $1…$n; NULL: a handler's */
    const struct binding *bindings; /* as many as the statement has parameters */
    unsigned binding_count;
    const struct piece *pieces; /* NULL: not a list with filters, so what is given has no plan of its own */
    unsigned piece_count;
    const json_t *columns; /* of the statement: those that there must be, and of each what it may be, null: anything */
};

struct contract {
    const struct spec *specs;
    unsigned spec_count;
    json_t *facts;        /* lends schemas and parameters, columns and the engine's statements */
    const json_t *routes; /* a node: parts by their names, any part, and where a path ends, allow and specs by method */
    const json_t *statements; /* the engine's own by name: [text, number of parameters] */
    int64_t body_bytes;       /* the largest of all operations */
    const char *operations;   /* the roles of each operation that needs a token, {"id":["role"]} */
    const char *terms;        /* x-terms, what there is of each list: {"list":["code"]} */
    struct text json;         /* the document as it is served */
};

/* Loads path, which script/contract wrote, and what it wrote for the engine beside it (path.engine). All faults go to
 * gate; the result is usable only without any. */
const struct contract *contract_load(struct arena *arena, const char *path, struct gate *gate);

/* Drops what it does not have of the arena. */
void contract_release(const struct contract *contract);

/* The parameter by name and place, or NULL. */
const struct parameter *spec_parameter(const struct spec *spec, enum parameter_place place, const char *name);
