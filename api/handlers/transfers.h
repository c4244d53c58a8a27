/* Transfers hold their threads for as long as their clients like, within the pace: not all threads may be held so. */
#pragma once
#include "http/request.h"

/* Counts the request as a transfer until its answer has been written: half of the threads may hold one, and a quarter
 * of these for one address. False with a problem. */
bool transfers_begin(struct request *request);
