/* The files of documents, resources, Hubs and branding: bytes in chunks of the database, in and out. */
#pragma once
#include "handlers/handlers.h"

/* All chunks but the last have this many bytes. */
enum { FILES_CHUNK_BYTES = 256 * 1024 };

/* Runs a statement as the caller, or the anonymous reader where the operation is everybody's, in a transaction of its
 * own: each may be repeated. A dry run is undone. own: what it is given, and how it answers. NULL with a problem. */
struct result *files_run(struct request *request, enum transaction_statement which, struct command own);

/* Which file the path names: the collection (documents, hubs, …), the slug of its record, and the name. */
void files_place(const struct request *request, const char *place[static 3]);
