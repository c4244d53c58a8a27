/* Requests a minute by client or address: a table of counters that forgets, and keeps no name or address. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct limiter;

/* seed: 8 secret bytes, so that nobody can aim at another's counter. The caller owns it. */
struct limiter *limiter_new(const unsigned char *seed);
void limiter_free(struct limiter **limiter);

/* Counts one request of the client or address that kind and the texts name. left: what remains of quota; reset_s:
 * seconds until it is whole again. False when the quota is used up. Thread-safe. */
bool limiter_take(struct limiter *limiter, char kind, const char *text, const char *more, int64_t quota, int64_t *left,
                  int64_t *reset_s);
