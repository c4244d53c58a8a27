#include "base/file.h"
#include "handlers/handlers.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

struct asset {
    struct asset *next;
    const char *path, *content_type, *etag;
    struct text text;
};

static const char *content_type_of(const char *file) {
    static const char *const types[][2] = {{".html", "text/html; charset=utf-8"},
                                           {".css", "text/css; charset=utf-8"},
                                           {".js", "text/javascript; charset=utf-8"},
                                           {".svg", "image/svg+xml"},
                                           {".ico", "image/vnd.microsoft.icon"}};
    const char *dot = strrchr(file, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i][0], dot) == 0)
            return types[i][1];
    return NULL;
}

/* Its entity tag is made now. */
static void add_asset(struct app *app, const char *path, const char *type, struct text text) {
    struct asset *asset = arena_alloc(app->arena, sizeof *asset);
    *asset = (struct asset){app->assets, path, type, response_tag(app->arena, app->keys[KEY_ETAGS], "", text), text};
    app->assets = asset;
}

/* A mapped file, whose bytes are from now on read by the kernel alone (file.h). */
static void add_file(struct app *app, const char *path, const char *type, struct text text) {
    add_asset(app, path, type, text);
    file_release(&text);
}

/* Takes in one file, if there is such a one, to be served at path. */
static void load(struct app *app, const char *path, const char *folder, const char *file) {
    struct text text;
    const char *type = content_type_of(file);
    if (type && file_map(arena_printf(app->arena, "%s/%s", folder, file), &text))
        add_file(app, path, type, text);
}

/* The pages that follow from the contract, which script/contract wrote beside it one behind the other: of each address
 * one for every media type, with a line before it that says which, and how long it is. */
static void load_pages(struct app *app) {
    struct text pages;
    file_map(arena_printf(app->arena, "%s.pages", app->config.contract), &pages); /* or there is none */
    for (char *at = (char *)pages.bytes, *body; at < pages.bytes + pages.length; at = body) {
        const char *type = strchr(at, ' ') + 1;
        size_t length = strtoul(strchr(type, ' '), &body, 10);
        add_asset(app, arena_copy(app->arena, at, (size_t)(type - at) - 1),
                  *type == 't' ? "text/html; charset=utf-8" : "application/json", (struct text){++body, length});
        body += length;
    }
    file_release(&pages);
}

/* The pages' files: those of the reference, whose library lies where npm puts it, and all in the web folder. */
void assets_load(struct app *app) {
    static const char *const docs[][2] = {
        {"/docs", "index.html"},
        {"/docs/docs.css", "docs.css"},
        {"/docs/docs.js", "docs.js"},
        {"/docs/swagger-ui.css", "node_modules/swagger-ui-dist/swagger-ui.css"},
        {"/docs/swagger-ui-bundle.js", "node_modules/swagger-ui-dist/swagger-ui-bundle.js"}};
    for (size_t i = 0; i < sizeof docs / sizeof *docs; i++)
        load(app, docs[i][0], app->config.docs, docs[i][1]);
    load(app, "/favicon.ico", app->config.web, "favicon.ico");
    add_file(app, "/openapi.json", "application/json", app->contract->json);
    page_load(app);
    load_pages(app);
    DIR *folder = opendir(app->config.web);
    for (struct dirent *file; folder && (file = readdir(folder));)
        load(app, arena_printf(app->arena, "/web/%s", file->d_name), app->config.web,
             arena_text(app->arena, file->d_name));
    if (folder)
        closedir(folder);
}

/* A file of the pages, by its whole path; of two the one that Accept prefers. */
bool assets_get(struct request *request) {
    static const char *const kinds[] = {"application/json", "text/html"};
    const char *kind = response_negotiate(request_header(request, "Accept"), kinds, 2) ?: kinds[0];
    const char *path = request->match.spec->path; /* what is asked for may be written in another way */
    const char *target = strchr(path, '{') ? request->target : path;
    size_t length = strcspn(target, "?");
    const struct asset *asset = NULL;
    for (const struct asset *each = request->app->assets; each; each = each->next)
        if (strlen(each->path) == length && memcmp(each->path, target, length) == 0) {
            request->response.vary_accept = asset != NULL;
            asset = !asset || strncmp(each->content_type, kind, strlen(kind)) == 0 ? each : asset;
        }
    if (!asset)
        return request_refuse(request, "not-found", "There is no such file.");
    request->response.content_type = asset->content_type;
    request->response.etag = asset->etag;
    request->response.lent = asset->text;
    return true;
}
