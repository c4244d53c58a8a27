#include "handlers/handlers.h"
#include "metrics.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { TRANSFERS_MAX = 2048, NETWORK_MAX = 64 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all below */
static unsigned count;
static char holders[TRANSFERS_MAX][NETWORK_MAX]; /* of those under way, in no order */

static void end_transfer(struct request *request) {
    unsigned i = 0;
    pthread_mutex_lock(&lock);
    while (i + 1 < count && strncmp(holders[i], request->network, NETWORK_MAX - 1) != 0)
        i++;
    memcpy(holders[i], holders[--count], NETWORK_MAX);
    pthread_mutex_unlock(&lock);
    atomic_fetch_sub(&request->app->metrics->transfers, 1);
}

bool transfers_begin(struct request *request) {
    unsigned most = (unsigned)request->app->config.threads / 2, own = 0;
    pthread_mutex_lock(&lock);
    for (unsigned i = 0; i < count; i++)
        own += strncmp(holders[i], request->network, NETWORK_MAX - 1) == 0;
    bool crowded = own > most / 4, full = count >= most;
    if (!crowded && !full)
        snprintf(holders[count++], NETWORK_MAX, "%s", request->network);
    pthread_mutex_unlock(&lock);
    if (crowded)
        return request_refuse(request, "too-many-requests", "Too many transfers of this address are in progress.");
    if (full)
        return request_refuse(request, "unavailable", "Too many transfers are in progress; try again later.");
    atomic_fetch_add(&request->app->metrics->transfers, 1);
    request->release = end_transfer;
    return true;
}
