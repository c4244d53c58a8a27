#include "op/agents.h"
#include "base/log.h"
#define PCRE2_CODE_UNIT_WIDTH 8
#include <openssl/rand.h>
#include <pcre2.h>
#include <string.h>

/* KINDS: of agents with patterns, in the order in which they are tried. A few User-Agents are most of those that come.
 */
enum { KINDS = 2, SLOTS = 1024, AGENT_MAX = 1024, PATTERNS_MAX = 1 << 20 };
static const char *const kinds[KINDS] = {"machine", "robot"};

struct known {
    uint64_t hash;
    const char *class;
};

struct agents {
    pcre2_code *patterns[KINDS];
    int64_t version;
    uint64_t seed; /* of hashes: nobody can aim at another's slot */
    struct known slots[SLOTS];
};

struct agents *agents_new(struct arena *arena) {
    struct agents *agents = arena_alloc(arena, sizeof *agents);
    RAND_bytes((unsigned char *)&agents->seed, sizeof agents->seed);
    return agents;
}

void agents_free(struct agents **agents) {
    for (int i = 0; i < KINDS; i++)
        pcre2_code_free((*agents)->patterns[i]);
    *agents = NULL;
}

static pcre2_code *compile_agents(const char *pattern, size_t length, char *reason, size_t size) {
    int error;
    PCRE2_SIZE offset;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)pattern, length, PCRE2_CASELESS | PCRE2_NEVER_BACKSLASH_C, &error, &offset, NULL);
    if (!code && reason)
        pcre2_get_error_message(error, (PCRE2_UCHAR *)reason, size);
    return code;
}

bool agents_pattern(const char *pattern, char *reason, size_t size) {
    pcre2_code *code = compile_agents(pattern, strlen(pattern), reason, size);
    pcre2_code_free(code);
    return code;
}

/* All patterns of a kind as one: (?:a)|(?:b)…, or NULL where there is none. */
static pcre2_code *join_patterns(const struct result *rows, const char *kind, struct arena *arena) {
    struct buf joined = buf_new(arena, 16384, PATTERNS_MAX);
    char reason[128] = "";
    for (unsigned i = 0; i < result_rows(rows); i++) {
        const char *pattern = result_cell(rows, i, 2);
        if (!pattern || strcmp(result_cell(rows, i, 1) ?: "", kind) != 0)
            continue;
        if (agents_pattern(pattern, reason, sizeof reason))
            buf_printf(&joined, "%s(?:%s)", joined.length ? "|" : "", pattern);
        else
            log_event(LOG_WARN, "invalid pattern", LOG_TEXT("pattern", pattern), LOG_TEXT("reason", reason));
    }
    const char *text = buf_text(&joined);
    pcre2_code *code = text && *text ? compile_agents(text, joined.length, reason, sizeof reason) : NULL;
    if (text && *text && !code)
        log_event(LOG_ERROR, "the patterns of agents do not join", LOG_TEXT("reason", reason));
    if (code)
        pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* without it, it is slower */
    return code;
}

bool agents_load(struct agents *agents, const struct result *rows, struct problem *problem) {
    int64_t version = result_int(rows, 0, 0); /* the first is 1 */
    if (!version)
        return problem_set(problem, "unavailable", "The list of agents cannot be read.");
    struct arena *arena = arena_new(4 * PATTERNS_MAX);
    if (!arena)
        return problem_exhausted(problem);
    for (int i = 0; i < KINDS; i++) {
        pcre2_code_free(agents->patterns[i]);
        agents->patterns[i] = join_patterns(rows, kinds[i], arena);
    }
    arena_free(&arena);
    agents->version = version;
    memset(agents->slots, 0, sizeof agents->slots);
    return true;
}

int64_t agents_version(const struct agents *agents) {
    return agents->version;
}

static const char *match(struct agents *agents, const char *user_agent, size_t length) {
    for (int i = 0; i < KINDS; i++) {
        pcre2_match_data *data = agents->patterns[i] ? pcre2_match_data_create(1, NULL) : NULL;
        int found = data ? pcre2_match(agents->patterns[i], (PCRE2_SPTR)user_agent, length, 0, 0, data, NULL)
                         : PCRE2_ERROR_NOMATCH;
        pcre2_match_data_free(data);
        if (found != PCRE2_ERROR_NOMATCH) /* one that exhausts the match limit is no browser */
            return kinds[i];
    }
    return "human";
}

const char *agents_class(struct agents *agents, const char *user_agent) {
    size_t length = strnlen(user_agent, AGENT_MAX);
    uint64_t hash = hash_bytes(agents->seed, user_agent, length);
    struct known *slot = &agents->slots[hash % SLOTS];
    if (!slot->class || slot->hash != hash)
        *slot = (struct known){hash, match(agents, user_agent, length)};
    return slot->class;
}
