/* The time of day, from one place, so that tests can shift it. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Takes UNSAFE_TEST_CLOCK_OFFSET_S in. False after saying so to err where it may not be set, or is no number. */
bool clock_load(FILE *err);

/* Seconds since 1970, cut, as the service counts them. */
int64_t clock_now_s(void);
