#include "op/bind.h"
#include "base/json.h"
#include "base/scan.h"
#include <ctype.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* LIST_MAX: values of a parameter that is a list. */
enum { LIST_MAX = 500 };

bool bind_parse_query(struct arena *arena, const char *text, size_t length, struct pairs *pairs,
                      struct problem *problem) {
    pairs->count = 0;
    for (const char *part = text, *end = text + length; part < end;) {
        const char *stop = memchr(part, '&', (size_t)(end - part)) ?: end;
        const char *equals = memchr(part, '=', (size_t)(stop - part)) ?: stop;
        const char *from = equals < stop ? equals + 1 : stop;
        if (stop == part) {
            part++;
            continue;
        }
        char *name = arena_alloc(arena, (size_t)(equals - part) + 1),
             *value = arena_alloc(arena, (size_t)(stop - from) + 1);
        if (!name || !value)
            return problem_exhausted(problem);
        ptrdiff_t name_length = scan_percent(part, (size_t)(equals - part), true, name);
        ptrdiff_t value_length = scan_percent(from, (size_t)(stop - from), true, value);
        if (name_length < 0 || value_length < 0)
            return problem_set(problem, "bad-request", "The query string is not percent-encoded UTF-8 without NUL.");
        name[name_length] = value[value_length] = '\0';
        if (pairs->count == QUERY_PARAMETERS_MAX)
            return problem_set(problem, "bad-request", "The query has more than %d parameters.", QUERY_PARAMETERS_MAX);
        pairs->items[pairs->count++] = (struct pair){name, {value, (size_t)value_length}};
        part = stop + 1;
    }
    return true;
}

static int by_name(const void *left, const void *right) {
    const struct pair *const *a = left, *const *b = right;
    return strcmp((*a)->name, (*b)->name);
}

void put_encoded(struct buf *buf, const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (isalnum((unsigned char)text[i]) || strchr("-._~", text[i]))
            buf_char(buf, text[i]);
        else
            buf_printf(buf, "%%%02X", (unsigned char)text[i]);
}

const char *pairs_canonical(struct arena *arena, const struct pairs *pairs, const char *const *except) {
    const struct pair *sorted[QUERY_PARAMETERS_MAX];
    unsigned count = 0;
    for (unsigned i = 0; i < pairs->count; i++) {
        const char *const *word = except;
        while (*word && strcmp(*word, pairs->items[i].name) != 0)
            word++;
        if (!*word)
            sorted[count++] = &pairs->items[i];
    }
    qsort(sorted, count, sizeof *sorted, by_name);
    struct buf text = buf_new(arena, 256, 64 * 1024);
    for (unsigned i = 0; i < count; i++) {
        if (i)
            buf_char(&text, '&');
        put_encoded(&text, sorted[i]->name, strlen(sorted[i]->name));
        buf_char(&text, '=');
        put_encoded(&text, sorted[i]->value.bytes, sorted[i]->value.length);
    }
    return buf_text(&text);
}

const struct text *pairs_get(const struct pairs *pairs, const char *name) {
    for (unsigned i = 0; i < pairs->count; i++)
        if (strcmp(pairs->items[i].name, name) == 0)
            return &pairs->items[i].value;
    return NULL;
}

/* One textual value as JSON of one of the types, a new reference; what is none stays a text, whose type the schema
 * refuses. NULL: no memory. */
static json_t *read_scalar(unsigned types, const char *text, size_t length) {
    int64_t integer;
    if (!(types & SCHEMA_STRING)) {
        if (types & SCHEMA_INTEGER && scan_int(text, length, &integer))
            return json_integer(integer);
        if (types & SCHEMA_NUMBER && scan_number(text, length))
            return json_loadb(text, length, JSON_DECODE_ANY, NULL);
        if (types & SCHEMA_BOOLEAN &&
            ((length == 4 && memcmp(text, "true", 4) == 0) || (length == 5 && memcmp(text, "false", 5) == 0)))
            return json_boolean(length == 4);
    }
    return json_stringn_nocheck(text, length);
}

/* As read_scalar, with "a,b" for an array (style form, explode false), of which no more is read than shows that it is
 * too long. */
