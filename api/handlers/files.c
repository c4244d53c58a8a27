#include "handlers/files.h"
#include "handlers/range.h"
#include "http/auth.h"
#include <stdio.h>
#include <string.h>

/* What the database says of a file; lent by the request's arena. */
enum { STATUS, DAY, ITEM, ID, NAME, TYPE, SIZE, SHA256, COLUMNS };

/* A file on its way out: a connection is held for a chunk, and given back before the client is written to. */
struct download {
    struct stream stream; /* first: the server knows this part alone */
    const char *file;
    const char *item;      /* to be counted before the last piece, or NULL */
    int64_t size, at, end; /* of the file; the next byte, and the one behind the last */
    char *bytes;           /* of a chunk */
};

void files_place(const struct request *request, const char *place[static 3]) {
    const char *collection = request->match.spec->path + strlen("/v1/");
    place[0] = arena_copy(request->arena, collection, strcspn(collection, "/"));
    place[1] = request->match.values[0].bytes;
    place[2] = request->match.values[1].bytes;
}

struct result *files_run(struct request *request, enum transaction_statement which, struct command own) {
    own.statement = &request->app->transactions.statements[which];
    if (!request->caller.subject) {
        pool_pipeline(request->app->pool, &own, 1, true, &request->problem);
        return own.result;
    }
    struct call call = {request->operation, own, .enter = auth_enter(request), .dry_run = request->call.dry_run,
                        .at_once = true};
    struct outcome outcome = {0};
    if (call.enter)
        transaction_run(&request->app->transactions, &call, &outcome, &request->problem);
    else
        problem_exhausted(&request->problem);
    return outcome.row;
}

static bool refuse_file(struct request *request, const char *status, const char *day) {
    if (strcmp(status, "410") == 0)
        return request_refuse(request, "record-withdrawn", "The record was withdrawn.");
    if (strcmp(status, "403") == 0)
        return day ? request_refuse(request, "forbidden", "The file is under embargo: it is available from %s on.", day)
                   : request_refuse(request, "forbidden", "The Hub is not active.");
    return request_refuse(request, "not-found", "There is no such file.");
}

static bool find_file(struct request *request, const char *file[static COLUMNS], int64_t *size) {
    const char *place[3];
    files_place(request, place);
    struct result *result = files_run(request, FILE_FIND, (struct command){.values = place});
    if (!result)
        return false;
    for (int i = 0; i < COLUMNS; i++)
        file[i] = result_text(request->arena, result, 0, i);
    *size = result_int(result, 0, SIZE);
    result_free(&result);
    if (arena_failed(request->arena))
        return problem_exhausted(&request->problem);
    return (!file[STATUS] && *size) || refuse_file(request, file[STATUS] ?: "404", file[DAY]);
}

/* The chunk that the next byte is in, copied into bytes; 0 with a problem. */
static size_t read_chunk(struct request *request, struct download *download) {
    int64_t n = download->at / FILES_CHUNK_BYTES, left = download->size - n * FILES_CHUNK_BYTES;
    char number[24];
    snprintf(number, sizeof number, "%lld", (long long)n);
    struct result *result = files_run(
        request, FILE_PIECE, (struct command){.values = (const char *const[]){download->file, number}, .binary = true});
    if (!result)
        return 0;
    struct text chunk = {0};
    if (result_rows(result) == 1 && result_columns(result) == 1)
        result_row(result, 0, &chunk);
    bool ok = chunk.bytes && (int64_t)chunk.length == (left < FILES_CHUNK_BYTES ? left : FILES_CHUNK_BYTES);
    if (ok)
        memcpy(download->bytes, chunk.bytes, chunk.length);
    else
        request_refuse(request, "record-withdrawn", "The file is not given any more.");
    result_free(&result);
    return ok ? chunk.length : 0;
}

static bool next_chunk(struct request *request, struct stream *stream, struct text *piece) {
    struct download *download = (struct download *)stream;
    *piece = (struct text){0};
    if (download->at == download->end)
        return true;
    size_t length = read_chunk(request, download), from = (size_t)(download->at % FILES_CHUNK_BYTES);
    if (!length)
        return false;
    size_t wanted = (size_t)(download->end - download->at), count = length - from < wanted ? length - from : wanted;
    /* all but the last piece has been taken: that is a use, and it is committed before the answer is complete */
    if (count == wanted && download->item && !use_record(request, download->item, USE_REQUEST, &(const char *){0}))
        return false;
    download->at += (int64_t)count;
    *piece = (struct text){download->bytes + from, count};
    return true;
}

/* RFC 6266, with a name for those who do not read RFC 8187. */
static const char *disposition(struct arena *arena, const char *name) {
    struct buf text = buf_new(arena, 512, 2048);
    buf_str(&text, "attachment; filename=\"");
    for (const char *c = name; *c; c++)
        if ((*c & 0xc0) != 0x80) /* one for a character, whatever its length */
            buf_char(&text, *c & 0x80 || *c == '%' ? '_' : *c);
    buf_str(&text, "\"; filename*=UTF-8''");
    put_encoded(&text, name, strlen(name));
    return buf_text(&text);
}

/* A part that a client asks for to see whether there are parts, or what kind of file it is. */
enum { PROBE_BYTES = 4096 };

static bool take_range(struct request *request, struct download *download) {
    int64_t first, length, size = download->size;
    const char *wanted = request->response.head ? NULL : request_header(request, "Range");
    enum range_kind kind =
        range_read(wanted, request_header(request, "If-Range"), request->response.etag, size, &first, &length);
    if (kind == RANGE_NOTHING) {
        snprintf(request->problem.range, sizeof request->problem.range, "bytes */%lld", (long long)size);
        return request_refuse(request, "range-not-satisfiable", "The file has %lld bytes.", (long long)size);
    }
    if (kind == RANGE_PART) {
        request->response.status = 206;
        request->response.range = arena_printf(request->arena, "bytes %lld-%lld/%lld", (long long)first,
                                               (long long)(first + length - 1), (long long)size);
    }
    if (first || (length <= PROBE_BYTES && length < size)) /* a probe; later parts were counted */
        download->item = NULL;
    download->stream.length = length;
    download->at = first;
    download->end = first + length;
    return true;
}

bool files_get(struct request *request) {
    const char *file[COLUMNS], *match = request_header(request, "If-Match");
    struct response *response = &request->response;
    struct download *download = arena_alloc(request->arena, sizeof *download);
    int64_t size;
    if (!find_file(request, file, &size))
        return false;
    response->etag = arena_printf(request->arena, "\"%s\"", file[SHA256]);
    if (!download || !response->etag)
        return problem_exhausted(&request->problem);
    if (match && !response_names_etag(match, response->etag)) /* asked first (RFC 9110, section 13.2.2) */
        return request_refuse(request, "precondition-failed", "The file is another one now.");
    if (response_validate(request) && response->status == 304)
        return true;
    *download = (struct download){.stream.next = next_chunk, .file = file[ID], .item = file[ITEM], .size = size};
    if (!take_range(request, download))
        return false;
    bool text = strncmp(file[TYPE], "text/", 5) == 0;
    response->content_type = text ? arena_printf(request->arena, "%s; charset=utf-8", file[TYPE]) : file[TYPE];
    response->disposition = disposition(request->arena, file[NAME]);
    response->stream = &download->stream;
    download->bytes = arena_alloc_raw(request->arena, FILES_CHUNK_BYTES);
    if (arena_failed(request->arena))
        return problem_exhausted(&request->problem);
    return response->head || transfers_begin(request);
}
