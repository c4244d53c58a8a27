/* Who asks, and how often: the bearer token (RFC 6750) and the rates of a client or an address. */
#pragma once
#include "http/request.h"

/* Verifies the token where the operation takes one and counts the request. False with a problem: 401, 429. What the
 * caller may is the database's to say, when the transaction begins. */
bool auth_check(struct request *request);
/* Counts it as the address's. False with a problem: 429. */
bool auth_count_address(struct request *request);

/* The parameters of the statement _enter for this request; NULL over the arena's cap. */
const char *const *auth_enter(const struct request *request);

/* Says more to somebody whose token is good and whom the database refused: what to do where the account is not known
 * (401), which roles are needed (403). */
void auth_explain(struct request *request);
