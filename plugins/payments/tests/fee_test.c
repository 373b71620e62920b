/*
 * fee_test.c: fees are whole minor units, half up, and never overflow into something small.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "balance_service.h"

static void a_fee_is_share_and_fixed_part(void **state)
{
    (void)state;
    assert_int_equal(fee_of(10000, 290, 30), 320);
    assert_int_equal(fee_of(1000, 290, 30), 59);
    assert_int_equal(fee_of(500, 290, 0), 15); /* 14.5 */
    assert_int_equal(fee_of(0, 290, 30), 30);
    assert_int_equal(fee_of(12345, 0, 0), 0);
    assert_int_equal(fee_of(12345, 10000, 0), 12345);
}

static void halves_go_up_and_less_goes_down(void **state)
{
    (void)state;
    assert_int_equal(fee_of(50, 100, 0), 1);  /* 0.50 */
    assert_int_equal(fee_of(49, 100, 0), 0);  /* 0.49 */
    assert_int_equal(fee_of(150, 100, 0), 2); /* 1.50 */
    assert_int_equal(fee_of(149, 100, 0), 1);
}

static void the_largest_amounts_fit_or_saturate(void **state)
{
    (void)state;
    assert_int_equal(fee_of(999999999999, 290, 30), 29000000030);
    assert_int_equal(fee_of(INT64_MAX, 10000, 1), INT64_MAX);
    assert_int_equal(fee_of(INT64_MAX, 10000, 0), INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fee_is_share_and_fixed_part),
        cmocka_unit_test(halves_go_up_and_less_goes_down),
        cmocka_unit_test(the_largest_amounts_fit_or_saturate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
