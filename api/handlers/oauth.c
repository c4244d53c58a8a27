/* The service's own tokens: client credentials (RFC 6749, section 4.4), with a secret or an assertion (RFC 7523),
 * revocation (RFC 7009), and the public keys. */
#include "base/scan.h"
#include "handlers/handlers.h"
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

static const char *form(const struct request *request, const char *name) {
    return json_string_value(json_object_get(request->json, name));
}

/* An error is the endpoint's answer in the words that clients of the protocol read (RFC 6749, section 5.2), in the
 * ASCII that is allowed there. */
static bool put_error(struct request *request, int status, const char *error, const char *description) {
    struct buf *body = response_json(request);
    request->response.status = status;
    buf_printf(body, "{\"error\":\"%s\",\"error_description\":\"", error);
    for (const char *c = description; *c; c++)
        buf_char(body, *c < ' ' || *c > '~' || *c == '"' || *c == '\\' ? '?' : *c);
    buf_str(body, "\"}");
    return true;
}

/* What anybody refuses: the walk, before a handler is asked. How often is HTTP's. */
bool oauth_refuse(struct request *request) {
    const struct problem *problem = &request->problem;
    const struct problem_error *first = problem->errors;
    bool passes = problem->status == 429 || problem->status >= 500; /* and is no fault of the request */
    const char *error = problem->status == 500 ? "server_error"
                        : passes               ? "temporarily_unavailable"
                                               : "invalid_request",
               *text = problem->error_count ? arena_printf(request->arena, "%s %s", first->pointer, first->detail)
                                            : problem->detail;
    return put_error(request, passes || problem->status == 405 ? problem->status : 400, error, text ?: "");
}

/* Runs a statement of the writer's pool whose answer is at most one text: NULL with or without a problem. */
static const char *ask_db(struct request *request, enum transaction_statement which, const char *const *values) {
    struct result *result = transaction_ask(&request->app->transactions, which, values, &request->problem);
    const char *text = result_text(request->arena, result, 0, 0);
    result_free(&result);
    return text;
}

/* The two halves of "Basic base64(id:secret)", form-encoded each (RFC 6749, section 2.3.1). */
static bool read_basic(struct request *request, const char *header, const char **client, const char **secret) {
    size_t length = strlen(header + 6), padding = length > 1 && header[6 + length - 1] == '=';
    padding += padding && header[6 + length - 2] == '=';
    unsigned char *text = length < 2048 && length % 4 == 0 ? arena_alloc(request->arena, length + 1) : NULL;
    int got = text ? EVP_DecodeBlock(text, (const unsigned char *)header + 6, (int)length) : -1;
    if (got < 0 || (size_t)got < padding)
        return false;
    text[(size_t)got - padding] = '\0';
    char *colon = strchr((char *)text, ':');
    if (!colon)
        return false;
    ptrdiff_t first = scan_percent((char *)text, (size_t)(colon - (char *)text), true, (char *)text);
    ptrdiff_t second = scan_percent(colon + 1, strlen(colon + 1), true, colon + 1);
    if (first <= 0 || second < 0)
        return false;
    text[first] = colon[1 + second] = '\0';
    *client = (char *)text;
    *secret = colon + 1;
    return true;
}

static const char *roles_by_secret(struct request *request, const char *client, const char *secret) {
    unsigned char digest[32];
    EVP_Digest(secret, strlen(secret), digest, NULL, EVP_sha256(), NULL);
    const char *hex = hex_text(request->arena, "\\x", digest, sizeof digest);
    return hex ? ask_db(request, CLIENT_ROLES, (const char *const[]){client, hex}) : NULL;
}

/* An assertion counts once: its id is spent with it. */
static const char *roles_by_assertion(struct request *request, const char *client, const char *assertion) {
    const char *issuer = request->app->config.issuer;
    const char *const audiences[] = {issuer, arena_printf(request->arena, "%s/oauth/token", issuer), NULL};
    const char *jwks = ask_db(request, CLIENT_JWKS, &client);
    struct problem wrong = {0};
    struct claims claims;
    if (!jwks || !token_verify_assertion(request->app->tokens, request->arena, assertion, strlen(assertion), jwks,
                                         audiences, &claims, &wrong))
        return NULL;
    const char *const token[] = {arena_printf(request->arena, "client:%s", client), claims.id,
                                 arena_printf(request->arena, "%lld", (long long)claims.expires_at)};
    const char *spent = ask_db(request, SPEND_TOKEN, token);
    return spent && *spent == 't' ? ask_db(request, CLIENT_ROLES, (const char *const[]){client, NULL}) : NULL;
}

