#include "base/problem.h"
#include "base/scan.h"
#include <assert.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The rules, the engine's own before the contract's, and x-constraints: constant while requests are served. */
static json_t *rules, *constraints;

void problem_use(json_t *problems, json_t *named) {
    json_decref(rules);
    json_decref(constraints);
    rules = json_incref(problems);
    constraints = json_incref(named);
}

static const char *rule_text(const char *rule, const char *member) {
    return json_string_value(json_object_get(json_object_get(rules, rule), member));
}

const char *problem_title(const char *slug) {
    return rule_text(slug, "title") ?: slug;
}

/* A text that was cut to fit, here or before, ends with a whole character: problem details are UTF-8. */
static void trim_text(char *text) {
    for (size_t length = strlen(text); length && !scan_utf8(text, length); length--)
        text[length - 1] = '\0';
}

bool problem_set(struct problem *problem, const char *slug, const char *detail, ...) {
    void *rule = json_object_iter_at(rules, slug);
    assert(rule);
    problem->status = (int)json_integer_value(json_object_get(json_object_iter_value(rule), "status"));
    problem->slug = json_object_iter_key(rule);
    problem->retry_after = problem->status == 503 || problem->status == 429;
    problem->lost = false;
    *problem->sqlstate = '\0';
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

/* SQLSTATE → problem. The first prefix that fits wins. What the records refuse (SC…) names its rule itself. */
static const struct state {
    const char *prefix, *slug, *detail;
} states[] = {
    {"SC400", "bad-request", "See errors for the values that are not valid."},
    {"SC401", "unauthorized", "The account is not known."},
    {"SC403", "forbidden", "The caller may not do this."},
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
    const char *slug;
    json_t *rule;
    json_object_foreach (rules, slug, rule)
        if (json_integer_value(json_object_get(rule, "status")) == status)
            return problem_set(problem, slug, "%s", rule_text(slug, "meaning") ?: "");
    return problem_set(problem, "internal", "The statement gave a status that is not known.");
}

bool problem_set_rule(struct problem *problem, const char *rule, const char *sentence) {
    return !json_object_get(rules, rule) ||
           problem_set(problem, rule, "%s", sentence && *sentence ? sentence : rule_text(rule, "meaning"));
}

/* Points at each of these values: names of properties, or pointers of other places, with spaces between them. */
static void point(struct problem *problem, const char *values) {
    for (size_t length; *values; values += length + (values[length] == ' ')) {
        char pointer[sizeof problem->errors->pointer];
        length = strcspn(values, " ");
        snprintf(pointer, sizeof pointer, "%s%.*s", *values == '/' ? "" : "/body/", (int)length, values);
        problem_add(problem, pointer, "%s", problem->detail);
    }
}

void problem_from_database(struct problem *problem, const struct database_error *error) {
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strncmp(error->sqlstate, states[i].prefix, strlen(states[i].prefix)) == 0) {
            const json_t *listed =
                json_object_get(constraints, error->constraint) ?: json_object_get(constraints, states[i].prefix);
            bool own = strncmp(error->sqlstate, "SC", 2) == 0; /* the constraint is a rule, the message its sentence */
            const char *rule = own ? error->constraint : json_string_value(json_object_get(listed, "rule")) ?: "";
            problem_set(problem, states[i].slug, "%s", states[i].detail);
            problem_set_rule(problem, rule, own && strcmp(error->message, rule) != 0 ? error->message : NULL);
            point(problem, own ? error->column : json_string_value(json_object_get(listed, "values")) ?: "");
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
