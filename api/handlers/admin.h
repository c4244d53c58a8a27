/* What the operator's listener serves. */
#pragma once
#include "app.h"

/* /metrics in Prometheus's text format, version 0.0.4; /health/live, /health/ready. False: not ready. */
bool admin_page(struct app *app, const char *path, struct buf *body);
