#include "handlers/data.h"
#include "handlers/files.h"
#include "handlers/transfers.h"
#include "http/response.h"
#include "http/steps.h"
#include <archive.h>
#include <archive_entry.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

enum { PIECE_BYTES = 64 * 1024, ETAG_BYTES = 16, SPARE = 1024 * 1024 };

/* The archive is whole, in a file without a name, before its first byte goes out: all lists are of one snapshot, what
 * fails can still be said, and a slow reader holds no connection of the database. */
struct parcel {
    struct stream stream; /* first: the server knows this part alone */
    FILE *file;
    EVP_MD_CTX *digest; /* of what was written */
    char *bytes;        /* of a piece */
};

static bool next_piece(struct request *request, struct stream *stream, struct text *piece, struct problem *problem) {
    struct parcel *parcel = (struct parcel *)stream;
    *piece = (struct text){parcel->bytes, fread(parcel->bytes, 1, PIECE_BYTES, parcel->file)};
    return !ferror(parcel->file) || problem_set(problem, "internal", "The archive cannot be read.");
}

static void end(struct stream *stream) {
    fclose(((struct parcel *)stream)->file);
}

static la_ssize_t take(struct archive *archive, void *context, const void *bytes, size_t count) {
    struct parcel *parcel = context;
    bool fine = fwrite(bytes, 1, count, parcel->file) == count && EVP_DigestUpdate(parcel->digest, bytes, count);
    parcel->stream.length += (int64_t)count;
    return fine ? (la_ssize_t)count : -1;
}

/* One file of the archive, without a time: the same records are the same bytes. */
static bool put_file(struct archive *archive, const char *name, const char *bytes, size_t length,
                     struct problem *problem) {
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)length);
    bool fine = archive_write_header(archive, entry) == ARCHIVE_OK &&
                archive_write_data(archive, bytes, length) == (la_ssize_t)length &&
                archive_write_finish_entry(archive) == ARCHIVE_OK;
    archive_entry_free(entry);
    return fine || problem_set(problem, "unavailable", "There is no room for the archive.");
}

/* One list, by the engine's own rendering as for ?format=csv. */
static bool put_list(const struct request *request, struct operation *operation, struct connection *connection,
                     struct arena *arena, struct archive *archive, struct problem *problem) {
    const struct spec *spec = operation->spec;
    const struct link *link = atomic_load(&operation->link);
    struct request part = {.app = request->app,
                           .arena = arena,
                           .target = spec->path,
                           .match = {.spec = spec},
                           .operation = operation,
                           .media = render_csv.media_type,
                           .renderer = &render_csv,
                           .inputs = {.whole = true, .service = &request->app->service}};
    struct response answer = {.status = spec->success};
    struct leg leg = {.statement = &operation->statement};
    struct failure failure;
    part.inputs.match = &part.match;
    if (!link || !(leg.values = bind_values(arena, operation, &part.inputs)))
        return problem_set(problem, "unavailable", "The database has not answered for %s yet.", spec->id);
    bool fine = pg_fly(connection, &leg, 1, problem, &failure);
    part.outcome.row = leg.result;
    if (fine && !operation_fits(link, leg.result))
        fine = problem_set(problem, "unavailable", "The database's schema has changed under %s.", spec->id);
    if (fine && !render(&part, &answer, problem)) /* what a list's own caller could narrow, this one cannot */
        fine = problem_set(problem, "unavailable", "%s is too large for one answer.", spec->id);
    fine = fine && put_file(archive, arena_printf(arena, "%s.csv", data_name(arena, spec)),
                            answer.body.data + RESPONSE_HEAD_ROOM, answer.body.length - RESPONSE_HEAD_ROOM, problem);
    result_free(&part.outcome.row);
    return fine;
}

static bool command(const struct app *app, struct connection *connection, enum transaction_statement which,
                    struct problem *problem, struct failure *failure) {
    struct leg leg = {.statement = &app->transactions.statements[which]};
    bool fine = pg_fly(connection, &leg, 1, problem, failure);
    result_free(&leg.result);
    return fine;
}

