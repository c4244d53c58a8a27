#include "handlers/handlers.h"
#include "handlers/assets.h"
#include "handlers/data.h"
#include "handlers/files.h"
#include "handlers/oauth.h"
#include "handlers/uses.h"
#include "http/request.h"
#include "http/response.h"
#include <string.h>

/* GET /v1: the public collections of the contract, so that nobody has to guess. */
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
        if (!spec->list || spec->secured || strchr(spec->path, '{')) /* what everybody can read, from the top */
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

static bool say_ok(struct request *request, struct response *response, struct problem *problem) {
    if (!response_body(request, response, problem))
        return false;
    response->content_type = "application/json";
    buf_str(&response->body, "{\"status\":\"ok\"}");
    return true;
}

static bool get_readiness(struct request *request, struct response *response, struct problem *problem) {
    struct readiness ready = app_ready((struct app *)request->app);
    if (!ready.reads)
        return problem_set(problem, "unavailable", "Records can be neither read nor changed at the moment.");
    if (!response_body(request, response, problem))
        return false;
    response->content_type = "application/json";
    buf_printf(&response->body, "{\"status\":\"ok\",\"reads\":true,\"writes\":%s}", ready.writes ? "true" : "false");
    return true;
}

const struct handler_entry handlers[] = {
    {"createToken", oauth_token},
    {"revokeToken", oauth_revoke},
    {"getKeys", oauth_keys},
    {"getAuthorizationServer", oauth_metadata},
    {"getDocumentFile", files_get},
    {"getResourceFile", files_get},
    {"putDocumentFile", files_put},
    {"putResourceFile", files_put},
    {"deleteDocumentFile", files_delete},
    {"deleteResourceFile", files_delete},
    {"visitDocument", visit_document},
    {"visitResource", visit_resource},
    {"investigateDocument", investigate_document},
    {"investigateResource", investigate_resource},
    {"getIndex", get_index},
    {"getData", data_get},
    {"getOpenapi", get_openapi},
    {"getLiveness", say_ok},
    {"getReadiness", get_readiness},
    {"getFavicon", assets_get},
    {"getWebAsset", assets_get},
    {"getDocs", assets_get},
    {"getDocsAsset", assets_get},
    {NULL, NULL},
};
