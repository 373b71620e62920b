/*
 * admission_test.c: the number of requests at once follows how long the quickest waited.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/http/admission.h"

#define MOST 400u

static int64_t now;

/* One interval in which `working` requests are on their way and the quickest takes so long; 0: none ends. */
static void interval_run(sl_admission *a, uint32_t working, int64_t quickest_us)
{
    for (uint32_t i = 0; i < working; i++)
        (void)sl_admission_take(a, i, now);
    if (quickest_us) {
        sl_admission_done(a, quickest_us * 3);
        sl_admission_done(a, quickest_us);
    }
    now += 100;
    (void)sl_admission_take(a, 0, now);
}

static void takes_the_limit_and_no_more(void **state)
{
    (void)state;
    sl_admission a;
    sl_admission_init(&a, MOST, 250);
    assert_true(sl_admission_take(&a, MOST - 1, now));
    assert_false(sl_admission_take(&a, MOST, now));
}

static void shrinks_while_all_wait_and_not_below_a_quarter(void **state)
{
    (void)state;
    sl_admission a;
    sl_admission_init(&a, MOST, 250);
    interval_run(&a, MOST, 300000);
    assert_int_equal(a.limit, 300);
    assert_false(sl_admission_take(&a, 300, now));
    for (int i = 0; i < 20; i++)
        interval_run(&a, MOST, 300000);
    assert_int_equal(a.limit, MOST / 4);
    assert_true(sl_admission_take(&a, MOST / 4 - 1, now));
}

static void one_quick_request_keeps_it(void **state)
{
    (void)state;
    sl_admission a;
    sl_admission_init(&a, MOST, 250);
    interval_run(&a, 1, 1000);
    sl_admission_done(&a, 900000);
    interval_run(&a, MOST, 1000);
    assert_int_equal(a.limit, MOST);
}

static void is_whole_again_within_two_seconds(void **state)
{
    (void)state;
    sl_admission a;
    sl_admission_init(&a, MOST, 250);
    for (int i = 0; i < 20; i++)
        interval_run(&a, MOST, 300000);
    for (int i = 0; i < 20; i++)
        interval_run(&a, 10, 1000);
    assert_int_equal(a.limit, MOST);
}

static void a_few_slow_ones_are_no_queue(void **state)
{
    (void)state;
    sl_admission a;
    sl_admission_init(&a, MOST, 250);
    for (int i = 0; i < 20; i++)
        interval_run(&a, 10, 900000);
    assert_int_equal(a.limit, MOST);
}

static void a_small_limit_stays(void **state)
{
    (void)state;
    sl_admission a;
    sl_admission_init(&a, 16, 250);
    for (int i = 0; i < 20; i++)
        interval_run(&a, 16, 900000);
    assert_true(sl_admission_take(&a, 15, now));
    assert_false(sl_admission_take(&a, 16, now));
}

static void a_standstill_counts_as_waiting(void **state)
{
    (void)state;
    sl_admission a;
    sl_admission_init(&a, MOST, 250);
    interval_run(&a, 1, 1000);
    for (int i = 0; i < 20; i++)
        interval_run(&a, MOST, 0);
    assert_int_equal(a.limit, MOST / 4);
    /* Nothing to do is none. */
    sl_admission_init(&a, MOST, 250);
    for (int i = 0; i < 20; i++)
        interval_run(&a, 1, 0);
    assert_int_equal(a.limit, MOST);
}

static void without_patience_the_limit_stays(void **state)
{
    (void)state;
    sl_admission a;
    sl_admission_init(&a, MOST, 0);
    for (int i = 0; i < 20; i++)
        interval_run(&a, MOST, 9000000);
    assert_true(sl_admission_take(&a, MOST - 1, now));
    assert_false(sl_admission_take(&a, MOST, now));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_limit_and_no_more),
        cmocka_unit_test(shrinks_while_all_wait_and_not_below_a_quarter),
        cmocka_unit_test(one_quick_request_keeps_it),
        cmocka_unit_test(is_whole_again_within_two_seconds),
        cmocka_unit_test(a_few_slow_ones_are_no_queue),
        cmocka_unit_test(a_small_limit_stays),
        cmocka_unit_test(a_standstill_counts_as_waiting),
        cmocka_unit_test(without_patience_the_limit_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