/* A connection with a snapshot; another one where the first was broken. */
static struct connection *begin(const struct app *app, struct problem *problem) {
    struct connection *connection = NULL;
    struct failure failure = {.lost = true};
    for (int attempt = 0; attempt < 2 && failure.lost; attempt++) {
        problem->status = 0;
        connection = pool_take(app->pool, problem);
        if (!connection || command(app, connection, SNAPSHOT, problem, &failure))
            return connection;
        pool_give(app->pool, &connection);
    }
    return NULL;
}

/* All lists; memory is that of the largest one. */
static bool put_lists(struct request *request, struct archive *archive, struct problem *problem) {
    const struct app *app = request->app;
    struct connection *connection = begin(app, problem);
    if (!connection)
        return false;
    struct arena *arena = arena_new((size_t)app->config.response_limit * 3 + SPARE);
    bool fine = arena || problem_set(problem, "unavailable", "The service is short of memory.");
    for (unsigned i = 0; fine && i < app->contract->spec_count; i++)
        if (data_listed(&app->operations[i])) {
            fine = put_list(request, &app->operations[i], connection, arena, archive, problem);
            arena_reset(arena);
        }
    if (arena)
        arena_free(&arena);
    struct problem ignored = {0};
    struct failure failure;
    command(app, connection, ROLLBACK, &ignored, &failure); /* nothing was written */
    pool_give(app->pool, &connection);
    return fine;
}

static bool make(struct request *request, struct parcel *parcel, struct problem *problem) {
    const char *package = data_package(request->arena, request->app, request->match.spec);
    struct archive *archive = archive_write_new();
    bool ready = package && archive && archive_write_set_format_zip(archive) == ARCHIVE_OK &&
                 archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK && /* no padding */
                 archive_write_open(archive, parcel, NULL, take, NULL) == ARCHIVE_OK;
    bool fine = ready || problem_set(problem, "unavailable", "The service is short of memory.");
    fine = fine && put_lists(request, archive, problem) &&
           put_file(archive, "datapackage.json", package, strlen(package), problem);
    if (fine && (archive_write_close(archive) != ARCHIVE_OK || fflush(parcel->file) != 0))
        fine = problem_set(problem, "unavailable", "There is no room for the archive.");
    archive_write_free(archive);
    rewind(parcel->file);
    return fine;
}

static const char *etag_of(struct request *request, const struct parcel *parcel) {
    unsigned char hash[EVP_MAX_MD_SIZE];
    struct buf etag = buf_new(request->arena, 64, 64);
    bool fine = EVP_DigestFinal_ex(parcel->digest, hash, NULL);
    for (int i = 0; fine && i < ETAG_BYTES; i++)
        buf_printf(&etag, "%s%02x%s", i ? "" : "\"", hash[i], i + 1 < ETAG_BYTES ? "" : "\"");
    return fine ? buf_text(&etag) : NULL;
}

bool data_get(struct request *request, struct response *response, struct problem *problem) {
    struct parcel *parcel = arena_alloc(request->arena, sizeof *parcel);
    if (!parcel || !(parcel->bytes = arena_alloc_raw(request->arena, PIECE_BYTES)))
        return problem_set(problem, "unavailable", "The service is short of memory.");
    if (!transfers_begin(request, problem))
        return false;
    parcel->stream = (struct stream){.next = next_piece, .end = end};
    parcel->file = tmpfile();
    parcel->digest = EVP_MD_CTX_new();
    bool fine = (parcel->file && parcel->digest && EVP_DigestInit_ex(parcel->digest, EVP_sha256(), NULL)) ||
                problem_set(problem, "unavailable", "There is no room for the archive.");
    fine = fine && make(request, parcel, problem);
    response->etag = fine ? etag_of(request, parcel) : NULL;
    EVP_MD_CTX_free(parcel->digest);
    const char *known = request_header(request, "If-None-Match");
    bool unchanged = known && response->etag && response_names_etag(known, response->etag);
    if (parcel->file && (!response->etag || unchanged))
        end(&parcel->stream);
    if (!response->etag)
        return fine ? problem_set(problem, "unavailable", "The service is short of memory.") : false;
    if (unchanged) {
        response->status = 304;
        return true;
    }
    response->content_type = "application/zip";
    response->disposition = "attachment; filename=\"data.zip\"";
    response->stream = &parcel->stream;
    return true;
}
