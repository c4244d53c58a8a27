/* A problem for people: a page made of a template. */
#pragma once
#include "app.h"

/* Reads the template, problem.html.in of the web folder; without it problems have no pages. */
void page_load(struct app *app);
