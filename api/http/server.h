/* The listener: civetweb's requests in, one write out. The only place with civetweb.h. */
#pragma once
#include "app.h"

struct server;

/* Listens on config.host:config.port with a thread a connection. NULL, and logged, when it cannot. */
struct server *server_start(struct app *app);

/* The admin listener on loopback: /metrics, /health/live, /health/ready. */
struct server *server_start_admin(struct app *app);

/* Closes the listener and its connections; waits for its threads. Nulls the caller's pointer. */
void server_stop(struct server **server);
