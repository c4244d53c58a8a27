/* Files come in: a chunk at a time, each in a transaction of its own, so that no connection waits for a client; the
 * last transaction makes them the file. */
#include "handlers/content.h"
#include "handlers/files.h"
#include "http/transfer.h"
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

enum { SHA256 = 32 };

/* A file on its way in. */
struct upload {
    struct request *request;
    const char *place[3]; /* collection, slug, name */
    const char *only_new; /* If-None-Match: *, as a boolean's text */
    const char *tags;     /* of If-Match, as an array's text, or NULL */
    const char *id;
    EVP_MD_CTX *digest;
    struct content content;
    int64_t size;
    int chunks;
    unsigned char sha256[SHA256], said[SHA256]; /* of what came; of what the client says that it sends */
    bool says;
};

/* Runs one of the statements of files whose first column is a status. The row's other columns are copied to texts.
 * 0 without a status, -1 with a problem. */
static int ask_sql(struct request *request, enum transaction_statement which, const char *const *values,
                   const char **texts, unsigned columns) {
    struct result *result = files_run(request, which, (struct command){.values = values});
    if (!result)
        return -1;
    int status = (int)result_int(result, 0, 0);
    for (unsigned i = 0; i < columns; i++)
        texts[i] = result_text(request->arena, result, 0, (int)i + 1);
    result_free(&result);
    if (status < 400)
        return status;
    if (status == 503)
        request_refuse(request, "unavailable", "Part of the file was lost: send it again.");
    else
        problem_set_status(&request->problem, status);
    return -1;
}

/* Content-Digest (RFC 9530, section 2) or its forerunner Digest (RFC 3230): the SHA-256 in base64, if there is one. */
static bool read_digest(struct upload *upload, const char *name) {
    const char *header = request_header(upload->request, name), *at = header ? strcasestr(header, "sha-256=") : NULL;
    unsigned char bytes[36]; /* of 44 digits, the last of which is padding */
    if (!at)
        return true;
    at += strlen("sha-256=");
    at += *at == ':';
    if (strcspn(at, ":, ;\t") != 44 || at[43] != '=' || at[42] == '=' ||
        EVP_DecodeBlock(bytes, (const unsigned char *)at, 44) != 33)
        return problem_add(&upload->request->problem, arena_printf(upload->request->arena, "/header/%s", name),
                           "must be sha-256= and the digest's base64");
    memcpy(upload->said, bytes, SHA256);
    upload->says = true;
    return true;
}

/* What the client says of the type counts only where it says one that is on the list, or one that cannot be. */
static bool agrees(const char *header, const char *type) {
    static const char *const unsaid[] = {"", "application/octet-stream", "application/x-www-form-urlencoded", "*/*"};
    bool ok = !header || request_says(header, type);
    for (size_t i = 0; i < sizeof unsaid / sizeof *unsaid && !ok; i++)
        ok = request_says(header, unsaid[i]);
    return ok;
}

/* Tables and texts are often in the letters of Windows. */
static bool no_type(const struct upload *upload) {
    const char *name = upload->place[2];
    bool text = content_named("text/csv", name) || content_named("text/plain", name);
    return request_refuse(upload->request, "unsupported-media-type",
                          text ? "The content is no UTF-8: save it again as text or CSV in UTF-8."
                               : "The content is of no type that is accepted.");
}

static bool keep_chunk(struct upload *upload, const char *bytes, int length) {
    struct request *request = upload->request;
    char number[16];
    snprintf(number, sizeof number, "%d", upload->chunks);
    struct result *result = files_run(request, FILE_CHUNK,
                                      (struct command){.values = (const char *const[]){upload->id, number, bytes},
                                                       .lengths = (const int[]){0, 0, length}});
    result_free(&result);
    return !request->problem.status;
}

static bool take_chunks(struct upload *upload) {
    struct request *request = upload->request;
    char *bytes = arena_alloc_raw(request->arena, FILES_CHUNK_BYTES);
    ssize_t got = request->inflow->ended ? 0 : FILES_CHUNK_BYTES;
    if (!bytes)
        return problem_exhausted(&request->problem);
    for (; got == FILES_CHUNK_BYTES; upload->chunks++) {
        got = inflow_read(request, bytes, FILES_CHUNK_BYTES);
        if (got < 0)
            return false;
        if (!got)
            break;
        if (!content_take(&upload->content, bytes, (size_t)got))
            return no_type(upload);
        EVP_DigestUpdate(upload->digest, bytes, (size_t)got);
        upload->size += got;
        if (!request->call.dry_run && !keep_chunk(upload, bytes, (int)got))
            return false;
    }
    EVP_DigestFinal_ex(upload->digest, upload->sha256, NULL);
    return true;
}

