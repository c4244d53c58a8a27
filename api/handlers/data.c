#include "base/json.h"
#include "handlers/handlers.h"
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PIECE_BYTES = 64 * 1024, CSV_ROOM = 16 * 1024, SPARE = 1024 * 1024 };

/* The archive that was begun last, whole in a file without a name before its first byte goes out: all lists are of one
 * snapshot, what fails can still be said, and a slow reader holds no connection of the database. It is made once for
 * all who ask while nothing changes. Who reads it has the file open, which is gone with the last of them once there is
 * a newer one. */
static struct {
    pthread_mutex_t lock; /* guards all below, also while one is made: the readers' pool lends it one connection */
    FILE *file;           /* NULL: it came to nothing */
    int64_t length, begun_us;
    uint64_t generation; /* of the records, or 0: not known */
    char etag[40];
} last = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* A reader of one; each reads at its own place. */
struct reading {
    struct stream stream; /* first: the server knows this part alone */
    int file;
    off_t at;
    char bytes[PIECE_BYTES];
};

static bool next_part(struct request *request, struct stream *stream, struct text *piece) {
    struct reading *reading = (struct reading *)stream;
    ssize_t got = pread(reading->file, reading->bytes, PIECE_BYTES, reading->at);
    if (got < 0)
        return request_refuse(request, "internal", "The archive cannot be read.");
    reading->at += got;
    *piece = (struct text){reading->bytes, (size_t)got};
    return true;
}

static void end_reading(struct stream *stream) {
    close(((struct reading *)stream)->file);
}

/* For want of room, or of the description that script/contract wrote. */
static bool refuse_archive(struct request *request) {
    return request_refuse(request, "unavailable", "The archive cannot be made at the moment.");
}

/* One file of the archive, without a time: the same records are the same bytes. */
static bool put_file(struct request *request, struct archive *archive, const char *name, struct text text) {
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)text.length);
    bool ok = archive_write_header(archive, entry) == ARCHIVE_OK &&
              archive_write_data(archive, text.bytes, text.length) == (la_ssize_t)text.length &&
              archive_write_finish_entry(archive) == ARCHIVE_OK;
    archive_entry_free(entry);
    return ok || refuse_archive(request);
}

/* Puts the fields that script/contract described in the order of the columns. */
static void order_fields(json_t *resource, const struct link *link) {
    json_t *schema = json_object_get(resource, "schema"), *named = json_object_get(schema, "fields");
    json_t *fields = json_array();
    for (unsigned i = 0; i < link->count; i++)
        if (!link->columns[i].engine && !link->columns[i].csv_hidden)
            json_array_append(fields, json_object_get(named, link->columns[i].name));
    json_object_set_new(schema, "fields", fields);
    json_object_del(resource, "operation");
}

