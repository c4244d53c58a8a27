#include "base/problem.h"
#include "base/scan.h"
#include <assert.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The rules, the engine's own before the contract's, which constraint is which of them, and what a state of the
 * database is, [rule, detail]: constant while requests are served. */
static json_t *rules, *constraints, *states;

void problem_use(const json_t *facts) {
    json_t **const kept[] = {&rules, &constraints, &states};
    static const char *const names[] = {"problems", "constraints", "states"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        json_decref(*kept[i]);
        *kept[i] = json_incref(json_object_get(facts, names[i]));
    }
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
    const json_t *state = NULL;
    size_t length = strlen(error->sqlstate);
    while (length && !(state = json_object_getn(states, error->sqlstate, length))) /* the longest that begins it */
        length--;
    if (!state) {
        problem_set(problem, "internal", "The service could not answer; the error is logged under this instance.");
        return;
    }
    const json_t *listed =
        json_object_get(constraints, error->constraint) ?: json_object_getn(constraints, error->sqlstate, length);
    bool own = strncmp(error->sqlstate, "SC", 2) == 0; /* the constraint is a rule, the message its sentence */
    const char *rule = own ? error->constraint : json_string_value(json_object_get(listed, "rule")) ?: "";
    problem_set(problem, json_string_value(json_array_get(state, 0)), "%s",
                json_string_value(json_array_get(state, 1)));
    problem_set_rule(problem, rule, own && strcmp(error->message, rule) != 0 ? error->message : NULL);
    point(problem, own ? error->column : json_string_value(json_object_get(listed, "values")) ?: "");
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
