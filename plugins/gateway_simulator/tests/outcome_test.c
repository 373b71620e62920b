/*
 * outcome_test.c: each card's behaviour, at the counter and off session, before and after the customer's challenge.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "outcome.h"

static sl_gateway_outcome authorize(const char *name, bool off_session, bool setup,
                                    const char *challenge)
{
    const sl_gateway_payment payment = { .struct_size = sizeof(payment),
                                         .attempt = "pay_1",
                                         .amount = 1000,
                                         .currency = "usd",
                                         .off_session = off_session,
                                         .setup = setup };
    const struct test_card *card = card_by_name(name);
    assert_non_null(card);
    sl_gateway_outcome outcome = { .struct_size = sizeof(outcome) };
    outcome_authorize(card, &payment, challenge, &outcome);
    return outcome;
}

static void plain_cards_approve(void **state)
{
    (void)state;
    const char *const names[] = { "pm_card_visa", "pm_card_amex", "tok_gb_debit", "card_0101",
                                  "card_0259",    "card_7726",    "card_3055" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_int_equal(authorize(names[i], false, false, NULL).kind, SL_GATEWAY_APPROVED);
    assert_string_equal(authorize("card_0101", false, false, NULL).cvc_check, "fail");
}

static void money_of_some_cards_is_available_at_once(void **state)
{
    (void)state;
    sl_gateway_outcome outcome = { .struct_size = sizeof(outcome) };
    assert_true(authorize("pm_card_bypassPending", false, false, NULL).available);
    assert_true(authorize("card_0278", true, false, NULL).available);
    assert_false(authorize("pm_card_visa", false, false, NULL).available);
    outcome_capture(card_by_name("card_0077"), &outcome);
    assert_int_equal(outcome.kind, SL_GATEWAY_APPROVED);
    assert_true(outcome.available);
    outcome_capture(card_by_name("card_4242"), &outcome);
    assert_false(outcome.available);
    outcome_capture(NULL, &outcome);
    assert_false(outcome.available);
}

static void declining_cards_decline_with_their_code(void **state)
{
    (void)state;
    const struct {
        const char *name;
        const char *code;
        const char *decline_code;
    } rows[] = { { "card_0002", "card_declined", "generic_decline" },
                 { "card_9995", "card_declined", "insufficient_funds" },
                 { "card_9987", "card_declined", "lost_card" },
                 { "card_9979", "card_declined", "stolen_card" },
                 { "card_0069", "expired_card", "expired_card" },
                 { "card_0127", "incorrect_cvc", "incorrect_cvc" },
                 { "card_0119", "processing_error", "processing_error" },
                 { "card_6975", "card_declined", "card_velocity_exceeded" } };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (int setup = 0; setup < 2; setup++) {
            sl_gateway_outcome outcome = authorize(rows[i].name, false, setup == 1, NULL);
            assert_int_equal(outcome.kind, SL_GATEWAY_DECLINED);
            assert_string_equal(outcome.code, rows[i].code);
            assert_string_equal(outcome.decline_code, rows[i].decline_code);
            assert_non_null(outcome.message);
        }
    }
}

static void a_card_that_declines_later_can_be_set_up(void **state)
{
    (void)state;
    assert_int_equal(authorize("card_0341", false, true, NULL).kind, SL_GATEWAY_APPROVED);
    assert_int_equal(authorize("card_0341", false, false, NULL).kind, SL_GATEWAY_DECLINED);
    assert_int_equal(authorize("card_0341", true, false, NULL).kind, SL_GATEWAY_DECLINED);
}

static void a_challenge_decides_what_follows(void **state)
{
    (void)state;
    const char *const names[] = { "card_3155", "card_3184", "card_3220", "card_3063", "card_0446" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(authorize(names[i], false, false, NULL).kind, SL_GATEWAY_REQUIRES_ACTION);
        assert_int_equal(authorize(names[i], false, false, CHALLENGE_OPEN).kind,
                         SL_GATEWAY_REQUIRES_ACTION);
        assert_int_equal(authorize(names[i], false, false, CHALLENGE_COMPLETE).kind,
                         SL_GATEWAY_APPROVED);
        assert_int_equal(authorize(names[i], false, false, CHALLENGE_CANCELED).kind,
                         SL_GATEWAY_DECLINED);
        sl_gateway_outcome failed = authorize(names[i], false, false, CHALLENGE_FAILED);
        assert_int_equal(failed.kind, SL_GATEWAY_DECLINED);
        assert_string_equal(failed.code, "payment_intent_authentication_failure");
        assert_string_equal(authorize(names[i], false, true, CHALLENGE_FAILED).code,
                            "setup_intent_authentication_failure");
    }
    sl_gateway_outcome poor = authorize("card_3178", false, false, CHALLENGE_COMPLETE);
    assert_int_equal(poor.kind, SL_GATEWAY_DECLINED);
    assert_string_equal(poor.decline_code, "insufficient_funds");
    assert_int_equal(authorize("card_3178", false, true, CHALLENGE_COMPLETE).kind,
                     SL_GATEWAY_APPROVED);
}

static void nobody_is_there_off_session(void **state)
{
    (void)state;
    sl_gateway_outcome outcome = authorize("card_3184", true, false, NULL);
    assert_int_equal(outcome.kind, SL_GATEWAY_DECLINED);
    assert_string_equal(outcome.code, "authentication_required");
    assert_int_equal(authorize("card_3155", true, false, NULL).kind, SL_GATEWAY_APPROVED);
    assert_int_equal(authorize("card_0446", true, false, NULL).kind, SL_GATEWAY_APPROVED);
}

static void refunds_pend_settle_or_fail(void **state)
{
    (void)state;
    const struct {
        const char *name;
        int32_t first;
        int32_t later;
    } rows[] = { { "card_4242", SL_GATEWAY_APPROVED, SL_GATEWAY_APPROVED },
                 { "card_7726", SL_GATEWAY_PENDING, SL_GATEWAY_APPROVED },
                 { "card_5126", SL_GATEWAY_PENDING, SL_GATEWAY_DECLINED } };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        sl_gateway_outcome outcome;
        outcome_refund(card_by_name(rows[i].name), false, &outcome);
        assert_int_equal(outcome.kind, rows[i].first);
        outcome_refund(card_by_name(rows[i].name), true, &outcome);
        assert_int_equal(outcome.kind, rows[i].later);
    }
}

static void a_completed_and_captured_challenge_is_not_voided(void **state)
{
    (void)state;
    sl_gateway_outcome outcome;
    outcome_void(CHALLENGE_COMPLETE, true, &outcome);
    assert_int_equal(outcome.kind, SL_GATEWAY_DECLINED);
    outcome_void(CHALLENGE_COMPLETE, false, &outcome);
    assert_int_equal(outcome.kind, SL_GATEWAY_APPROVED);
    outcome_void(CHALLENGE_CANCELED, true, &outcome);
    assert_int_equal(outcome.kind, SL_GATEWAY_APPROVED);
    outcome_void(NULL, true, &outcome);
    assert_int_equal(outcome.kind, SL_GATEWAY_APPROVED);
}

static void only_approved_charges_are_disputed(void **state)
{
    (void)state;
    const struct test_card *card = card_by_name("pm_card_createDispute");
    const sl_gateway_payment payment = { .attempt = "pay_1" };
    const sl_gateway_payment setup = { .attempt = "pay_2", .setup = true };
    sl_gateway_outcome outcome;
    outcome_authorize(card, &payment, NULL, &outcome);
    assert_true(outcome_is_disputed(card, &payment, &outcome));
    assert_false(outcome_is_disputed(card, &setup, &outcome));
    assert_false(outcome_is_disputed(card_by_name("pm_card_visa"), &payment, &outcome));
    outcome_set(&outcome, SL_GATEWAY_DECLINED);
    assert_false(outcome_is_disputed(card, &payment, &outcome));
}

static void a_token_that_is_no_card_declines(void **state)
{
    (void)state;
    const sl_gateway_payment payment = { .attempt = "pay_1" };
    sl_gateway_outcome outcome;
    outcome_authorize(NULL, &payment, NULL, &outcome);
    assert_int_equal(outcome.kind, SL_GATEWAY_DECLINED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_cards_approve),
        cmocka_unit_test(money_of_some_cards_is_available_at_once),
        cmocka_unit_test(declining_cards_decline_with_their_code),
        cmocka_unit_test(a_card_that_declines_later_can_be_set_up),
        cmocka_unit_test(a_challenge_decides_what_follows),
        cmocka_unit_test(nobody_is_there_off_session),
        cmocka_unit_test(refunds_pend_settle_or_fail),
        cmocka_unit_test(a_completed_and_captured_challenge_is_not_voided),
        cmocka_unit_test(only_approved_charges_are_disputed),
        cmocka_unit_test(a_token_that_is_no_card_declines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
