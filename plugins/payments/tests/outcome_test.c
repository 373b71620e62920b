/*
 * outcome_test.c: only an explicit answer settles an attempt; a charge's state follows from its money.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "attempt_outcome.h"

static void only_an_explicit_answer_settles(void **state)
{
    (void)state;
    assert_string_equal(outcome_attempt_status(SL_GATEWAY_APPROVED), ATTEMPT_SUCCEEDED);
    assert_string_equal(outcome_attempt_status(SL_GATEWAY_DECLINED), ATTEMPT_DECLINED);
    assert_string_equal(outcome_attempt_status(SL_GATEWAY_UNKNOWN), ATTEMPT_UNKNOWN);
    assert_string_equal(outcome_attempt_status(SL_GATEWAY_PENDING), ATTEMPT_PENDING);
    assert_string_equal(outcome_attempt_status(0), ATTEMPT_UNKNOWN);
    assert_string_equal(outcome_attempt_status(99), ATTEMPT_UNKNOWN);
}

static void an_attempt_is_open_until_it_is_settled(void **state)
{
    (void)state;
    struct attempt attempt = { .status = ATTEMPT_STARTED, .unsettled = true };
    assert_true(attempt_is_open(&attempt));
    attempt.status = ATTEMPT_REQUIRES_ACTION;
    attempt.unsettled = false;
    assert_true(attempt_is_open(&attempt));
    assert_false(attempt_has_failed(&attempt));
    attempt.status = ATTEMPT_SUCCEEDED;
    assert_false(attempt_is_open(&attempt));
    attempt.status = ATTEMPT_ABANDONED;
    assert_false(attempt_is_open(&attempt));
    assert_true(attempt_has_failed(&attempt));
}

static const char *state_of(const char *status, int64_t captured, int64_t refunded, bool voided,
                            const char *action)
{
    struct charge charge = { .status = status,
                             .amount = 1000,
                             .amount_captured = captured,
                             .amount_refunded = refunded,
                             .captured = captured > 0,
                             .voided = voided,
                             .action_url = action };
    charge_state_refresh(&charge);
    return charge.state;
}

static void a_charge_has_one_state(void **state)
{
    (void)state;
    assert_string_equal(state_of("pending", 0, 0, false, NULL), "pending");
    assert_string_equal(state_of("pending", 0, 0, false, "http://localhost/"), "requires_action");
    assert_string_equal(state_of("failed", 0, 0, false, NULL), "failed");
    assert_string_equal(state_of("succeeded", 1000, 0, false, NULL), "succeeded");
    assert_string_equal(state_of("succeeded", 1000, 1, false, NULL), "partially_refunded");
    assert_string_equal(state_of("succeeded", 1000, 1000, false, NULL), "refunded");
    assert_string_equal(state_of("succeeded", 600, 600, false, NULL), "refunded");
    assert_string_equal(state_of("succeeded", 0, 0, true, NULL), "refunded");
    assert_string_equal(state_of("succeeded", 0, 0, false, NULL), "succeeded");
}

static void only_captured_money_can_be_given_back(void **state)
{
    (void)state;
    struct charge charge = {
        .amount = 1000, .amount_captured = 600, .amount_refunded = 100, .captured = true
    };
    assert_int_equal(charge_refundable(&charge), 500);
    charge.captured = false;
    assert_int_equal(charge_refundable(&charge), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_an_explicit_answer_settles),
        cmocka_unit_test(an_attempt_is_open_until_it_is_settled),
        cmocka_unit_test(a_charge_has_one_state),
        cmocka_unit_test(only_captured_money_can_be_given_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