/* The list that a resource of the package is of, whole, by the engine's own rendering as for ?format=csv. */
static bool put_list(struct request *request, json_t *resource, struct connection *connection, struct arena *arena,
                     struct archive *archive) {
    const struct app *app = request->app;
    const char *name = json_string_value(json_object_get(resource, "path")),
               *id = json_string_value(json_object_get(resource, "operation")) ?: "";
    const struct operation *operation = operation_find(app->operations, app->contract->spec_count, id, strlen(id));
    const struct link *link = operation ? atomic_load(&operation->link) : NULL;
    if (!link)
        return request_refuse(request, "unavailable", "The database has not answered for all lists yet.");
    order_fields(resource, link);
    struct inputs inputs = {.whole = true, .service = &app->service};
    struct buf text = buf_new(arena, CSV_ROOM, (size_t)app->config.response_limit);
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
    return put_file(request, archive, name, (struct text){text.data, text.length});
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
static bool put_lists(struct request *request, json_t *resources, struct archive *archive) {
    const struct app *app = request->app;
    struct connection *connection = begin_snapshot(app, &request->problem);
    if (!connection)
        return false;
    struct arena *arena = arena_new((size_t)app->config.response_limit * 3 + SPARE);
    bool ok = arena || problem_exhausted(&request->problem);
    for (size_t i = 0; ok && i < json_array_size(resources); i++, arena_reset(arena))
        ok = put_list(request, json_array_get(resources, i), connection, arena, archive);
    arena_free(&arena);
    pg_do(connection, &app->transactions.statements[ROLLBACK], &(struct problem){0}); /* nothing was written */
    pool_give(app->pool, &connection);
    return ok;
}

/* All of it, as a Data Package (specs.frictionlessdata.io, version 1): script/contract wrote the description of each
 * list, the database says which columns come first. */
static bool write_archive(struct request *request) {
    const char *path = arena_printf(request->arena, "%s.package", request->app->config.contract);
    json_t *package = path ? json_load_file(path, 0, NULL) : NULL;
    struct archive *archive = archive_write_new();
    bool ready = package && archive && last.file && archive_write_set_format_zip(archive) == ARCHIVE_OK &&
                 archive_write_open_fd(archive, fileno(last.file)) == ARCHIVE_OK;
    bool ok = (ready || refuse_archive(request)) && put_lists(request, json_object_get(package, "resources"), archive);
    struct text text = ok ? json_put(request->arena, package, JSON_INDENT(2)) : (struct text){0};
    ok = ok && (text.bytes || problem_exhausted(&request->problem)) &&
         put_file(request, archive, "datapackage.json", text) &&
         (archive_write_close(archive) == ARCHIVE_OK || refuse_archive(request));
    archive_write_free(archive);
    json_decref(package);
    return ok;
}

/* Its length and its entity tag. */
static bool seal_archive(struct request *request) {
    last.length = lseek(fileno(last.file), 0, SEEK_END);
    struct text zip = {mmap(NULL, (size_t)last.length, PROT_READ, MAP_PRIVATE, fileno(last.file), 0),
                       (size_t)last.length};
    if (zip.bytes == MAP_FAILED)
        return false;
    const char *tag = response_tag(request->arena, request->app->keys[KEY_ETAGS], "", zip);
    munmap((void *)zip.bytes, zip.length);
    return tag && snprintf(last.etag, sizeof last.etag, "%s", tag) > 0;
}

/* Makes a new one, with the lock held. */
static bool renew(struct request *request, uint64_t generation) {
    if (last.file)
        fclose(last.file);
    last.begun_us = clock_us();
    last.generation = generation;
    last.file = tmpfile();
    bool ok = write_archive(request) && (seal_archive(request) || problem_exhausted(&request->problem));
    if (ok) {
        log_event(LOG_INFO, "archive made", LOG_NUMBER("bytes", last.length),
                  LOG_NUMBER("duration_us", clock_us() - last.begun_us));
    } else if (last.file) {
        fclose(last.file);
        last.file = NULL;
    }
    return ok;
}

/* The archive that there is as an answer, with the lock held. */
static bool give_last(struct request *request) {
    struct response *response = &request->response;
    struct reading *reading = arena_alloc_raw(request->arena, sizeof *reading);
    response->etag = arena_text(request->arena, last.etag);
    if (!reading || !response->etag)
        return problem_exhausted(&request->problem);
    if (response_validate(request) && response->status == 304)
        return true;
    response->content_type = "application/zip";
    response->disposition = "attachment; filename=\"data.zip\"";
    if ((reading->file = fcntl(fileno(last.file), F_DUPFD_CLOEXEC, 0)) < 0)
        return problem_exhausted(&request->problem);
    reading->stream = (struct stream){.length = last.length, .next = next_part, .end = end_reading};
    reading->at = 0;
    response->stream = &reading->stream;
    return true;
}

/* The last one is as good as one that would be made now where nothing has changed since, or it was begun after the
 * question: so nobody waits for more than the one that is under way and the next. */
bool data_get(struct request *request) {
    int64_t asked_us = clock_us();
    if (!transfers_begin(request)) /* who waits holds a thread too */
        return false;
    pthread_mutex_lock(&last.lock);
    uint64_t generation = request->app->cache ? cache_generation(request->app->cache) : 0;
    bool good = last.begun_us > asked_us || (last.file && generation && last.generation == generation);
    request->response.cache_status = good ? "scip-api; hit" : "scip-api; fwd=miss";
    bool ok = good ? last.file || refuse_archive(request) : renew(request, generation);
    ok = ok && give_last(request);
    pthread_mutex_unlock(&last.lock);
    return ok;
}