/* All has arrived: whether it is what it is declared to be. */
static const char *judge(struct upload *upload) {
    const char *type = upload->size ? content_type(&upload->content, upload->place[2]) : NULL;
    const char *said = request_header(upload->request, "Content-Type");
    if (!upload->size)
        request_refuse(upload->request, "invalid", "The file is empty.");
    else if (!type)
        no_type(upload);
    else if (!agrees(said, type))
        request_refuse(upload->request, "unsupported-media-type", "The content is %s, and Content-Type says otherwise.",
                       type);
    else if (!content_named(type, upload->place[2]))
        request_refuse(upload->request, "invalid", "The content is %s, and the name ends otherwise.", type);
    else if (upload->says && memcmp(upload->said, upload->sha256, SHA256) != 0)
        request_refuse(upload->request, "invalid", "The content has another digest: it has changed on its way.");
    return upload->request->problem.status ? NULL : type;
}

/* Makes the file of the chunks, and the answer of the file. */
static bool finish(struct upload *upload, const char *type) {
    struct request *request = upload->request;
    struct arena *arena = request->arena;
    const char *texts[2];
    const char *const values[] = {upload->place[0],
                                  upload->place[1],
                                  upload->place[2],
                                  upload->only_new,
                                  upload->tags,
                                  request->call.dry_run ? NULL : upload->id,
                                  type,
                                  arena_printf(arena, "%lld", (long long)upload->size),
                                  hex_text(arena, "\\x", upload->sha256, SHA256)};
    request->response.status = ask_sql(request, FILE_END, values, texts, 2);
    if (request->response.status < 0)
        return false;
    request->response.location = texts[0];
    request->response.etag = arena_printf(arena, "\"%s\"", hex_text(arena, "", upload->sha256, SHA256));
    buf_str(response_json(request), texts[1] ?: "");
    if (request->app->cache && !request->call.dry_run)
        cache_changed(request->app->cache);
    return true;
}

/* What came to nothing is removed as far as it can be; the rest is left to retention. */
static void drop(const struct upload *upload) {
    struct request *request = upload->request;
    struct problem cause = request->problem;
    struct result *result = files_run(request, FILE_DROP, (struct command){.values = &upload->id});
    result_free(&result);
    request->problem = cause;
}

static bool take_upload(struct upload *upload) {
    upload->digest = EVP_MD_CTX_new();
    bool ok = upload->digest && EVP_DigestInit_ex(upload->digest, EVP_sha256(), NULL);
    if (!ok)
        problem_exhausted(&upload->request->problem);
    const char *type = ok && take_chunks(upload) ? judge(upload) : NULL;
    EVP_MD_CTX_free(upload->digest);
    ok = type && finish(upload, type);
    if (!ok && !upload->request->call.dry_run)
        drop(upload);
    return ok;
}

bool files_put(struct request *request) {
    struct upload upload = {.request = request,
                            .only_new = request_header(request, "If-None-Match") ? "t" : "f", /* * is all there is */
                            .tags = request_header(request, "If-Match") ? request->inputs.if_match : NULL,
                            .id = bind_new_id(request->arena)};
    files_place(request, upload.place);
    if (!upload.id)
        return problem_exhausted(&request->problem);
    if (!read_digest(&upload, "Digest") || !read_digest(&upload, "Content-Digest") || !transfers_begin(request))
        return false;
    const char *const values[] = {upload.place[0], upload.place[1], upload.place[2],
                                  upload.only_new, upload.tags,     upload.id};
    return ask_sql(request, FILE_BEGIN, values, NULL, 0) == 0 && take_upload(&upload);
}

bool files_delete(struct request *request) {
    const char *values[4];
    files_place(request, values);
    values[3] = request->inputs.if_match;
    if (ask_sql(request, FILE_DELETE, values, NULL, 0) < 0)
        return false;
    if (request->app->cache && !request->call.dry_run)
        cache_changed(request->app->cache);
    return true;
}
