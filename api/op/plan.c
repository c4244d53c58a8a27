#include "op/plan.h"
#include <stdlib.h>
#include <string.h>

static bool is_given(const struct binding *binding, const struct inputs *inputs) {
    const struct pairs *pairs = binding->kind == BIND_AFTER ? &inputs->after : &inputs->query;
    return pairs_get(pairs, binding->name) || (binding->kind == BIND_LIMIT && inputs->whole);
}

/* Puts what the parameter of the query at `from`, which is not given, is then; gives where the text goes on. */
static const char *put_absent(struct buf *text, const struct binding *binding, const char *from, const char *to) {
    static const char question[] = " IS NULL";
    const json_t *value = binding->parameter ? schema_operand(binding->parameter->schema, "default") : NULL;
    if (strncmp(to, question, strlen(question)) == 0)
        return buf_str(text, "true"), to + strlen(question);
    if (binding->kind == BIND_LIMIT)
        buf_printf(text, "%lld", (long long)json_integer_value(value) + 1);
    else if (json_is_string(value))
        buf_printf(text, "'%s'", json_string_value(value));
    else
        buf_put(text, from, (size_t)(to - from));
    return to;
}

const char *plan_text(struct arena *arena, const struct operation *operation, const struct inputs *inputs) {
    static const char question[] = " IS NULL OR ";
    const char *at = operation->query->text;
    struct buf text = buf_new(arena, strlen(at) + 256, 1 << 20);
    for (const char *dollar; (dollar = strchr(at, '$')); at = dollar) {
        char *end;
        unsigned long number = strtoul(dollar + 1, &end, 10);
        const struct binding *binding =
            number && number <= operation->query->count ? &operation->bindings[number - 1] : NULL;
        bool asked =
            binding && binding->kind <= BIND_AFTER && !(binding->parameter && binding->parameter->place == IN_PATH);
        buf_put(&text, at, (size_t)(dollar - at));
        if (asked && !(inputs && is_given(binding, inputs)))
            dollar = put_absent(&text, binding, dollar, end);
        else if (asked && strncmp(end, question, strlen(question)) == 0)
            dollar = end + strlen(question);
        else {
            buf_put(&text, dollar, (size_t)(end - dollar));
            dollar = end;
        }
    }
    buf_str(&text, at);
    return buf_text(&text);
}

static bool has_kept_plan(const struct parameter *parameter) {
    const char *pattern = parameter ? json_string_value(schema_operand(parameter->schema, "pattern")) : NULL;
    return parameter && parameter->place == IN_QUERY && !schema_operand(parameter->schema, "default") &&
           (schema_operand(parameter->schema, "enum") || schema_operand(parameter->schema, "format") ||
            (pattern && strncmp(pattern, "^[a-z", 5) == 0));
}

void plan_split(struct arena *arena, struct operation *operation, struct binding *bindings, struct gate *gate) {
    const struct statement *whole = &operation->statement;
    for (unsigned i = 0; i < whole->count; i++) {
        struct statement *alone = has_kept_plan(bindings[i].parameter) ? arena_alloc(arena, sizeof *alone) : NULL;
        if ((bindings[i].alone = alone)) {
            *alone = *whole;
            alone->name = arena_printf(arena, "%s.%s", whole->name, bindings[i].name);
            statement_number(alone, operation->spec->where, gate);
        }
    }
    operation->statement.text = plan_text(arena, operation, NULL);
}

const struct statement *plan_statement(struct arena *arena, const struct operation *operation,
                                       const struct inputs *inputs) {
    const struct binding *given = NULL;
    bool several = false;
    for (unsigned i = 0; operation->splits && i < operation->statement.count; i++)
        if (is_given(&operation->bindings[i], inputs))
            several = given, given = &operation->bindings[i];
    if (!given)
        return &operation->statement;
    struct statement *planned = arena_alloc(arena, sizeof *planned);
    if (planned) {
        *planned = several || !given->alone ? operation->statement : *given->alone;
        planned->once = several || !given->alone;
        planned->text = plan_text(arena, operation, inputs);
    }
    return planned && planned->text ? planned : NULL;
}
