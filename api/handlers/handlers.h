/* The operations that are not a statement, and what they have in common. What each does stands before it in its file.
 */
#pragma once
#include "http/request.h"

/* By patterns of operationId: those of files are alike, wherever the files are. Ends with a NULL id. */
extern const struct handler_entry handlers[];

operation_handler oauth_token, oauth_revoke, oauth_keys, oauth_metadata, files_get, files_put, files_delete, data_get,
    visit, investigate, assets_get;
operation_refusal oauth_refuse;

/* Transfers hold their threads for as long as their clients like, within the pace: not all threads may be held so.
 * Counts the request as a transfer until its answer has been written: half of the threads may hold one, and a quarter
 * of these for one address. False with a problem. */
bool transfers_begin(struct request *request);

/* Counts a use of item ("document/<slug>", "resource:<id>", …) by the caller. Blocks until it is committed. False
 * with a problem: then nothing was counted. A HEAD request counts nothing. url: as uses_record gives it. */
bool use_record(struct request *request, const char *item, enum use_kind kind, const char **url);

/* Reads the files of the pages, which are given as they are. */
void assets_load(struct app *app);

/* A problem for people: reads the template of its page, problem.html.in of the web folder; without it there are none.
 */
void page_load(struct app *app);

/* What the operator's listener serves: /metrics in Prometheus's text format, version 0.0.4; /health/live,
 * /health/ready. False: not ready. */
bool admin_page(struct app *app, const char *path, struct buf *body);
