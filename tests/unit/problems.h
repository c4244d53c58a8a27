/* The rules by which the engine refuses, as script/contract writes them: in force before main. */
#pragma once
#include "base/problem.h"

__attribute__((constructor)) static void load_problems(void) {
    json_t *facts = json_load_file(SCIP_CONTRACT ".engine", 0, NULL);
    problem_use(facts);
    json_decref(facts);
}
