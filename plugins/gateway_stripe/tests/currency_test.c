/*
 * currency_test.c: amounts as Stripe counts them, by its table of special currencies.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "stripe_currency.h"

#define REFUSED (-1)

static int64_t asked(int64_t amount, const char *currency)
{
    int64_t theirs = REFUSED;
    return stripe_amount_of(amount, currency, &theirs) ? theirs : REFUSED;
}

static int64_t said(int64_t amount, const char *currency)
{
    int64_t ours = REFUSED;
    return stripe_amount_read(amount, currency, &ours) ? ours : REFUSED;
}

static void most_are_counted_alike(void **state)
{
    (void)state;
    const char *const alike[] = { "usd", "eur", "jpy", "krw", "huf", "twd", "vnd", "clp", "USD" };
    for (size_t i = 0; i < sizeof(alike) / sizeof(alike[0]); i++) {
        assert_int_equal(asked(1999, alike[i]), 1999);
        assert_int_equal(said(1999, alike[i]), 1999);
    }
}

static void three_decimals_end_in_a_zero(void **state)
{
    (void)state;
    const char *const three[] = { "bhd", "jod", "kwd", "omr", "tnd" };
    for (size_t i = 0; i < sizeof(three) / sizeof(three[0]); i++) {
        assert_int_equal(asked(5120, three[i]), 5120);
        assert_int_equal(asked(5124, three[i]), REFUSED);
        assert_int_equal(said(5120, three[i]), 5120);
    }
}

static void some_have_decimals_only_at_one_side(void **state)
{
    (void)state;
    assert_int_equal(asked(5, "isk"), 500);
    assert_int_equal(said(500, "isk"), 5);
    assert_int_equal(asked(7000, "UGX"), 700000);
    assert_int_equal(said(700000, "ugx"), 7000);
    assert_int_equal(asked(500, "mga"), 5);
    assert_int_equal(asked(501, "mga"), REFUSED);
    assert_int_equal(said(5, "mga"), 500);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    assert_int_equal(asked(INT64_MAX / 10, "isk"), REFUSED);
    assert_int_equal(said(INT64_MAX / 10, "mga"), REFUSED);
    assert_int_equal(asked(1, "xxq"), REFUSED);
    assert_int_equal(asked(-1, "usd"), REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(most_are_counted_alike),
        cmocka_unit_test(three_decimals_end_in_a_zero),
        cmocka_unit_test(some_have_decimals_only_at_one_side),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
