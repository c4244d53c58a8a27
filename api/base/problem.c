#include "base/problem.h"
#include "base/scan.h"
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct kind {
    const char *slug;
    int status;
    const char *title;
    const char *detail; /* of a statement that gives this status */
} kinds[] = {
    {"bad-request", 400, "The request is not valid", "See errors for the values that are not valid."},
    {"bad-framing", 400, "The request's framing is not valid", NULL},
    {"unauthorized", 401, "Authentication is needed", NULL},
    {"forbidden", 403, "This is not allowed", "The caller may not change this record."},
    {"not-found", 404, "There is no such resource", "There is no such record."},
    {"method-not-allowed", 405, "The resource does not have this method", NULL},
    {"not-acceptable", 406, "No representation fits what was asked for", NULL},
    {"request-timeout", 408, "The request took too long to arrive", NULL},
    {"conflict", 409, "The change is in conflict with what is recorded", "A rule of the records forbids it."},
    {"gone", 410, "The resource is gone", "This is no longer given."},
    {"length-required", 411, "The request needs a Content-Length", NULL},
    {"precondition-failed", 412, "The resource has changed",
     "The record has changed since, or is there already: read it again."},
    {"too-large", 413, "The content is too large", NULL},
    {"uri-too-long", 414, "The request target is too long", NULL},
    {"unsupported-media-type", 415, "The content type is not accepted", NULL},
    {"range-not-satisfiable", 416, "The range is not within the content", NULL},
    {"expectation-failed", 417, "The expectation cannot be met", NULL},
    {"invalid", 422, "The values are not valid", "A rule of the records forbids these values."},
    {"precondition-required", 428, "The request needs If-Match", NULL},
    {"too-many-requests", 429, "Too many requests", NULL},
    {"headers-too-large", 431, "The request headers are too large", NULL},
    {"internal", 500, "The service failed", NULL},
    {"not-implemented", 501, "The service does not know this", NULL},
    {"unavailable", 503, "The service is not available at the moment", NULL},
    {"timeout", 504, "The database took too long", NULL},
    {"version-not-supported", 505, "This HTTP version is not supported", NULL},
};

static const struct kind *kind_of(const char *slug) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].slug, slug) == 0)
            return &kinds[i];
    return NULL;
}

const char *problem_title(const char *slug) {
    return kind_of(slug)->title;
}

/* A text that was cut to fit, here or before, ends with a whole character: problem details are UTF-8. */
static void trim_text(char *text) {
    for (size_t length = strlen(text); length && !scan_utf8(text, length); length--)
        text[length - 1] = '\0';
}

bool problem_set(struct problem *problem, const char *slug, const char *detail, ...) {
    const struct kind *kind = kind_of(slug);
    assert(kind);
    problem->status = kind->status;
    problem->slug = kind->slug;
    problem->retry_after = kind->status == 503 || kind->status == 429;
    va_list arguments;
    va_start(arguments, detail);
    vsnprintf(problem->detail, sizeof problem->detail, detail, arguments);
    va_end(arguments);
    trim_text(problem->detail);
    return false;
}

bool problem_exhausted(struct problem *problem) {
    return problem_set(problem, "unavailable", "The service is short of memory.");
}

bool problem_add(struct problem *problem, const char *pointer, const char *detail, ...) {
    if (!problem->status)
        problem_set(problem, "bad-request", "See errors for the values that are not valid.");
    if (problem->error_count == PROBLEM_ERRORS_MAX)
        return false;
    struct problem_error *error = &problem->errors[problem->error_count++];
    snprintf(error->pointer, sizeof error->pointer, "%s", pointer);
    va_list arguments;
    va_start(arguments, detail);
    vsnprintf(error->detail, sizeof error->detail, detail, arguments);
    va_end(arguments);
    trim_text(error->detail);
    trim_text(error->pointer);
    return false;
}

