/*
 * outcome.c: what the simulator answers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "outcome.h"

#include <string.h>

void outcome_set(sl_gateway_outcome *ret, int32_t kind)
{
    ret->kind = kind;
    ret->amount = SL_NONE;
    ret->fee = SL_NONE;
    ret->reference = NULL;
    ret->code = NULL;
    ret->decline_code = NULL;
    ret->advice_code = NULL;
    ret->message = NULL;
    ret->action_url = NULL;
    ret->network_code = NULL;
    ret->cvc_check = NULL;
    ret->available = false;
}

void outcome_decline(sl_gateway_outcome *ret, const char *code, const char *decline_code,
                     const char *advice, const char *message)
{
    outcome_set(ret, SL_GATEWAY_DECLINED);
    ret->code = code;
    ret->decline_code = decline_code;
    ret->advice_code = advice;
    ret->message = message;
}

static bool challenges(const struct test_card *card)
{
    return card->behaviour == CARD_AUTHENTICATES || card->behaviour == CARD_AUTHENTICATES_PRESENT;
}

bool outcome_needs_challenge(const struct test_card *card, const sl_gateway_payment *payment)
{
    return card && challenges(card) && !payment->off_session && !payment->authenticated;
}

static void authorize_final(const struct test_card *card, const sl_gateway_payment *payment,
                            sl_gateway_outcome *ret)
{
    bool later = card->behaviour == CARD_DECLINES_CHARGES ||
                 (card->behaviour == CARD_AUTHENTICATES && card->code != NULL);
    if (card->code && !(later && payment->setup)) {
        outcome_decline(ret, card->code, card->decline_code, card->advice,
                        decline_message(card->code, card->decline_code));
        return;
    }
    outcome_set(ret, SL_GATEWAY_APPROVED);
    ret->cvc_check = card->cvc_check;
    ret->available = card->behaviour == CARD_AVAILABLE;
}

void outcome_authorize(const struct test_card *card, const sl_gateway_payment *payment,
                       const char *challenge, sl_gateway_outcome *ret)
{
    if (!card) {
        outcome_decline(ret, "card_declined", "invalid_account", "do_not_try_again",
                        "Your card was declined.");
        return;
    }
    if (card->behaviour == CARD_AUTHENTICATES && payment->off_session && !payment->authenticated) {
        outcome_decline(ret, "authentication_required", "authentication_required", NULL,
                        decline_message("authentication_required", NULL));
        return;
    }
    if (!outcome_needs_challenge(card, payment)) {
        authorize_final(card, payment, ret);
        return;
    }
    if (!challenge || strcmp(challenge, CHALLENGE_OPEN) == 0)
        outcome_set(ret, SL_GATEWAY_REQUIRES_ACTION);
    else if (strcmp(challenge, CHALLENGE_COMPLETE) == 0)
        authorize_final(card, payment, ret);
    else
        outcome_decline(
            ret,
            payment->setup ? "setup_intent_authentication_failure"
                           : "payment_intent_authentication_failure",
            NULL, NULL,
            "We are unable to authenticate your payment method. Please choose a different "
            "payment method and try again.");
}

void outcome_capture(const struct test_card *card, sl_gateway_outcome *ret)
{
    outcome_set(ret, SL_GATEWAY_APPROVED);
    ret->available = card && card->behaviour == CARD_AVAILABLE;
}

void outcome_refund(const struct test_card *card, bool later, sl_gateway_outcome *ret)
{
    bool pends =
        card && (card->behaviour == CARD_REFUND_PENDS || card->behaviour == CARD_REFUND_FAILS);
    if (pends && !later)
        outcome_set(ret, SL_GATEWAY_PENDING);
    else if (pends && card->behaviour == CARD_REFUND_FAILS)
        outcome_decline(ret, "expired_or_canceled_card", NULL, NULL,
                        "The refund failed: the card has expired or was canceled.");
    else
        outcome_set(ret, SL_GATEWAY_APPROVED);
}

void outcome_void(const char *challenge, bool captured, sl_gateway_outcome *ret)
{
    if (challenge && captured && strcmp(challenge, CHALLENGE_COMPLETE) == 0)
        outcome_decline(ret, "charge_already_captured", NULL, NULL,
                        "The customer has completed the authentication: the payment was captured.");
    else
        outcome_set(ret, SL_GATEWAY_APPROVED);
}

bool outcome_is_disputed(const struct test_card *card, const sl_gateway_payment *payment,
                         const sl_gateway_outcome *outcome)
{
    return card && card->behaviour == CARD_DISPUTED && !payment->setup &&
           outcome->kind == SL_GATEWAY_APPROVED;
}
