#include "handlers/data.h"
#include "base/json.h"
#include "base/log.h"
#include "handlers/handlers.h"
#include <archive.h>
#include <archive_entry.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PIECE_BYTES = 64 * 1024, CSV_ROOM = 16 * 1024, ETAG_BYTES = 16, SPARE = 1024 * 1024 };

/* An archive, whole in a file without a name before its first byte goes out: all lists are of one snapshot, what fails
 * can still be said, and a slow reader holds no connection of the database. It is made once for all who ask while
 * nothing changes; the file is gone with the last of them once there is a newer one. */
struct zip {
    unsigned holders; /* the store, and the readers; guarded by the store's lock */
    FILE *file;
    int64_t length;
    EVP_MD_CTX *digest;                  /* of what was written, while it is made */
    unsigned char hash[EVP_MAX_MD_SIZE]; /* whose first bytes are its entity tag */
    uint64_t generation;                 /* of the records, or 0: not known */
    unsigned number;                     /* of its making */
};

static struct store {
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t made;
    bool making;           /* by one thread: the readers' pool lends it one connection */
    unsigned begun, ended; /* numbers of the makings that began last and ended last */
    struct zip *last;
} store = {.lock = PTHREAD_MUTEX_INITIALIZER, .made = PTHREAD_COND_INITIALIZER};

/* A reader of one; each reads at its own place. */
struct reading {
    struct stream stream; /* first: the server knows this part alone */
    struct zip *zip;
    off_t at;
    char *bytes; /* of a piece */
};

static bool next_part(struct request *request, struct stream *stream, struct text *piece) {
    struct reading *reading = (struct reading *)stream;
    ssize_t got = pread(fileno(reading->zip->file), reading->bytes, PIECE_BYTES, reading->at);
    if (got < 0)
        return request_refuse(request, "internal", "The archive cannot be read.");
    reading->at += got;
    *piece = (struct text){reading->bytes, (size_t)got};
    return true;
}

/* With the lock held. */
static void zip_release(struct zip *zip) {
    if (!zip || --zip->holders)
        return;
    if (zip->file)
        fclose(zip->file);
    EVP_MD_CTX_free(zip->digest);
    OPENSSL_free(zip);
}

static void end_reading(struct stream *stream) {
    pthread_mutex_lock(&store.lock);
    zip_release(((struct reading *)stream)->zip);
    pthread_mutex_unlock(&store.lock);
}

static la_ssize_t take_bytes(struct archive *archive, void *context, const void *bytes, size_t count) {
    struct zip *zip = context;
    bool ok = fwrite(bytes, 1, count, zip->file) == count && EVP_DigestUpdate(zip->digest, bytes, count);
    zip->length += (int64_t)count;
    return ok ? (la_ssize_t)count : -1;
}

/* One file of the archive, without a time: the same records are the same bytes. */
static bool put_file(struct archive *archive, const char *name, const char *bytes, size_t length,
                     struct problem *problem) {
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)length);
    bool ok = archive_write_header(archive, entry) == ARCHIVE_OK &&
              archive_write_data(archive, bytes, length) == (la_ssize_t)length &&
              archive_write_finish_entry(archive) == ARCHIVE_OK;
    archive_entry_free(entry);
    return ok || problem_set(problem, "unavailable", "There is no room for the archive.");
}

/* One list at that name, whole, by the engine's own rendering as for ?format=csv. */
static bool put_list(struct request *request, const struct operation *operation, const char *name,
                     struct connection *connection, struct arena *arena, struct archive *archive) {
    const struct link *link = atomic_load(&operation->link);
    struct inputs inputs = {.whole = true, .service = &request->app->service};
    struct buf text = buf_new(arena, CSV_ROOM, (size_t)request->app->config.response_limit);
    struct command command = {.statement = plan_statement(arena, operation, &inputs)};
    if (!command.statement || !(command.values = bind_values(arena, operation, &inputs)))
        return problem_exhausted(&request->problem);
    if (!pg_pipeline(connection, &command, 1, &request->problem))
        return false;
    bool ok = operation_fits(link, command.result);
    struct rendering table = {.buf = &text, .columns = link->columns, .column_count = link->count, .list = true};
    if (ok)
        render_rows(&render_csv, &table, command.result, result_rows(command.result), -1);
    result_free(&command.result);
    if (!ok)
        return request_refuse(request, "unavailable", "The database's schema has changed under %s.", name);
    if (text.failed) /* what a list's own caller could narrow, this one cannot */
        return request_refuse(request, "unavailable", "%s is too large for one answer.", name);
    return put_file(archive, name, text.data, text.length, &request->problem);
}

/* A connection with a snapshot; another one where the first was broken. */
static struct connection *begin_snapshot(const struct app *app, struct problem *problem) {
    struct connection *connection = NULL;
    for (int attempt = 0; attempt < 2 && (!attempt || problem->lost); attempt++) {
        problem->status = 0;
        connection = pool_take(app->pool, problem);
        if (!connection || pg_do(connection, &app->transactions.statements[SNAPSHOT], problem))
            return connection;
        pool_give(app->pool, &connection);
    }
    return NULL;
}

/* All lists; memory is that of the largest one. */
static bool put_lists(struct request *request, struct archive *archive, const json_t *package,
                      const struct operation *const *lists) {
    const struct app *app = request->app;
    struct connection *connection = begin_snapshot(app, &request->problem);
    if (!connection)
        return false;
    struct arena *arena = arena_new((size_t)app->config.response_limit * 3 + SPARE);
    bool ok = arena || problem_exhausted(&request->problem);
    json_t *resource;
    size_t index;
    json_array_foreach (json_object_get(package, "resources"), index, resource) {
        ok = ok && put_list(request, lists[index], json_string_value(json_object_get(resource, "path")), connection,
                            arena, archive);
        arena_reset(arena);
    }
    if (arena)
        arena_free(&arena);
    pg_do(connection, &app->transactions.statements[ROLLBACK], &(struct problem){0}); /* nothing was written */
    pool_give(app->pool, &connection);
    return ok;
}

