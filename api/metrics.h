/* Counters of the process, and their Prometheus text. */
#pragma once
#include "app.h"

struct metrics *metrics_new(struct arena *arena, const struct contract *contract);

/* operation: its index in the contract, or -1 when the request reached none. */
void metrics_count(struct metrics *metrics, int operation, int status, int64_t duration_us);

/* Requests being served; drain waits for none. */
void metrics_enter(struct metrics *metrics);
void metrics_leave(struct metrics *metrics);
unsigned metrics_in_flight(const struct metrics *metrics);

/* Transfers of files hold a thread for a while: false where there are as many as the most. */
bool metrics_transfer_begin(struct metrics *metrics, unsigned most);
void metrics_transfer_end(struct metrics *metrics);

/* Appends everything in the text format, version 0.0.4. */
void metrics_render(const struct app *app, struct buf *buf);
