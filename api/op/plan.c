#include "op/plan.h"
#include <string.h>

static bool is_given(const struct binding *binding, const struct inputs *inputs) {
    const struct pairs *pairs = binding->kind == BIND_AFTER ? &inputs->after : &inputs->query;
    return pairs_get(pairs, binding->name) || (binding->kind == BIND_LIMIT && inputs->whole);
}

/* The statement's text for what is given. */
static const char *plan_text(struct arena *arena, const struct spec *spec, const struct inputs *inputs) {
    struct buf text = buf_new(arena, strlen(spec->text) + 256, 1 << 20);
    for (const struct piece *piece = spec->pieces; piece < spec->pieces + spec->piece_count; piece++) {
        buf_str(&text, piece->text);
        buf_str(&text, is_given(&spec->bindings[piece->binding], inputs) ? piece->given : piece->absent);
    }
    return buf_text(&text);
}

const struct statement *plan_statement(struct arena *arena, const struct operation *operation,
                                       const struct inputs *inputs) {
    const struct spec *spec = operation->spec;
    int given = -1;
    bool several = false;
    for (unsigned i = 0; spec->pieces && i < spec->binding_count; i++)
        if (is_given(&spec->bindings[i], inputs)) {
            several = given >= 0;
            given = (int)i;
        }
    if (given < 0)
        return &operation->statement;
    struct statement *planned = arena_alloc(arena, sizeof *planned);
    if (planned) {
        bool kept = !several && operation->alone[given].text;
        *planned = kept ? operation->alone[given] : operation->statement;
        planned->once = !kept;
        planned->text = plan_text(arena, spec, inputs);
    }
    return planned && planned->text ? planned : NULL;
}
