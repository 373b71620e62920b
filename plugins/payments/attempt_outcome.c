/*
 * attempt_outcome.c: what a gateway's word means, and which room applies it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "attempt_outcome.h"

static const struct {
    int32_t kind;
    const char *status;
} statuses[] = {
    { SL_GATEWAY_APPROVED, ATTEMPT_SUCCEEDED },
    { SL_GATEWAY_DECLINED, ATTEMPT_DECLINED },
    { SL_GATEWAY_PENDING, ATTEMPT_PENDING },
    { SL_GATEWAY_REQUIRES_ACTION, ATTEMPT_REQUIRES_ACTION },
    { SL_GATEWAY_NOT_SENT, ATTEMPT_NOT_SENT },
    { SL_GATEWAY_UNSUPPORTED, ATTEMPT_NOT_SENT },
    { SL_GATEWAY_NEVER_HAPPENED, ATTEMPT_DECLINED },
};

const char *outcome_attempt_status(int32_t kind)
{
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        if (statuses[i].kind == kind)
            return statuses[i].status;
    }
    return ATTEMPT_UNKNOWN;
}

static bool authentication_failed(const struct attempt *before, const sl_gateway_outcome *outcome)
{
    return same(before->status, ATTEMPT_REQUIRES_ACTION) &&
           (!outcome->code || same(outcome->code, "authentication_failed") ||
            same(outcome->code, "authentication_failure") ||
            same(outcome->code, "payment_intent_authentication_failure") ||
            same(outcome->code, "setup_intent_authentication_failure"));
}

void outcome_normalize(sl_context *cx, const struct attempt *before, sl_gateway_outcome *outcome)
{
    if (outcome->kind == SL_GATEWAY_UNSUPPORTED) {
        outcome->code = "payment_method_not_available";
        outcome->message = sl_format(cx, "The gateway %s cannot do that.", before->gateway);
    }
    if (outcome->kind == SL_GATEWAY_NEVER_HAPPENED && !outcome->code) {
        outcome->code = "processing_error";
        outcome->decline_code = "processing_error";
        outcome->advice_code = "try_again_later";
        outcome->message =
            "An error occurred while processing your card. Try again in a little bit.";
    }
    if (outcome->kind != SL_GATEWAY_DECLINED)
        return;
    if (authentication_failed(before, outcome)) {
        outcome->code = before->setup_intent ? "setup_intent_authentication_failure"
                                             : "payment_intent_authentication_failure";
        outcome->decline_code = NULL;
        outcome->advice_code = NULL;
        outcome->message = "The provided PaymentMethod has failed authentication. You can provide "
                           "payment_method_data or a new PaymentMethod to attempt to fulfill this "
                           "PaymentIntent again.";
    }
    if (!outcome->code)
        outcome->code = "card_declined";
    if (!outcome->message)
        outcome->message = "Your card was declined.";
}

static const struct {
    const char *operation;
    sl_status (*apply)(sl_context *cx, struct settlement *settlement, const struct attempt *before);
} operations[] = {
    { ATTEMPT_AUTHORIZE, payment_outcome_apply }, { ATTEMPT_CAPTURE, capture_outcome_apply },
    { ATTEMPT_VOID, void_outcome_apply },         { ATTEMPT_REFUND, refund_outcome_apply },
    { ATTEMPT_SETUP, setup_outcome_apply },
};

sl_status outcome_apply(sl_context *cx, struct settlement *settlement, const struct attempt *before)
{
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        if (same(operations[i].operation, before->operation))
            return operations[i].apply(cx, settlement, before);
    }
    return sl_fail(cx, SL_E_INTERNAL, NULL, "Unknown operation of attempt %s.", before->id);
}
