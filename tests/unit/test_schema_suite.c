/* The official JSON-Schema-Test-Suite, draft 2020-12, for every keyword and format that the engine declares.
 * It is not part of this repository: $SCIP_SHARED, or ../shared beside the checkout; without it, skipped. */
#include "base/json.h"
#include "contract/schema.h"
#include "suite.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char folder[1024], list[16384];
static int verdicts, refused;
static json_t *made; /* of each group, as schema_suite.py wrote it */

static const char *source(void) {
    return getenv("SCIP_SOURCE") ?: ".";
}

static bool listed(const char *file, const char *group) {
    char line[1024];
    snprintf(line, sizeof line, "\n%s / %s: ", file, group);
    return strstr(list, line);
}

static void run_group(const char *file, json_t *group) {
    const char *name = json_string_value(json_object_get(group, "description"));
    struct arena *arena = arena_new(0);
    struct gate gate = {0};
    char key[1024];
    snprintf(key, sizeof key, "%s / %s", file, name);
    const json_t *facts = json_object_get(made, key), *schemas = json_object_get(facts, "schemas");
    json_t *test;
    struct schema_set *set = schema_set_new(arena, schemas, json_object_get(facts, "patterns"), "test", &gate);
    const struct schema *schema = schema_new(set, json_object_get(schemas, "Thing"));
    size_t index;
    bool kept_out = listed(file, name); /* by script/contract: tests/lint/test_contract.py */
    refused += kept_out;
    ck_assert_msg(kept_out || (schema && !gate.faults), "%s / %s: refused", file, name);
    json_array_foreach (json_object_get(group, "tests"), index, test) {
        bool valid = json_is_true(json_object_get(test, "valid"));
        if (kept_out)
            break;
        const char *what = json_string_value(json_object_get(test, "description"));
        char path[640];
        snprintf(path, sizeof path, "%s / %s", name, what);
        valid &= !listed(file, path); /* narrower than the suite, for a reason on the list */
        verdicts++;
        ck_assert_msg(schema_validate(schema, json_object_get(test, "data"), "", NULL) == valid, "%s / %s", file, path);
    }
    arena_free(&arena);
}

/* As bodies are read: whole numbers are integers. */
static json_t *load(const char *path) {
    static char bytes[1 << 18];
    struct arena *arena = arena_new(0);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    struct text text = json_with_integers(arena, bytes, fread(bytes, 1, sizeof bytes, file));
    json_t *groups = json_loadb(text.bytes, text.length, JSON_ALLOW_NUL, NULL);
    fclose(file);
    arena_free(&arena);
    return groups;
}

static void run_folder(const char *sub, bool formats) {
    char path[2048];
    snprintf(path, sizeof path, "%s/%s", folder, sub);
    DIR *files = opendir(path);
    ck_assert_ptr_nonnull(files);
    for (struct dirent *entry; (entry = readdir(files));) {
        char stem[256];
        size_t length = strlen(entry->d_name);
        if (length < 6 || strcmp(entry->d_name + length - 5, ".json") != 0)
            continue;
        snprintf(stem, sizeof stem, " %.*s ", (int)(length - 5), entry->d_name);
        if (formats && !strstr(" date partial-date date-time uuid email uri int32 int64 ", stem))
            continue;
        snprintf(path, sizeof path, "%s/%s/%s", folder, sub, entry->d_name);
        json_t *groups = load(path), *group;
        size_t index;
        ck_assert_ptr_nonnull(groups);
        json_array_foreach (groups, index, group)
            run_group(entry->d_name, group);
        json_decref(groups);
    }
    closedir(files);
}

START_TEST(official_suite) {
    char path[1024];
    snprintf(path, sizeof path, "%s/tests/unit/schema_suite_refused.txt", source());
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    list[fread(list, 1, sizeof list - 1, file)] = '\0';
    fclose(file);
    made = json_load_file(SCHEMA_SUITE, JSON_ALLOW_NUL, NULL);
    run_folder(".", false);
    run_folder("format", true);
    json_decref(made);
    printf("%d verdicts as the suite has them; %d groups refused, each with its reason on the list\n", verdicts,
           refused);
    ck_assert_int_gt(verdicts, 500);
}
END_TEST

int main(void) {
    const char *shared = getenv("SCIP_SHARED");
    if (shared)
        snprintf(folder, sizeof folder, "%s/data/json-schema-suite/draft2020-12", shared);
    else
        snprintf(folder, sizeof folder, "%s/../shared/data/json-schema-suite/draft2020-12", source());
    DIR *there = opendir(folder);
    if (!there) {
        printf("skipped: %s is not there\n", folder);
        return 77; /* meson's code for a skipped test */
    }
    closedir(there);
    return run_cases("schema_suite", NULL, NULL, (const TTest *const[]){official_suite, NULL});
}
