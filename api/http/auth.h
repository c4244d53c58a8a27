/* Who asks, and how often: the bearer token (RFC 6750) and the rates of a client or an address. */
#pragma once
#include "http/request.h"

/* Verifies the token where the operation takes one and counts the request. False with a problem: 401, 429. What the
 * caller may is the database's to say, when the transaction begins. */
bool auth_check(struct request *request, struct response *response, struct problem *problem);

/* The parameters of the statement _enter for this request; NULL over the arena's cap. */
const char *const *auth_enter(const struct request *request);

/* Says more to somebody whose token is good and whose account the database refused (401): what to do about it. It is
 * noted for those who can make the account, in a transaction of its own, for the refused one left nothing. */
void auth_unknown(const struct request *request, struct problem *problem);
