#include "handlers/handlers.h"
#include "metrics.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void head(struct buf *buf, const char *name, const char *type, const char *help) {
    buf_printf(buf, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void number(struct buf *buf, const char *type, const char *name, const char *help, unsigned long long value) {
    head(buf, name, type, help);
    buf_printf(buf, "%s %llu\n", name, value);
}

static void render_durations(struct buf *buf, const struct counters *counters, const char *operation) {
    unsigned long long sum = 0;
    for (int i = 0; i <= METRICS_BUCKETS; i++) {
        sum += atomic_load(&counters->buckets[i]);
        char bound[24] = "+Inf";
        if (i < METRICS_BUCKETS)
            snprintf(bound, sizeof bound, "%g", (double)metrics_bounds[i] / 1e6);
        buf_printf(buf, "scip_request_duration_seconds_bucket{operation=\"%s\",le=\"%s\"} %llu\n", operation, bound,
                   sum);
    }
    buf_printf(buf, "scip_request_duration_seconds_sum{operation=\"%s\"} %.6f\n", operation,
               (double)atomic_load(&counters->sum_us) / 1e6);
    buf_printf(buf, "scip_request_duration_seconds_count{operation=\"%s\"} %llu\n", operation, sum);
}

static const char *operation_name(const struct app *app, unsigned index) {
    return index < app->contract->spec_count ? app->contract->specs[index].id : "none";
}

static void render_requests(const struct app *app, struct buf *buf) {
    const struct metrics *metrics = app->metrics;
    head(buf, "scip_requests_total", "counter", "Answered requests by operation and class of status.");
    for (unsigned i = 0; i < metrics->count; i++)
        for (int class = 1; class < METRICS_CLASSES; class ++) {
            unsigned long long count = atomic_load(&metrics->counters[i].by_class[class]);
            if (count)
                buf_printf(buf, "scip_requests_total{operation=\"%s\",status=\"%dxx\"} %llu\n", operation_name(app, i),
                           class, count);
        }
    head(buf, "scip_request_duration_seconds", "histogram", "Time from the request's arrival to its answer.");
    for (unsigned i = 0; i < metrics->count; i++)
        if (atomic_load(&metrics->counters[i].sum_us))
            render_durations(buf, &metrics->counters[i], operation_name(app, i));
}

/* Resident memory from /proc/self/statm: its second number, in pages. */
static unsigned long long resident_bytes(void) {
    unsigned long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file && fscanf(file, "%*u %llu", &pages) != 1)
        pages = 0;
    if (file)
        fclose(file);
    return pages * (unsigned long long)sysconf(_SC_PAGESIZE);
}

static void render_cache(const struct app *app, struct buf *buf) {
    struct cache_stats cache = cache_stats(app->cache);
    number(buf, "counter", "scip_cache_hits_total", "Answers given from the cache.", cache.hits);
    number(buf, "counter", "scip_cache_misses_total", "Answers made for the cache.", cache.misses);
    number(buf, "counter", "scip_cache_bypasses_total", "Requests that the cache could not vouch for.", cache.bypasses);
    number(buf, "counter", "scip_cache_stale_total", "Old answers given because the database was away.", cache.stale);
    number(buf, "gauge", "scip_cache_bytes", "Bytes of kept answers.", cache.bytes);
    number(buf, "gauge", "scip_cache_entries", "Kept answers.", cache.entries);
}

static void render_all(const struct app *app, struct buf *buf) {
    struct pool_stats pool = pool_stats(app->pool);
    render_requests(app, buf);
    number(buf, "gauge", "scip_requests_in_flight", "Requests being served.", atomic_load(&app->metrics->in_flight));
    number(buf, "gauge", "scip_transfers_in_flight", "Files being uploaded or downloaded.",
           atomic_load(&app->metrics->transfers));
    number(buf, "gauge", "scip_pool_connections", "Open database connections.", pool.open);
    number(buf, "gauge", "scip_pool_idle", "Idle database connections.", pool.idle);
    number(buf, "gauge", "scip_pool_waiting", "Requests waiting for a database connection.", pool.waiting);
    number(buf, "counter", "scip_pool_connects_total", "Database connections made.", pool.connects);
    number(buf, "counter", "scip_pool_connect_failures_total", "Database connections that could not be made.",
           pool.connect_failures);
    number(buf, "counter", "scip_pool_waits_total", "Requests that had to wait for a connection.", pool.waits);
    number(buf, "counter", "scip_pool_timeouts_total", "Requests that waited in vain.", pool.timeouts);
    number(buf, "counter", "scip_pool_lost_total", "Database connections lost in use.", pool.lost);
    if (app->cache)
        render_cache(app, buf);
    number(buf, "gauge", "process_resident_memory_bytes", "Resident memory.", resident_bytes());
}

bool admin_page(struct app *app, const char *path, struct buf *body) {
    bool asks = strcmp(path, "/health/ready") == 0;
    struct readiness now = asks ? app_ready(app) : (struct readiness){true, true};
    if (strcmp(path, "/metrics") == 0)
        render_all(app, body);
    else if (strncmp(path, "/health/", 8) == 0)
        buf_str(body, !now.reads ? "unavailable\n" : now.writes ? "ok\n" : "reads only\n");
    else
        buf_str(body, "/metrics, /health/live, /health/ready\n");
    return now.reads;
}