static json_t *read_value(const struct parameter *parameter, const struct text *text) {
    if (parameter->types != SCHEMA_ARRAY)
        return read_scalar(parameter->types, text->bytes, text->length);
    json_t *list = json_array();
    const char *end = text->bytes + text->length, *comma;
    for (const char *item = text->bytes; item <= end && json_array_size(list) <= LIST_MAX; item = comma + 1) {
        comma = memchr(item, ',', (size_t)(end - item)) ?: end;
        if (json_array_append_new(list, read_scalar(parameter->items, item, (size_t)(comma - item))) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

void bind_check_value(const struct parameter *parameter, const struct text *text, struct problem *problem) {
    char pointer[128];
    static const char *const places[] = {"path", "query", "header"};
    if (!text && !parameter->required)
        return;
    snprintf(pointer, sizeof pointer, "/%s/%s", places[parameter->place], parameter->name);
    bool readable = text && scan_utf8(text->bytes, text->length); /* of a header: the target's parts are decoded */
    json_t *value = readable ? read_value(parameter, text) : NULL;
    if (!readable)
        problem_add(problem, pointer, text ? "must be UTF-8" : "is missing");
    else if (!value)
        problem_exhausted(problem);
    else if (json_array_size(value) > LIST_MAX)
        problem_add(problem, pointer, "must be a list of at most %d values separated by commas", LIST_MAX);
    else
        schema_validate(parameter->schema, value, pointer, problem);
    json_decref(value);
}

/* What the request has for it, in path or query; NULL: nothing. */
static const struct text *parameter_text(const struct parameter *parameter, const struct inputs *inputs) {
    if (parameter->place != IN_PATH)
        return pairs_get(&inputs->query, parameter->name);
    const struct parameter *own = spec_parameter(inputs->match->spec, IN_PATH, parameter->name);
    return own ? &inputs->match->values[own->index] : NULL;
}

static void check_query_names(const struct spec *spec, const struct pairs *query, struct problem *problem) {
    char pointer[128];
    for (unsigned i = 0; i < query->count; i++) {
        const char *name = query->items[i].name;
        snprintf(pointer, sizeof pointer, "/query/%.100s", name);
        if (!spec_parameter(spec, IN_QUERY, name))
            problem_add(problem, pointer, "is not a parameter of this operation%s", spec->names);
        else if (pairs_get(query, name) != &query->items[i].value)
            problem_add(problem, pointer, "stands more than once");
    }
}

bool bind_check(struct arena *arena, const struct spec *spec, struct inputs *inputs, struct problem *problem) {
    check_query_names(spec, &inputs->query, problem);
    for (unsigned i = 0; i < spec->parameter_count; i++)
        if (spec->parameters[i].place != IN_HEADER) /* headers are read where they are used */
            bind_check_value(&spec->parameters[i], parameter_text(&spec->parameters[i], inputs), problem);
    if (problem->status)
        return false;
    const struct parameter *limit = spec_parameter(spec, IN_QUERY, "limit");
    const struct text *given = limit ? pairs_get(&inputs->query, "limit") : NULL;
    const char *text = given ? given->bytes : limit && !inputs->whole ? limit->standard : NULL;
    inputs->limit = 0;
    return !text || scan_int(text, strlen(text), &inputs->limit);
}

/* PostgreSQL's text form of an array: {"a","b"}. */
static void put_array_item(struct buf *buf, const char *text, size_t length) {
    buf_str(buf, buf->length > 1 ? ",\"" : "\"");
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"' || text[i] == '\\')
            buf_char(buf, '\\');
        buf_char(buf, text[i]);
    }
    buf_char(buf, '"');
}

static const char *array_text(struct arena *arena, const struct text *text) {
    struct buf buf = buf_new(arena, text->length + 16, text->length * 4 + 64);
    buf_char(&buf, '{');
    for (const char *item = text->bytes, *end = item + text->length; item <= end;) {
        const char *comma = memchr(item, ',', (size_t)(end - item)) ?: end;
        put_array_item(&buf, item, (size_t)(comma - item));
        item = comma + 1;
    }
    buf_char(&buf, '}');
    return buf_text(&buf);
}

/* A JSON value in text form: strings bare, arrays of scalars as the type wants, all else as JSON. */
static const char *json_text(struct arena *arena, const json_t *value, oid type) {
    if (!value || json_is_null(value))
        return NULL;
    if (json_is_string(value) && type != OID_JSONB)
        return json_string_value(value);
    if (json_is_array(value) && type != OID_JSONB) {
        struct buf buf = buf_new(arena, 256, SIZE_MAX / 4);
        buf_char(&buf, '{');
        for (size_t i = 0; i < json_array_size(value); i++) {
            const char *item = json_text(arena, json_array_get(value, i), OID_TEXT) ?: "";
            put_array_item(&buf, item, strlen(item));
        }
        buf_char(&buf, '}');
        return buf_text(&buf);
    }
    /* 15 digits: 0.1 stays 0.1; a contract that needs more takes decimals as strings */
    enum { FLAGS = JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15) };
    return json_put(arena, value, FLAGS).bytes;
}

static const char *parameter_value(struct arena *arena, const struct parameter *parameter,
                                   const struct inputs *inputs) {
    const struct text *text = parameter_text(parameter, inputs);
    if (text)
        return parameter->types == SCHEMA_ARRAY ? array_text(arena, text) : text->bytes;
    if (parameter->place == IN_PATH) /* of a read that answers for the write that makes the record */
        return inputs->new_id;
    return parameter->standard;
}

bool bind_tags(struct arena *arena, const char *header, bool digests, const char *any, const char **list) {
    struct buf tags = buf_new(arena, 128, 64 * 1024);
    if (strcmp(header, "*") == 0)
        return *list = any, true;
    buf_char(&tags, '{');
    for (const char *quote = strchr(header, '"'); quote; quote = strchr(quote, '"')) {
        size_t digits = strspn(++quote, digests ? "0123456789abcdef" : "0123456789");
        const char *end = strchr(quote, '"');
        if (!end || !strchr(", \t", end[1])) /* the end, too, is found in that set */
            break;
        if (digests ? digits == 64 && quote[64] == '"'
                    : digits && digits < 10 && (quote[digits] == '.' || quote[digits] == '"'))
            buf_printf(&tags, "%s%.*s", tags.length > 1 ? "," : "", (int)digits, quote);
        quote = end + 1;
    }
    buf_char(&tags, '}');
    return (*list = buf_text(&tags));
}

const char *bind_new_id(struct arena *arena) {
    struct timespec now;
    uint64_t random[2] = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    RAND_bytes((unsigned char *)random, sizeof random);
    return arena_printf(arena, "%08llx-%04x-7%03x-%04x-%012llx", (unsigned long long)(ms >> 16 & 0xffffffff),
                        (unsigned)(ms & 0xffff), (unsigned)(random[0] & 0xfff),
                        (unsigned)(0x8000 | (random[0] >> 12 & 0x3fff)), (unsigned long long)(random[1] >> 16));
}

static const char *value_of(struct arena *arena, const struct binding *binding, struct inputs *inputs) {
    unsigned char secret[32];
    const struct text *after;
    switch (binding->kind) {
    case BIND_PARAMETER:
        return parameter_value(arena, binding->parameter, inputs);
    case BIND_LIMIT: /* one row more than the page shows whether there is a next one */
        return inputs->limit ? arena_printf(arena, "%lld", (long long)inputs->limit + 1) : NULL;
    case BIND_AFTER:
        after = pairs_get(&inputs->after, binding->name);
        return after ? after->bytes : NULL;
    case BIND_PROPERTY:
        return json_text(arena, json_object_get(inputs->body, binding->name), binding->type);
    case BIND_BODY:
        return inputs->body_text.bytes;
    case BIND_IF_MATCH:
        return inputs->if_match;
    case BIND_NEW_ID:
        return inputs->new_id = bind_new_id(arena);
    case BIND_NEW_SECRET:
        RAND_bytes(secret, sizeof secret);
        return base64url_text(arena, secret, sizeof secret);
    case BIND_OPERATIONS:
        return inputs->service->operations;
    case BIND_ADDRESS:
        return inputs->service->address;
    case BIND_CONTACT:
        return inputs->service->contact;
    }
    return NULL;
}

const char *const *bind_values(struct arena *arena, const struct operation *operation, struct inputs *inputs) {
    const char **values = arena_alloc(arena, (operation->statement.count + 1) * sizeof *values);
    for (unsigned i = 0; values && i < operation->statement.count; i++)
        values[i] = value_of(arena, &operation->spec->bindings[i], inputs);
    return arena_failed(arena) ? NULL : values; /* a value that is missing for that would be none */
}
