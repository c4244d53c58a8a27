/* What kind of agent a User-Agent is of. The patterns are data: scip.agent_pattern. Of one thread. */
#pragma once
#include "base/arena.h"
#include "pg/run.h"

struct agents;

/* Knows no pattern yet: its version is 0. The caller owns it. */
struct agents *agents_new(struct arena *arena);
void agents_free(struct agents **agents);

/* Takes the rows in: version, agent, pattern. A pattern that is none is said in the log and left out. */
bool agents_load(struct agents *agents, const struct result *rows, struct problem *problem);
int64_t agents_version(const struct agents *agents);

/* machine where a pattern of machines fits, else robot where one of robots fits, else human. */
const char *agents_class(struct agents *agents, const char *user_agent);

/* Whether a text is a pattern; if not, why goes to reason. */
bool agents_pattern(const char *pattern, char *reason, size_t size);