static bool make(struct request *request, struct zip *zip) {
    const struct operation *lists[DATA_LISTS_MAX];
    json_t *package = data_package(request->arena, request->app, lists);
    struct archive *archive = archive_write_new();
    struct text text = json_put(request->arena, package, JSON_INDENT(2));
    bool ready = archive && archive_write_set_format_zip(archive) == ARCHIVE_OK &&
                 archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK && /* no padding */
                 archive_write_open(archive, zip, NULL, take_bytes, NULL) == ARCHIVE_OK;
    bool ok = package || request_refuse(request, "unavailable", "The database has not answered for all lists yet.");
    ok = ok && ((ready && text.bytes) || problem_exhausted(&request->problem)) &&
         put_lists(request, archive, package, lists) &&
         put_file(archive, "datapackage.json", text.bytes, text.length, &request->problem);
    if (ok && (archive_write_close(archive) != ARCHIVE_OK || fflush(zip->file) != 0))
        ok = request_refuse(request, "unavailable", "There is no room for the archive.");
    archive_write_free(archive);
    json_decref(package);
    rewind(zip->file);
    return ok;
}

/* A new one, with one holder; NULL with a problem. */
static struct zip *make_new(struct request *request) {
    int64_t began_us = clock_us();
    struct zip *zip = OPENSSL_zalloc(sizeof *zip);
    if (zip) {
        *zip = (struct zip){.holders = 1,
                            .file = tmpfile(),
                            .digest = EVP_MD_CTX_new(),
                            .generation = request->app->cache ? cache_generation(request->app->cache) : 0};
        bool ready = (zip->file && zip->digest && EVP_DigestInit_ex(zip->digest, EVP_sha256(), NULL)) ||
                     request_refuse(request, "unavailable", "There is no room for the archive.");
        if (ready && make(request, zip) && EVP_DigestFinal_ex(zip->digest, zip->hash, NULL)) {
            log_event(LOG_INFO, "archive made", LOG_NUMBER("bytes", zip->length),
                      LOG_NUMBER("duration_us", clock_us() - began_us));
            return zip;
        }
    }
    if (!request->problem.status)
        problem_exhausted(&request->problem);
    zip_release(zip); /* nobody else has it */
    return NULL;
}

/* Whether the last one is as good as one that would be made now: nothing has changed since, or it was begun after the
 * question, of which there were `begun` before. */
static bool is_good(const struct app *app, unsigned begun) {
    return store.last && (store.last->number > begun || (app->cache && store.last->generation &&
                                                         store.last->generation == cache_generation(app->cache)));
}

/* Lends an archive that is good for this request: the last one, or one that this thread makes, or that another one
 * begins to make after the question. NULL with a problem. */
static struct zip *borrow_zip(struct request *request, const char **status) {
    const struct config *config = &request->app->config;
    struct timespec until = clock_after((config->pool_wait_ms + 2 * config->query_timeout_ms + 1000) * 1000);
    pthread_mutex_lock(&store.lock);
    unsigned begun = store.begun;
    bool good, late = false;
    *status = "scip-api; hit";
    while (!(good = is_good(request->app, begun)) && !late && store.ended <= begun) {
        if (store.making) {
            late = pthread_cond_clockwait(&store.made, &store.lock, CLOCK_MONOTONIC, &until) != 0;
            continue;
        }
        *status = "scip-api; fwd=miss";
        store.making = true;
        unsigned number = ++store.begun;
        pthread_mutex_unlock(&store.lock);
        struct zip *made = make_new(request);
        pthread_mutex_lock(&store.lock);
        store.making = false;
        store.ended = number;
        if (made) {
            made->number = number;
            zip_release(store.last);
            store.last = made;
        }
        pthread_cond_broadcast(&store.made);
    }
    struct zip *zip = good ? store.last : NULL;
    if (zip)
        zip->holders++;
    pthread_mutex_unlock(&store.lock);
    if (!zip && !request->problem.status)
        request_refuse(request, "unavailable", "The archive cannot be made at the moment.");
    return zip;
}

bool data_get(struct request *request) {
    struct reading *reading = arena_alloc(request->arena, sizeof *reading);
    if (!reading || !(reading->bytes = arena_alloc_raw(request->arena, PIECE_BYTES)))
        return problem_exhausted(&request->problem);
    reading->stream = (struct stream){.next = next_part, .end = end_reading};
    reading->zip = borrow_zip(request, &request->response.cache_status);
    if (!reading->zip)
        return false;
    const char *hex = hex_text(request->arena, "\"", reading->zip->hash, ETAG_BYTES);
    request->response.etag = hex ? arena_printf(request->arena, "%s\"", hex) : NULL;
    bool unchanged = request->response.etag && response_validate(request) && request->response.status == 304;
    if (!request->response.etag || unchanged || !(request->response.head || transfers_begin(request))) {
        end_reading(&reading->stream);
        return unchanged || (!request->problem.status && problem_exhausted(&request->problem));
    }
    request->response.content_type = "application/zip";
    request->response.disposition = "attachment; filename=\"data.zip\"";
    reading->stream.length = reading->zip->length;
    request->response.stream = &reading->stream;
    return true;
}
