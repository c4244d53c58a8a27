/* The steps of the walk that have a file of their own. Each gives false where the walk ends, with a problem or not. */
#pragma once
#include "http/request.h"

/* transfer.c: the body into the arena; one that a handler takes piece by piece is left to it. */
bool take_body(struct request *request);

/* recall.c: answers that were made before. */
bool recall(struct request *request);
bool remember(struct request *request);
/* What was kept stands in where the database cannot be asked; then its problem is none any more. */
bool recall_stale(struct request *request);

/* run.c: what happens in the database. commit follows rendering: what cannot be answered is undone. */
bool run(struct request *request);
bool commit(struct request *request);

/* rows.c: what came back, as a representation. */
bool render(struct request *request);
/* The operation whose columns are rendered: the write's own, or the read that it answers with. */
const struct operation *rows_of(const struct request *request);
