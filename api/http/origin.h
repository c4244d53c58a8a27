/* Where a request comes from: its id, and the client's address. */
#pragma once
#include "http/request.h"

/* Sets request->id: what the client gave, where it is plain, or a new one. */
void origin_name(struct request *request);

/* The client's address, lent by the request or peer; peer is that of the connection. */
const char *origin_address(const struct request *request, const char *peer);