/* SQLSTATE → problem. The first prefix that fits wins; NULL detail hides everything (a fault of ours). */
static const struct state {
    const char *prefix, *slug, *detail;
} states[] = {
    {"SC401", "unauthorized", "The account is not known."},
    {"SC403", "forbidden", "The caller may not do this."},
    {"SC410", "gone", "This is no longer given."},
    {"SC409", "conflict", "A rule of the records forbids it."},
    {"SC422", "invalid", "A rule of the records forbids these values."},
    {"42501", "forbidden", "The caller may not do this."},
    {"23505", "conflict", "A record with these values exists."},
    {"23P01", "conflict", "A record for an overlapping period exists."},
    {"23503", "conflict", "A record that this one refers to is missing, or others refer to it."},
    {"23502", "invalid", "A value is missing."},
    {"23514", "invalid", "A value is outside of what is allowed."},
    {"22", "invalid", "A value cannot be understood."},
    {"54", "invalid", "A value is larger than the database takes."},
    {"SCPOL", "unavailable", "The caller's roles are being changed."},
    /* states of the database that pass, or that an operator ends */
    {"40", "unavailable", "Others are changing the same records; try again."},
    {"55", "unavailable", "Others are changing the same records; try again."},
    {"25006", "unavailable", "The database takes no changes at the moment."},
    {"25P03", "unavailable", "The database ended the session."},
    {"0A000", "unavailable", "The database is being changed."},
    {"26000", "unavailable", "The database is being changed."},
    {"42P01", "unavailable", "The database is being changed."}, /* what was there when it was linked: a table, */
    {"42703", "unavailable", "The database is being changed."}, /* a column, */
    {"42883", "unavailable", "The database is being changed."}, /* a function */
    {"53", "unavailable", "The database is short of resources."},
    {"57014", "timeout", "The query took longer than it may."},
    {"57", "unavailable", "The database is restarting."},
    {"58", "unavailable", "The database cannot reach its files."},
    {"XX001", "unavailable", "The database cannot read its files."},
    {"XX002", "unavailable", "The database cannot read its files."},
    {"08", "unavailable", "The database is not reachable."},
    {"28", "unavailable", "The database is not reachable."},
    {"3D000", "unavailable", "The database is not reachable."},
    {"72", "unavailable", "The database ended the session."},
    {"F0", "unavailable", "The database is being set up."},
};

bool problem_set_status(struct problem *problem, int status) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].status == status && kinds[i].detail)
            return problem_set(problem, kinds[i].slug, "%s", kinds[i].detail);
    return problem_set(problem, "internal", "The statement gave a status that is not known.");
}

void problem_from_sqlstate(struct problem *problem, const char *sqlstate, const char *constraint) {
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strncmp(sqlstate, states[i].prefix, strlen(states[i].prefix)) == 0) {
            problem_set(problem, states[i].slug, "%s", states[i].detail);
            if (constraint && *constraint && strncmp(sqlstate, "SC", 2) == 0) /* our own rules are named in public */
                snprintf(problem->detail, sizeof problem->detail, "%s (%s)", states[i].detail, constraint);
            return;
        }
    problem_set(problem, "internal", "The service could not answer; the error is logged under this instance.");
}

void problem_render(const struct problem *problem, const char *instance, struct buf *buf) {
    buf_printf(buf, "{\"type\":\"/problems/%s\",\"title\":", problem->slug);
    const char *title = problem_title(problem->slug);
    buf_json(buf, title, strlen(title));
    buf_printf(buf, ",\"status\":%d,\"detail\":", problem->status);
    buf_json(buf, problem->detail, strlen(problem->detail));
    buf_str(buf, ",\"instance\":");
    buf_json(buf, instance, strlen(instance));
    if (problem->listed) {
        buf_printf(buf, ",\"errors\":%s}\n", problem->listed);
        return;
    }
    for (unsigned i = 0; i < problem->error_count; i++) {
        const struct problem_error *error = &problem->errors[i];
        buf_str(buf, i ? ",{\"pointer\":" : ",\"errors\":[{\"pointer\":");
        buf_json(buf, error->pointer, strlen(error->pointer));
        buf_str(buf, ",\"detail\":");
        buf_json(buf, error->detail, strlen(error->detail));
        buf_char(buf, '}');
    }
    buf_str(buf, problem->error_count ? "]}\n" : "}\n");
}
