/*
 * amounts_test.c: amounts and moments as PayPal writes them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "paypal_currency.h"
#include "paypal_options.h"
#include "paypal_time.h"

static void fractions_that_paypal_does_not_take_do_not_fit(void **state)
{
    (void)state;
    const char *const whole[] = { "huf", "twd", "HUF", "Twd" };
    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
        assert_true(paypal_amount_fits(120000, whole[i]));
        assert_false(paypal_amount_fits(120001, whole[i]));
        assert_false(paypal_amount_fits(120010, whole[i]));
    }
    const char *const usual[] = { "usd", "eur", "jpy", "gbp", "thb" };
    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
        assert_true(paypal_amount_fits(1999, usual[i]));
    assert_false(paypal_amount_fits(-1, "usd"));
    assert_false(paypal_amount_fits(1, "xxq"));
}

static void every_currency_that_paypal_takes_is_known_here(void **state)
{
    (void)state;
    size_t count = 0;
    for (; paypal_currencies[count]; count++)
        assert_true(paypal_amount_fits(100, paypal_currencies[count]));
    assert_int_equal(count, 24);
}

static void moments_are_read(void **state)
{
    (void)state;
    assert_int_equal(paypal_time_read("1970-01-01T00:00:00Z"), 0);
    assert_int_equal(paypal_time_read("2026-01-31T11:59:58.596Z"), 1769860798);
    assert_int_equal(paypal_time_read("2024-02-29T23:59:59Z"), 1709251199);
    assert_int_equal(paypal_time_read("2000-03-01T00:00:00Z"), 951868800);
    const char *const none[] = { NULL, "", "2026", "2026-13-01T00:00:00Z", "2026-01-31 11:59:58" };
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_int_equal(paypal_time_read(none[i]), 0);
}

static bool ready(const char *base, bool livemode, bool production)
{
    const struct paypal_options options = { .client_id = "id",
                                            .client_secret = "secret",
                                            .api_base = base };
    return paypal_ready(&options, livemode, production);
}

static void tests_move_no_money(void **state)
{
    (void)state;
    const char *const live[] = { "https://api-m.paypal.com", "https://api.paypal.com/",
                                 "https://api-m.paypal.com:443" };
    for (size_t i = 0; i < sizeof(live) / sizeof(live[0]); i++) {
        assert_true(ready(live[i], true, true));
        assert_false(ready(live[i], false, false));
    }
    const char *const sandbox[] = { "https://api-m.sandbox.paypal.com", "http://127.0.0.1:1",
                                    "https://api-m.paypal.com.example" };
    for (size_t i = 0; i < sizeof(sandbox) / sizeof(sandbox[0]); i++) {
        assert_true(ready(sandbox[i], false, true));
        assert_true(ready(sandbox[i], true, false));
        assert_false(ready(sandbox[i], true, true));
    }
    const struct paypal_options half = { .client_id = "id", .api_base = live[0] };
    assert_false(paypal_ready(&half, true, true));
    assert_false(paypal_ready(NULL, true, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fractions_that_paypal_does_not_take_do_not_fit),
        cmocka_unit_test(every_currency_that_paypal_takes_is_known_here),
        cmocka_unit_test(moments_are_read),
        cmocka_unit_test(tests_move_no_money),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
