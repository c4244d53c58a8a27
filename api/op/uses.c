#include "op/uses.h"
#include "base/log.h"
#include "op/agents.h"
#include "op/visitor.h"
#include <pthread.h>
#include <string.h>
#include <sys/queue.h>

/* BATCH_MAX: most uses of a commit. ATTEMPTS: of a batch, when patterns have changed meanwhile or the connection broke.
 * ARENA_MAX: bytes of the writer's. */
enum { BATCH_MAX = 256, ATTEMPTS = 3, VALUES = 8, ARENA_MAX = 64 << 20 };

/* A use on its way; on the stack of who waits for it. */
struct waiter {
    STAILQ_ENTRY(waiter) next;
    pthread_cond_t settled;
    const struct use *use;
    struct arena *arena;
    const char *url;
    struct problem *problem;
    bool taken, done; /* in a batch: it does not leave before that is over; both guarded by lock */
};

STAILQ_HEAD(line, waiter);

struct uses {
    const struct transactions *transactions;
    int64_t wait_us;
    struct agents *agents; /* the writer's, as the next two */
    struct visitors *visitors;
    struct arena *scratch; /* for one batch after another */
    pthread_mutex_t lock;  /* guards all below */
    pthread_cond_t work;
    struct line line;
    pthread_t writer;
    bool writes, ends; /* the writer was started; is to end */
};

struct uses *uses_new(struct arena *arena, const struct transactions *transactions, int64_t wait_us) {
    struct uses *uses = arena_alloc(arena, sizeof *uses);
    *uses = (struct uses){.transactions = transactions,
                          .agents = agents_new(arena),
                          .visitors = visitors_new(arena, transactions),
                          .wait_us = wait_us};
    pthread_mutex_init(&uses->lock, NULL);
    pthread_cond_init(&uses->work, NULL);
    if (!(uses->scratch = arena_new(ARENA_MAX)))
        log_fatal("out of memory");
    STAILQ_INIT(&uses->line);
    return uses;
}

void uses_free(struct uses **lent) {
    struct uses *uses = *lent;
    pthread_mutex_lock(&uses->lock);
    uses->ends = true;
    pthread_cond_signal(&uses->work);
    pthread_mutex_unlock(&uses->lock);
    if (uses->writes)
        pthread_join(uses->writer, NULL);
    agents_free(&uses->agents);
    arena_free(&uses->scratch);
    *lent = NULL;
}

static bool load_agents(struct uses *uses, struct problem *problem) {
    struct result *rows = transaction_ask(uses->transactions, AGENT_PATTERNS, NULL, problem);
    bool ok = rows && agents_load(uses->agents, rows, problem);
    result_free(&rows);
    return ok;
}

/* What goes to the database for one use, each with the comma or brace before it. False with a problem. */
static bool put_use(struct uses *uses, struct arena *arena, const struct use *use, char before,
                    struct buf buffers[static VALUES], struct problem *problem) {
    struct visitor_keys keys;
    if (!visitor_find(uses->visitors, arena, use->address, use->user_agent, use->at, &keys, problem))
        return false;
    for (int i = 1; i < VALUES; i++)
        buf_char(&buffers[i], before);
    buf_int(&buffers[1], use->at);
    buf_str(&buffers[2], use->item);
    buf_int(&buffers[3], use->kind);
    buf_str(&buffers[4], agents_class(uses->agents, use->user_agent));
    buf_str(&buffers[5], keys.day);
    buf_str(&buffers[6], keys.previous ?: "NULL");
    buf_str(&buffers[7], keys.month);
    return true;
}

/* The batch as arrays. False with a problem. */
static bool put_batch(struct uses *uses, struct arena *arena, const struct line *batch,
                      const char *values[static VALUES], struct problem *problem) {
    struct buf buffers[VALUES];
    for (int i = 0; i < VALUES; i++)
        buffers[i] = buf_new(arena, 2048, 1 << 20);
    buf_int(&buffers[0], agents_version(uses->agents));
    const struct waiter *waiter;
    STAILQ_FOREACH (waiter, batch, next)
        if (!put_use(uses, arena, waiter->use, waiter == STAILQ_FIRST(batch) ? '{' : ',', buffers, problem))
            return false;
    for (int i = 0; i < VALUES; i++) {
        if (i)
            buf_char(&buffers[i], '}');
        if (!(values[i] = buf_text(&buffers[i])))
            return problem_exhausted(problem);
    }
    return true;
}

/* A row of status and address for each use of the batch, when all are committed, or NULL. Once more where the
 * connection broke, for that does no harm, or the patterns of agents are others now. */
