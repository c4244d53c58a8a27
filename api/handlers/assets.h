/* Files of the pages: read at the start, given as they are. */
#pragma once
#include "http/request.h"

/* Reads the reference, whose library lies where npm puts it, and all of the web folder. */
void assets_load(struct app *app);

bool assets_get(struct request *request);
