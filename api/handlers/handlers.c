#include "handlers/handlers.h"
#include "http/request.h"
#include "http/response.h"
#include <string.h>

/* GET /v1: the collections of the contract, so that nobody has to guess. */
static bool get_index(struct request *request, struct response *response, struct problem *problem) {
    const struct contract *contract = request->app->contract;
    if (!response_body(request, response, problem))
        return false;
    struct buf *body = &response->body;
    response->content_type = "application/json";
    buf_str(body, "{\"title\":");
    buf_json(body, contract->title, strlen(contract->title));
    buf_str(body, ",\"version\":");
    buf_json(body, contract->version, strlen(contract->version));
    buf_str(body, ",\"documentation\":\"/docs\",\"contract\":\"/openapi.json\",\"resources\":[");
    const char *comma = "";
    for (unsigned i = 0; i < contract->spec_count; i++) {
        const struct spec *spec = &contract->specs[i];
        if (!spec->list)
            continue;
        buf_printf(body, "%s{\"name\":\"%s\",\"href\":\"%s\",\"title\":", comma, spec->path + strlen("/v1/"),
                   spec->path);
        buf_json(body, spec->summary ?: "", strlen(spec->summary ?: ""));
        buf_str(body, ",\"media_types\":[");
        for (unsigned j = 0; j < spec->media_count; j++)
            buf_printf(body, "%s\"%s\"", j ? "," : "", spec->media[j]);
        buf_str(body, "]}");
        comma = ",";
    }
    buf_str(body, "]}");
    return true;
}

static bool get_openapi(struct request *request, struct response *response, struct problem *problem) {
    if (!response_body(request, response, problem))
        return false;
    response->content_type = "application/json";
    buf_put(&response->body, request->app->contract->json, request->app->contract->json_length);
    return true;
}

static bool give_asset(struct request *request, struct response *response, struct problem *problem, const char *name) {
    for (unsigned i = 0; i < request->app->asset_count; i++) {
        const struct asset *asset = &request->app->assets[i];
        if (strcmp(asset->name, name) != 0)
            continue;
        if (!response_body(request, response, problem))
            return false;
        response->content_type = asset->content_type;
        buf_put(&response->body, asset->bytes, asset->length);
        return true;
    }
    return problem_set(problem, "not-found", "The documentation has no such file.");
}

static bool get_docs(struct request *request, struct response *response, struct problem *problem) {
    return give_asset(request, response, problem, "index.html");
}

static bool get_docs_asset(struct request *request, struct response *response, struct problem *problem) {
    return give_asset(request, response, problem, request->match.values[0].bytes);
}

static bool say_ok(struct request *request, struct response *response, struct problem *problem) {
    if (!response_body(request, response, problem))
        return false;
    response->content_type = "application/json";
    buf_str(&response->body, "{\"status\":\"ok\"}");
    return true;
}

static bool get_readiness(struct request *request, struct response *response, struct problem *problem) {
    if (!app_ready((struct app *)request->app))
        return problem_set(problem, "unavailable", "The service cannot answer for records at the moment.");
    return say_ok(request, response, problem);
}

const struct handler_entry handlers[] = {
    {"getIndex", get_index}, {"getOpenapi", get_openapi},     {"getDocs", get_docs}, {"getDocsAsset", get_docs_asset},
    {"getLiveness", say_ok}, {"getReadiness", get_readiness}, {NULL, NULL},
};
