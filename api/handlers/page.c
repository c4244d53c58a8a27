#include "base/file.h"
#include "handlers/handlers.h"
#include <string.h>

/* Text as HTML, in an element or a quoted attribute. */
static void put_html(struct buf *buf, const char *text) {
    for (; *text; text++)
        if (strchr("<>&\"'", *text))
            buf_printf(buf, "&#%d;", *text);
        else
            buf_char(buf, *text);
}

static const char *list_errors(const struct problem *problem, struct arena *arena) {
    struct buf list = buf_new(arena, 512, 32 * 1024);
    for (unsigned i = 0; i < problem->error_count; i++) {
        buf_str(&list, "<li><code>");
        put_html(&list, problem->errors[i].pointer);
        buf_str(&list, "</code> ");
        put_html(&list, problem->errors[i].detail);
        buf_str(&list, "</li>");
    }
    return buf_text(&list) ?: "";
}

/* The template with {title}, {status}, {detail}, {instance} (the request's id) and {errors} (an <li> for each bad
 * value) filled in. */
static void render_page(const struct app *app, const struct problem *problem, const char *instance, struct buf *buf) {
    const char *const values[][2] = {{"{errors}", list_errors(problem, buf->arena)},
                                     {"{title}", problem_title(problem->slug)},
                                     {"{status}", arena_printf(buf->arena, "%d", problem->status) ?: ""},
                                     {"{detail}", problem->detail},
                                     {"{instance}", instance}};
    enum { VALUES = sizeof values / sizeof *values };
    for (const char *template = app->problem_template; *template;) {
        size_t i = 0;
        while (i < VALUES && strncmp(template, values[i][0], strlen(values[i][0])) != 0)
            i++;
        if (i == VALUES) {
            buf_char(buf, *template ++);
            continue;
        }
        (i ? put_html : buf_str)(buf, values[i][1]); /* the list is HTML already */
        template += strlen(values[i][0]);
    }
}

void page_load(struct app *app) {
    struct text template;
    if (!file_map(arena_printf(app->arena, "%s/problem.html.in", app->config.web), &template))
        return;
    app->problem_template = arena_copy(app->arena, template.bytes, template.length);
    app->problem_page = render_page;
    file_unmap(&template);
}
