/* Handlers of the files of documents, resources and Hubs: bytes in chunks of the database, in and out. */
#pragma once
#include "http/request.h"

/* All chunks but the last have this many bytes. */
enum { FILES_CHUNK_BYTES = 256 * 1024 };

/* files.c */
bool files_get(struct request *request);

/* upload.c */
bool files_put(struct request *request);
bool files_delete(struct request *request);

/* Which file the path names: the collection (documents, resources, hubs), the slug of its record, and the name. */
void files_place(const struct request *request, const char *place[static 3]);
