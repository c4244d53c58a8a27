/* One request's walk, from its bytes to its answer. */
#pragma once
#include "app.h"
#include "base/problem.h"
#include "http/response.h"
#include "op/cache.h"
#include "op/plan.h"
#include "op/transaction.h"
#include "render/render.h"
#include "token/token.h"

struct inflow;

struct header {
    const char *name, *value;
};

enum step_id {
    STEP_KNOWN,
    STEP_ROUTE,
    STEP_AUTH,
    STEP_ACCEPT,
    STEP_BODY,
    STEP_BIND,
    STEP_RECALL,
    STEP_RUN,
    STEP_RENDER,
    STEP_COMMIT,
    STEP_REMEMBER,
    STEP_VALIDATE,
    STEPS
};

struct request {
    const struct app *app;
    struct arena *arena; /* all memory of the request */
    const char *method, *target;
    const struct header *headers;
    unsigned header_count;
    struct text body;                  /* bytes is NULL without one */
    struct inflow *inflow;             /* the body as it comes in */
    void (*release)(struct request *); /* or NULL: gives back what a handler holds until all is written */
    char id[65];                       /* X-Request-Id, the trace's id or our own */
    const char *address;               /* the client's: counted, never kept or logged */
    const char *network;               /* whose quotas count: the address, or the first half of an IPv6 one */
    struct route_match match;
    struct operation *operation;
    struct claims caller;            /* subject NULL: nobody with a token */
    bool tried;                      /* there was an Authorization header that counts here */
    const char *media;               /* the representation chosen from the contract */
    const struct renderer *renderer; /* of media, or NULL for a handler's */
    struct inputs inputs;
    json_t *json;           /* the body, owned until request_serve ends */
    struct call call;       /* what the transaction does, of an operation with a token */
    struct outcome outcome; /* rows between run and render, and an open transaction; owned likewise */
    struct text name;       /* what is asked for, as it is written; bytes NULL: nothing that everybody may have */
    struct text key;        /* of the cache; bytes NULL: not an answer for everybody */
    struct ticket ticket;   /* to make that answer, settled when request_serve ends */
    const struct answer *recalled; /* on loan from the cache until it is written, or NULL */
    struct response response;
    int64_t started_us; /* clock_us() at arrival */
    int64_t spent_us[STEPS];
    struct problem problem; /* status 0: none; else in place of the response. Last: its errors are as they are */
};

/* Walks the steps in their order; fills either response or problem. */
void request_serve(struct request *request);

/* Refuses it: fills its problem as problem_set does, and gives false. */
#define request_refuse(request, ...) problem_set(&(request)->problem, __VA_ARGS__)

/* The first header of that name (case-insensitive), or NULL. */
const char *request_header(const struct request *request, const char *name);
/* Whether a Content-Type is this media type, or what browsers call it where Excel is installed, or used to. */
bool request_says(const char *header, const char *type);

/* The steps in transfer.c, recall.c, run.c, rows.c. Each gives false where the walk ends. */
bool take_body(struct request *request); /* into the arena, unless its handler takes it piece by piece */
bool known(struct request *request);
bool recall(struct request *request);
bool remember(struct request *request);
bool recall_stale(struct request *request); /* what was kept stands in where the database cannot be asked */
bool run(struct request *request);
bool commit(struct request *request); /* behind render: what cannot be answered is undone */
bool render(struct request *request);
void put_path(struct buf *buf, const struct request *request);
/* The operation whose columns are rendered: the write's own, or the read that it answers with. */
const struct operation *rows_of(const struct request *request);
