#include "handlers/handlers.h"

static bool say_ok(struct request *request) {
    buf_str(response_json(request), "{\"status\":\"ok\"}");
    return true;
}

static bool get_readiness(struct request *request) {
    struct readiness ready = app_ready((struct app *)request->app);
    if (!ready.reads)
        return request_refuse(request, "unavailable", "Records can be neither read nor changed at the moment.");
    buf_printf(response_json(request), "{\"status\":\"ok\",\"reads\":true,\"writes\":%s}",
               ready.writes ? "true" : "false");
    return true;
}

const struct handler_entry handlers[] = {
    {"createToken", oauth_token, oauth_refuse, {"grant_type"}},
    {"revokeToken", oauth_revoke, oauth_refuse, {"token"}},
    {"getKeys", oauth_keys, NULL, {NULL}},
    {"getAuthorizationServer", oauth_metadata, NULL, {NULL}},
    {"get*File", files_get, NULL, {"slug", "name"}},
    {"put*File", files_put, NULL, {"slug", "name"}},
    {"delete*File", files_delete, NULL, {"slug", "name", "If-Match"}},
    {"visit*", visit, NULL, {"slug"}},
    {"record*Investigation", investigate, NULL, {"slug"}},
    {"getIndex", assets_get, NULL, {NULL}},
    {"getData", data_get, NULL, {NULL}},
    {"getOpenapi", assets_get, NULL, {NULL}},
    {"getLiveness", say_ok, NULL, {NULL}},
    {"getReadiness", get_readiness, NULL, {NULL}},
    {"getFavicon", assets_get, NULL, {NULL}},
    {"getWebAsset", assets_get, NULL, {NULL}},
    {"listProblems", assets_get, NULL, {NULL}},
    {"getProblem", assets_get, NULL, {"rule"}},
    {"getDocs*", assets_get, NULL, {NULL}},
    {NULL, NULL, NULL, {NULL}},
};
