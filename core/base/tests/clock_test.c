/*
 * clock_test.c: ISO 8601 in both directions, over leap days, centuries and offsets.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/tests/test.h"

#include "core/base/clock.h"

static const struct {
    const char *text;
    int64_t seconds;
} both_ways[] = {
    { "1970-01-01T00:00:00Z", 0 },
    { "1969-12-31T23:59:59Z", -1 },
    { "1900-01-01T00:00:00Z", -2208988800 },
    { "1900-02-28T23:59:59Z", -2203891201 },
    { "1900-03-01T00:00:00Z", -2203891200 },
    { "2000-02-29T12:00:00Z", 951825600 },
    { "2024-02-29T00:00:00Z", 1709164800 },
    { "2024-03-01T00:00:00Z", 1709251200 },
    { "2026-01-31T12:00:00Z", 1769860800 },
    { "2038-01-19T03:14:08Z", 2147483648 },
    { "2100-02-28T23:59:59Z", 4107542399 },
    { "2100-03-01T00:00:00Z", 4107542400 },
    { "9999-12-31T23:59:59Z", 253402300799 },
    { "0001-01-01T00:00:00Z", -62135596800 },
};

static void iso8601_goes_both_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(both_ways); i++) {
        char text[32];
        assert_int_equal(sl_clock_iso8601(both_ways[i].seconds, text), 20);
        assert_string_equal(text, both_ways[i].text);
        int64_t seconds = 7;
        assert_int_equal(sl_clock_parse(both_ways[i].text, &seconds), 0);
        assert_true(seconds == both_ways[i].seconds);
    }
}

static void every_day_of_four_centuries_follows_the_one_before(void **state)
{
    (void)state;
    for (int64_t day = -60000; day < 90000; day++) {
        char text[32];
        int64_t seconds = 0;
        (void)sl_clock_iso8601(day * 86400 + 86399, text);
        assert_int_equal(sl_clock_parse(text, &seconds), 0);
        assert_true(seconds == day * 86400 + 86399);
    }
}

static void other_forms_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
    } forms[] = {
        { "2026-01-31", 1769817600 },
        { "2026-01-31T12:00", 1769860800 },
        { "2026-01-31 12:00:00", 1769860800 },
        { "2026-01-31t12:00:00.999z", 1769860800 },
        { "2026-01-31T13:00:00+01:00", 1769860800 },
        { "2026-01-31T06:30:00-0530", 1769860800 },
        { "2026-01-31T13:00:00+01", 1769860800 },
        { "2016-12-31T23:59:60Z", 1483228800 },
    };
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        int64_t seconds = 7;
        assert_int_equal(sl_clock_parse(forms[i].text, &seconds), 0);
        assert_true(seconds == forms[i].seconds);
    }
}

static void what_is_no_time_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "2026",
        "2026-13-01",
        "2026-00-01",
        "2026-02-29",
        "1900-02-29",
        "2100-02-29",
        "2026-04-31",
        "2026-01-00",
        "2026-01-31T",
        "2026-01-31T24:00:00Z",
        "2026-01-31T12:60:00Z",
        "2026-01-31T12:00:61Z",
        "2026-01-31T12:00:00.Z",
        "2026-01-31T12:00:00+24:00",
        "2026-01-31T12:00:00+1",
        "2026-01-31T12:00:00Zx",
        "2026-01-31x",
        "0000-01-01",
        "0001-01-01T00:00:00+01:00",
        " 2026-01-31",
        "26-01-31",
        "1769860800",
    };
    int64_t seconds = 7;
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_int_equal(sl_clock_parse(wrong[i], &seconds), -1);
    assert_int_equal(sl_clock_parse(NULL, &seconds), -1);
    assert_int_equal(seconds, 7);
}

static void clocks_go_forward(void **state)
{
    (void)state;
    int64_t first = sl_clock_monotonic_us();
    assert_true(sl_clock_monotonic_us() >= first);
    int64_t seconds = sl_clock_unix();
    int64_t ms = sl_clock_unix_ms();
    assert_true(ms / 1000 >= seconds && ms / 1000 <= seconds + 1);
    assert_true(sl_clock_monotonic_ms() >= first / 1000);
    char text[32];
    (void)sl_clock_iso8601(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59Z");
    (void)sl_clock_iso8601(INT64_MIN, text);
    assert_string_equal(text, "0001-01-01T00:00:00Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iso8601_goes_both_ways),
        cmocka_unit_test(every_day_of_four_centuries_follows_the_one_before),
        cmocka_unit_test(other_forms_are_read),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(clocks_go_forward),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
