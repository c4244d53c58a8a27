#include "metrics.h"

const int64_t metrics_bounds[METRICS_BUCKETS] = {500,   1000,   2500,   5000,    10000,  25000,
                                                 50000, 100000, 250000, 1000000, 5000000};

struct metrics *metrics_new(struct arena *arena, const struct contract *contract) {
    unsigned count = contract->spec_count + 1;
    struct metrics *metrics = arena_alloc(arena, sizeof *metrics + count * sizeof *metrics->counters);
    metrics->count = count;
    return metrics;
}

void metrics_count(struct metrics *metrics, int operation, int status, int64_t duration_us) {
    struct counters *counters = &metrics->counters[operation < 0 ? (int)metrics->count - 1 : operation];
    int bucket = 0;
    while (bucket < METRICS_BUCKETS && duration_us > metrics_bounds[bucket])
        bucket++;
    atomic_fetch_add_explicit(&counters->by_class[status / 100 % METRICS_CLASSES], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&counters->buckets[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&counters->sum_us, (unsigned long long)duration_us, memory_order_relaxed);
}
