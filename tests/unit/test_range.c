/* Ranges (RFC 9110, section 14): what is asked for, of how much there is. */
#include "handlers/range.h"
#include "suite.h"

static int64_t first, length;

static enum range_kind read_of(const char *range, int64_t size) {
    return range_read(range, NULL, "\"e\"", size, &first, &length);
}

static void part(const char *range, int64_t size, int64_t from, int64_t count) {
    ck_assert_msg(read_of(range, size) == RANGE_PART && first == from && length == count, "%s of %lld: %lld+%lld",
                  range, (long long)size, (long long)first, (long long)length);
}

START_TEST(gives_parts) {
    part("bytes=0-0", 10, 0, 1);
    part("bytes=2-5", 10, 2, 4);
    part("bytes=5-", 10, 5, 5);
    part("bytes=5-99", 10, 5, 5);
    part("bytes=-3", 10, 7, 3);
    part("bytes=-30", 10, 0, 10);
    part("Bytes=0-1", 10, 0, 2);
    part("bytes=0-99999999999999999999999999", 10, 0, 10);
    part("bytes=000000000000000000000000000001-2", 10, 1, 2);
}
END_TEST

START_TEST(gives_nothing_behind_the_end) {
    ck_assert_int_eq(read_of("bytes=10-", 10), RANGE_NOTHING);
    ck_assert_int_eq(read_of("bytes=99999999999999999999-", 10), RANGE_NOTHING);
    ck_assert_int_eq(read_of("bytes=-0", 10), RANGE_NOTHING);
    ck_assert_int_eq(read_of("bytes=0-", 0), RANGE_NOTHING);
}
END_TEST

START_TEST(gives_all_where_no_range_is_meant) {
    static const char *const ranges[] = {"bytes=5-2",  "bytes=-",    "bytes=a-b", "lines=1-2", "bytes=0-1,3-4",
                                         "bytes=0 -1", "bytes=+1-2", "bytes",     "",          "bytes=0-1x"};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        ck_assert_msg(read_of(ranges[i], 10) == RANGE_WHOLE && !first && length == 10, "%s", ranges[i]);
    ck_assert_int_eq(range_read(NULL, NULL, "\"e\"", 10, &first, &length), RANGE_WHOLE);
}
END_TEST

START_TEST(if_range_compares_strongly) {
    ck_assert_int_eq(range_read("bytes=1-2", "\"e\"", "\"e\"", 10, &first, &length), RANGE_PART);
    ck_assert_int_eq(range_read("bytes=1-2", "W/\"e\"", "\"e\"", 10, &first, &length), RANGE_WHOLE);
    ck_assert_int_eq(range_read("bytes=1-2", "\"f\"", "\"e\"", 10, &first, &length), RANGE_WHOLE);
    ck_assert_int_eq(range_read("bytes=1-2", "Sat, 29 Oct 1994 19:43:31 GMT", "\"e\"", 10, &first, &length),
                     RANGE_WHOLE);
}
END_TEST

static void nothing(void) {
}

int main(void) {
    return run_cases("range", nothing, nothing,
                     (const TTest *const[]){gives_parts, gives_nothing_behind_the_end,
                                            gives_all_where_no_range_is_meant, if_range_compares_strongly, NULL});
}
