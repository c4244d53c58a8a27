/* Handlers of visits and investigations, and how other handlers count a use. */
#pragma once
#include "http/request.h"
#include "op/uses.h"

/* Counts a use of item ("document/<slug>", "resource:<id>", …) by the caller. Blocks until it is committed. False
 * with a problem: then nothing was counted. A HEAD request counts nothing. */
bool use_record(struct request *request, const char *item, enum use_kind kind);

bool visit(struct request *request);
bool investigate(struct request *request);
