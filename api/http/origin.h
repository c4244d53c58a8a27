/* Where a request comes from: its id, and the client's address. */
#pragma once
#include "http/request.h"

/* Sets request->id: what the client gave, where it is plain, or a new one. */
void origin_name(struct request *request);

/* Sets request->address, lent by the request or peer, and request->network; peer is the connection's address. */
void origin_place(struct request *request, const char *peer);
