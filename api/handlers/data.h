/* All that is public as one archive. */
#pragma once
#include "http/request.h"

/* data.c: a zip of every public list as CSV and a datapackage.json that describes them. */
bool data_get(struct request *request);

/* datapackage.c: which lists belong to it, and the name that each has there (/v1/a/b: a-b), lent by arena. */
bool data_listed(const struct operation *operation);
const char *data_name(struct arena *arena, const struct spec *spec);

/* The descriptor (Data Package v1) made from the contract of the linked lists, lent by arena; NULL over its cap. */
const char *data_package(struct arena *arena, const struct app *app, const struct spec *own);

/* tablepattern.c: a pattern of JSON Schema as Table Schema has it, lent by arena; NULL: it has no such words. */
const char *data_pattern(struct arena *arena, const char *pattern);
