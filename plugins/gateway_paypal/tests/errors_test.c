/*
 * errors_test.c: PayPal's words in Stripe's.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "paypal_errors.h"

static void issues_mean_what_they_say(void **state)
{
    (void)state;
    const struct {
        const char *issue;
        int32_t means;
    } cases[] = {
        { "INSTRUMENT_DECLINED", ISSUE_DECLINES },
        { "ORDER_NOT_APPROVED", ISSUE_DECLINES },
        { "DUPLICATE_INVOICE_ID", ISSUE_BUSY },
        { "PREVIOUS_REQUEST_IN_PROGRESS", ISSUE_BUSY },
        { "RATE_LIMIT_REACHED", ISSUE_UNSENT },
        { "NOT_AUTHORIZED", ISSUE_UNSENT },
        { "AUTHORIZATION_ALREADY_CAPTURED", ISSUE_LOOK },
        { "CAPTURE_FULLY_REFUNDED", ISSUE_LOOK },
        { "MAX_CAPTURE_AMOUNT_EXCEEDED", ISSUE_REFUSES },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct paypal_issue *found = paypal_issue_find(cases[i].issue);
        assert_non_null(found);
        assert_int_equal(found->means, cases[i].means);
        assert_true(found->means != ISSUE_DECLINES || (found->code && found->decline_code));
    }
    assert_null(paypal_issue_find("A_NEW_WORD"));
    assert_null(paypal_issue_find(NULL));
}

static void declines_have_codes(void **state)
{
    (void)state;
    assert_string_equal(paypal_decline_find("5120")->decline_code, "insufficient_funds");
    assert_string_equal(paypal_decline_find("5400")->code, "expired_card");
    assert_string_equal(paypal_decline_find("9500")->decline_code, "fraudulent");
    const char *const others[] = { "????", "", NULL };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_string_equal(paypal_decline_find(others[i])->code, "card_declined");
        assert_string_equal(paypal_decline_find(others[i])->decline_code, "generic_decline");
    }
}

static void advice_and_checks(void **state)
{
    (void)state;
    assert_string_equal(paypal_advice("02"), "try_again_later");
    assert_string_equal(paypal_advice("21"), "do_not_try_again");
    assert_null(paypal_advice("99"));
    assert_string_equal(paypal_cvc_check("M"), "pass");
    assert_string_equal(paypal_cvc_check("N"), "fail");
    assert_null(paypal_cvc_check(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(issues_mean_what_they_say),
        cmocka_unit_test(declines_have_codes),
        cmocka_unit_test(advice_and_checks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