static struct result *send_batch(struct uses *uses, struct arena *arena, const struct line *batch,
                                 struct problem *problem) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        const char *values[VALUES];
        struct command command = {.statement = &uses->transactions->statements[RECORD_USES], .values = values};
        if (!put_batch(uses, arena, batch, values, problem))
            return NULL;
        bool ok = pool_pipeline(uses->transactions->pool, &command, 1, false, problem);
        if (ok ? result_rows(command.result) : !problem->lost)
            return command.result;
        result_free(&command.result);
        if (ok && !load_agents(uses, problem))
            return NULL;
    }
    if (!problem->status)
        problem_set(problem, "unavailable", "The list of agents keeps changing.");
    return NULL;
}

static void settle(struct waiter *waiter, const struct result *result, unsigned row, const struct problem *problem) {
    if (!result || row >= result_rows(result) || result_columns(result) != 2) {
        if (problem->status)
            problem_set(waiter->problem, problem->slug, "%s", problem->detail);
        else
            problem_set(waiter->problem, "unavailable", "Uses cannot be counted.");
        return;
    }
    int status = (int)result_int(result, row, 0);
    if (status)
        problem_set_status(waiter->problem, status);
    waiter->url = result_text(waiter->arena, result, row, 1);
}

/* Takes who waits, with the lock held. */
static void take_batch(struct uses *uses, struct line *batch) {
    struct waiter *waiter;
    STAILQ_INIT(batch);
    for (unsigned count = 0; count < BATCH_MAX && (waiter = STAILQ_FIRST(&uses->line)); count++) {
        waiter->taken = true;
        STAILQ_REMOVE_HEAD(&uses->line, next);
        STAILQ_INSERT_TAIL(batch, waiter, next);
    }
}

static void run_batch(struct uses *uses, struct arena *arena, struct line *batch) {
    struct problem problem = {0};
    struct result *result = send_batch(uses, arena, batch, &problem);
    unsigned row = 0;
    for (struct waiter *waiter; (waiter = STAILQ_FIRST(batch));) {
        STAILQ_REMOVE_HEAD(batch, next);
        settle(waiter, result, row++, &problem);
        pthread_mutex_lock(&uses->lock);
        waiter->done = true;
        pthread_cond_signal(&waiter->settled);
        pthread_mutex_unlock(&uses->lock); /* it may be gone now */
    }
    result_free(&result);
}

/* The one thread that writes uses: those that come while a batch is on its way are the next one. */
static void *write_uses(void *argument) {
    struct uses *uses = argument;
    for (struct line batch;; arena_reset(uses->scratch)) {
        pthread_mutex_lock(&uses->lock);
        while (STAILQ_EMPTY(&uses->line) && !uses->ends)
            pthread_cond_wait(&uses->work, &uses->lock);
        take_batch(uses, &batch);
        pthread_mutex_unlock(&uses->lock);
        if (STAILQ_EMPTY(&batch))
            break;
        run_batch(uses, uses->scratch, &batch);
    }
    return NULL;
}

/* Stands in line until the use is done. False when nothing can be done, or its time is over before that begins. */
static bool await_use(struct uses *uses, struct waiter *waiter) {
    struct timespec until = clock_after(uses->wait_us + 1000000);
    pthread_mutex_lock(&uses->lock);
    uses->writes = uses->writes || pthread_create(&uses->writer, NULL, write_uses, uses) == 0;
    STAILQ_INSERT_TAIL(&uses->line, waiter, next);
    pthread_cond_signal(&uses->work);
    for (bool late = !uses->writes; !waiter->done && (waiter->taken || !late);)
        if (waiter->taken) /* on its way, and that is bounded */
            pthread_cond_wait(&waiter->settled, &uses->lock);
        else
            late = pthread_cond_clockwait(&waiter->settled, &uses->lock, CLOCK_MONOTONIC, &until) != 0;
    if (!waiter->taken)
        STAILQ_REMOVE(&uses->line, waiter, waiter, next);
    pthread_mutex_unlock(&uses->lock);
    return waiter->done;
}

static bool is_item(const char *item) {
    size_t length = strlen(item);
    return length < 140 && length == strspn(item, "abcdefghijklmnopqrstuvwxyz0123456789-:/");
}

bool uses_record(struct uses *uses, struct arena *arena, const struct use *use, const char **url,
                 struct problem *problem) {
    struct waiter waiter = {.use = use, .arena = arena, .problem = problem};
    if (!is_item(use->item))
        return problem_set(problem, "not-found", "There is no such record.");
    pthread_cond_init(&waiter.settled, NULL);
    if (!await_use(uses, &waiter))
        problem_set(problem, "unavailable", "The database is busy.");
    pthread_cond_destroy(&waiter.settled);
    *url = waiter.url;
    return !problem->status;
}
