/* Counters of the process. */
#pragma once
#include "app.h"

enum { METRICS_BUCKETS = 11, METRICS_CLASSES = 6 };

/* Upper bounds of the duration's buckets in microseconds; the last bucket has none. */
extern const int64_t metrics_bounds[METRICS_BUCKETS];

struct counters {
    atomic_ullong by_class[METRICS_CLASSES]; /* by the status's first digit */
    atomic_ullong buckets[METRICS_BUCKETS + 1];
    atomic_ullong sum_us;
};

struct metrics {
    atomic_uint in_flight, transfers; /* requests being served, files under way */
    unsigned count;
    struct counters counters[]; /* one an operation, and a last one for all that reached none */
};

struct metrics *metrics_new(struct arena *arena, const struct contract *contract);

/* operation: its index in the contract, or -1 when the request reached none. */
void metrics_count(struct metrics *metrics, int operation, int status, int64_t duration_us);