/* Who asks, by exactly one means. Gives the client's roles, NULL when it has not shown who it is. */
static const char *find_roles(struct request *request, const char **client) {
    static const char type[] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    const char *header = request_header(request, "Authorization"), *secret = form(request, "client_secret"),
               *assertion = form(request, "client_assertion"), *given = form(request, "client_assertion_type"),
               *named = form(request, "client_id");
    *client = named;
    if ((header != NULL) + (secret != NULL) + (assertion != NULL) != 1 ||
        (header && (strncasecmp(header, "Basic ", 6) != 0 || !read_basic(request, header, client, &secret))) ||
        (assertion && (!given || strcmp(given, type) != 0 ||
                       !token_peek_subject(request->arena, assertion, strlen(assertion), client))) ||
        !*client || (named && strcmp(named, *client) != 0))
        return NULL;
    return secret ? roles_by_secret(request, *client, secret) : roles_by_assertion(request, *client, assertion);
}

/* As find_roles; NULL has been answered, or is a problem. */
static const char *authenticate(struct request *request, const char **client) {
    const char *roles = find_roles(request, client);
    if (!roles && !request->problem.status) {
        request->response.challenge = "Basic realm=\"oauth\"";
        put_error(request, 401, "invalid_client", "The client has not shown who it is.");
    }
    return roles;
}

/* Whether each word of scope is one of roles. */
static bool is_scope_within(struct arena *arena, const char *scope, const char *roles) {
    for (size_t length; *scope; scope += length + strspn(scope + length, " ")) {
        length = strcspn(scope, " ");
        if (!scan_listed(roles, arena_copy(arena, scope, length) ?: ""))
            return false;
    }
    return true;
}

bool oauth_token(struct request *request) {
    const char *scope = form(request, "scope"), *client;
    if (strcmp(form(request, "grant_type"), "client_credentials") != 0)
        return put_error(request, 400, "unsupported_grant_type", "The grant type is client_credentials.");
    const char *roles = authenticate(request, &client);
    if (!roles)
        return !request->problem.status;
    if (scope && !is_scope_within(request->arena, scope, roles))
        return put_error(request, 400, "invalid_scope", "A scope is a role that the client has.");
    const char *token = token_issue(request->app->tokens, request->arena, client, scope, &request->problem);
    if (!token)
        return false;
    buf_printf(response_json(request),
               "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":%lld,\"scope\":\"%s\"}", token,
               (long long)request->app->config.token_seconds, scope ?: roles);
    return true;
}

/* What is not a valid token of this client needs no end (RFC 7009, section 2.2). */
bool oauth_revoke(struct request *request) {
    const char *token = form(request, "token"), *client;
    struct problem wrong = {0};
    struct claims claims;
    if (authenticate(request, &client) &&
        token_verify(request->app->tokens, request->arena, token, strlen(token), &claims, &wrong) &&
        strcmp(claims.issuer, request->app->config.issuer) == 0 && strcmp(claims.subject, client) == 0)
        ask_db(request, SPEND_TOKEN,
               (const char *const[]){"self", claims.id,
                                     arena_printf(request->arena, "%lld", (long long)claims.expires_at)});
    return !request->problem.status;
}

bool oauth_keys(struct request *request) {
    const char *keys = token_jwks(request->app->tokens, request->arena);
    if (!keys)
        return problem_exhausted(&request->problem);
    buf_str(response_json(request), keys);
    return true;
}

/* RFC 8414: what a client library needs to find the rest. */
bool oauth_metadata(struct request *request) {
    const char *issuer = request->app->config.issuer;
    buf_printf(response_json(request),
               "{\"issuer\":\"%s\",\"token_endpoint\":\"%s/oauth/token\",\"revocation_endpoint\":\"%s/oauth/revoke\","
               "\"jwks_uri\":\"%s/.well-known/jwks.json\",\"response_types_supported\":[],"
               "\"grant_types_supported\":[\"client_credentials\"],\"token_endpoint_auth_methods_supported\":"
               "[\"client_secret_basic\",\"client_secret_post\",\"private_key_jwt\"],"
               "\"token_endpoint_auth_signing_alg_values_supported\":[\"RS256\",\"PS256\",\"ES256\",\"EdDSA\"]}",
               issuer, issuer, issuer, issuer);
    return true;
}
