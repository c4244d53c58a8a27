/* The listener: civetweb's requests in, one write out. The only place with civetweb.h. */
#pragma once
#include "app.h"

struct server;

/* Fills body for a path; false: 503. */
typedef bool admin_page_fn(struct app *app, const char *path, struct buf *body);

/* Listens on HOST and PORT with a thread a connection; with pages, for the administrator on ADMIN_HOST and ADMIN_PORT.
 * NULL, and logged, when it cannot. */
struct server *server_start(struct app *app, admin_page_fn *page);

/* The next bytes of a body, whose chunks civetweb knows: 0 at its end, below 0 where it breaks off. */
struct mg_connection;
int server_read(struct mg_connection *connection, void *bytes, size_t count);

/* Closes the listener and its connections; waits for its threads. Nulls the caller's pointer. */
void server_stop(struct server **server);
