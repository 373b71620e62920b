/*
 * fault_test.c: rates are read exactly, and a fault that hit an attempt hits it again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "fault.h"

static void rates_are_read_exactly(void **state)
{
    (void)state;
    const struct {
        const char *text;
        int64_t rate;
    } rows[] = { { "0", 0 },        { "1", 1000000 },           { "1.0", 1000000 },
                 { "0.5", 500000 }, { "\"0.25\"", 250000 },     { "1e-6", 1 },
                 { "0.000001", 1 }, { "0.1000000000", 100000 }, { "5E-1", 500000 },
                 { ".5", 500000 },  { "0.01e2", 1000000 },      { "0e10", 0 } };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t rate = -1;
        if (!fault_rate_read(rows[i].text, &rate) || rate != rows[i].rate)
            fail_msg("%s is read as %lld", rows[i].text, (long long)rate);
    }
}

static void what_is_no_rate_is_refused(void **state)
{
    (void)state;
    const char *const texts[] = { "",
                                  "\"\"",
                                  ".",
                                  "2",
                                  "1.000001",
                                  "-1",
                                  "-0.5",
                                  "0.0000001",
                                  "1e1",
                                  "half",
                                  "0.5x",
                                  "0.5e",
                                  "1e-",
                                  "1e-7",
                                  "0..5",
                                  " 0.5",
                                  "null",
                                  "true",
                                  "{}",
                                  "99999999999999999999",
                                  "1e99999999999",
                                  "1e-99" };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        int64_t rate;
        if (fault_rate_read(texts[i], &rate))
            fail_msg("%s is taken for a rate", texts[i]);
    }
    int64_t rate;
    assert_false(fault_rate_read(NULL, &rate));
}

static void a_rate_is_written_as_it_is_read(void **state)
{
    (void)state;
    const int64_t rates[] = { 0, 1, 10, 500000, 123456, 999999, 1000000 };
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        char text[FAULT_RATE_TEXT];
        int64_t again;
        fault_rate_write(rates[i], text);
        assert_true(fault_rate_read(text, &again));
        assert_int_equal(again, rates[i]);
    }
    char text[FAULT_RATE_TEXT];
    fault_rate_write(500000, text);
    assert_string_equal(text, "0.5");
}

static void a_fault_hits_its_share_and_the_same_again(void **state)
{
    (void)state;
    int hits = 0;
    for (int i = 0; i < 10000; i++) {
        char attempt[32];
        snprintf(attempt, sizeof(attempt), "pay_%06d", i);
        bool hit = fault_hits(attempt, "error", 300000);
        assert_true(hit == fault_hits(attempt, "error", 300000));
        assert_true(fault_hits(attempt, "error", FAULT_MILLION));
        assert_false(fault_hits(attempt, "error", 0));
        hits += hit;
    }
    assert_in_range(hits, 2700, 3300);
    assert_false(fault_hits(NULL, "error", FAULT_MILLION));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_read_exactly),
        cmocka_unit_test(what_is_no_rate_is_refused),
        cmocka_unit_test(a_rate_is_written_as_it_is_read),
        cmocka_unit_test(a_fault_hits_its_share_and_the_same_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
