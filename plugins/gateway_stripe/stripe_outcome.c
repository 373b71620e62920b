/*
 * stripe_outcome.c: what Stripe's objects and errors mean.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "stripe_outcome.h"

#include <string.h>

#include "stripe_currency.h"

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static const char *text_at(const sl_value *value, const char *path)
{
    return sl_value_string(sl_value_at(value, path), NULL);
}

static bool is(const sl_gateway_payment *payment, const char *operation)
{
    return same(payment->operation, operation);
}

void outcome_set(sl_gateway_outcome *ret, int32_t kind)
{
    *ret = (sl_gateway_outcome){
        .struct_size = sizeof(*ret), .kind = kind, .amount = SL_NONE, .fee = SL_NONE
    };
}

static void decline(sl_gateway_outcome *ret, const char *code, const char *message)
{
    outcome_set(ret, SL_GATEWAY_DECLINED);
    ret->code = code;
    ret->message = message;
}

static void unknown(sl_gateway_outcome *ret, const char *message)
{
    outcome_set(ret, SL_GATEWAY_UNKNOWN);
    ret->message = message;
}

/* ---- objects ---- */

/* The fee is told in the currency of the payout: only when that is the charge's own do its units mean the same. */
static void balance_read(const sl_gateway_payment *payment, const sl_value *balance,
                         sl_gateway_outcome *ret)
{
    const char *currency = text_at(balance, "currency");
    int64_t fee = sl_value_int(sl_value_member(balance, "fee"), -1);
    if (fee >= 0 && same(currency, payment->currency) && stripe_amount_read(fee, currency, &fee))
        ret->fee = fee;
    ret->available = same(text_at(balance, "status"), "available");
}

static void error_read(const sl_value *error, sl_gateway_outcome *ret)
{
    decline(ret, text_at(error, "code"), text_at(error, "message"));
    ret->decline_code = text_at(error, "decline_code");
    ret->advice_code = text_at(error, "advice_code");
    ret->network_code = text_at(error, "network_decline_code");
}

/* Where the customer goes. Stripe's own script has an address too when it is told to do it. */
static const char *action_url(const sl_value *intent)
{
    const char *url = text_at(intent, "next_action.redirect_to_url.url");
    if (!url)
        url = text_at(intent, "next_action.use_stripe_sdk.stripe_js");
    return url && (strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0) ? url
                                                                                        : NULL;
}

static void action_read(const sl_value *intent, sl_gateway_outcome *ret)
{
    const char *url = action_url(intent);
    if (!url) {
        unknown(ret, "Stripe asks for an action that has no address.");
        return;
    }
    outcome_set(ret, SL_GATEWAY_REQUIRES_ACTION);
    ret->action_url = url;
}

static void approved_read(const sl_gateway_payment *payment, const sl_value *intent,
                          sl_gateway_outcome *ret)
{
    outcome_set(ret, SL_GATEWAY_APPROVED);
    ret->cvc_check = text_at(intent, "latest_charge.payment_method_details.card.checks.cvc_check");
    balance_read(payment, sl_value_at(intent, "latest_charge.balance_transaction"), ret);
}

static void authorization_read(const sl_gateway_payment *payment, const sl_value *intent,
                               const char *status, sl_gateway_outcome *ret)
{
    const sl_value *error =
        sl_value_member(intent, payment->setup ? "last_setup_error" : "last_payment_error");
    bool failed = sl_value_type(error) == SL_VALUE_OBJECT;
    if (same(status, "succeeded") || same(status, "requires_capture"))
        approved_read(payment, intent, ret);
    else if (same(status, "processing"))
        outcome_set(ret, SL_GATEWAY_PENDING);
    else if (same(status, "requires_action"))
        action_read(intent, ret);
    else if (same(status, "canceled"))
        decline(ret, "payment_intent_payment_attempt_expired",
                "The payment was canceled at Stripe before it came about.");
    else if (same(status, "requires_payment_method") && failed)
        error_read(error, ret);
    else
        unknown(ret, "Stripe has not carried the payment out.");
}

/* Whether what was received is what was to be captured: somebody may have captured it at Stripe's own pages. */
static bool captured_as_asked(const sl_gateway_payment *payment, const sl_value *intent)
{
    int64_t asked = 0;
    return stripe_amount_of(payment->amount, payment->currency, &asked) &&
           sl_value_int(sl_value_member(intent, "amount_received"), asked) == asked;
}

static void capture_read(const sl_gateway_payment *payment, const sl_value *intent,
                         const char *status, sl_gateway_outcome *ret)
{
    if (same(status, "succeeded") && captured_as_asked(payment, intent))
        approved_read(payment, intent, ret);
    else if (same(status, "succeeded"))
        decline(ret, "charge_already_captured", "Another amount was captured at Stripe.");
    else if (same(status, "processing"))
        outcome_set(ret, SL_GATEWAY_PENDING);
    else if (same(status, "canceled"))
        decline(ret, "charge_expired_for_capture",
                "The payment was canceled at Stripe before it was captured.");
    else
        unknown(ret, "Stripe has not carried the capture out.");
}

static void void_read(const char *status, sl_gateway_outcome *ret)
{
    if (same(status, "canceled"))
        outcome_set(ret, SL_GATEWAY_APPROVED);
    else if (same(status, "succeeded"))
        decline(ret, "charge_already_captured", "The payment was captured at Stripe.");
    else
        unknown(ret, "Stripe has not carried the cancellation out.");
}

static void refund_read(const sl_value *refund, const char *status, sl_gateway_outcome *ret)
{
    if (same(status, "succeeded"))
        outcome_set(ret, SL_GATEWAY_APPROVED);
    else if (same(status, "pending") || same(status, "requires_action"))
        outcome_set(ret, SL_GATEWAY_PENDING);
    else if (same(status, "failed") || same(status, "canceled"))
        decline(ret, text_at(refund, "failure_reason"), "The refund failed at Stripe.");
    else
        unknown(ret, "Stripe's answer says nothing of the refund.");
}

void outcome_of_object(sl_context *cx, const sl_gateway_payment *payment, const sl_value *object,
                       sl_gateway_outcome *ret)
{
    (void)cx;
    const char *status = text_at(object, "status");
    const char *id = text_at(object, "id");
    if (!id || !status)
        unknown(ret, "Stripe's answer is no object that it should be.");
    else if (is(payment, "refund"))
        refund_read(object, status, ret);
    else if (is(payment, "capture"))
        capture_read(payment, object, status, ret);
    else if (is(payment, "void"))
        void_read(status, ret);
    else
        authorization_read(payment, object, status, ret);
    ret->reference = id;
}

/* ---- answers ---- */

static void declined_read(const sl_gateway_payment *payment, const sl_value *error,
                          sl_gateway_outcome *ret)
{
    error_read(error, ret);
    if (!ret->message)
        ret->message = "Your card was declined.";
    ret->reference = text_at(error, payment->setup ? "setup_intent.id" : "payment_intent.id");
}

void outcome_of_answer(sl_context *cx, const sl_gateway_payment *payment,
                       const struct stripe_answer *answer, sl_gateway_outcome *ret)
{
    switch (answer->kind) {
    case ANSWER_DONE:
        outcome_of_object(cx, payment, answer->object, ret);
        return;
    case ANSWER_DECLINED:
        declined_read(payment, answer->error, ret);
        return;
    case ANSWER_REFUSED:
        outcome_set(ret, SL_GATEWAY_NOT_SENT);
        ret->code = answer->code ? answer->code : "gateway_refused";
        ret->message = answer->message;
        return;
    case ANSWER_UNSENT:
        outcome_set(ret, SL_GATEWAY_NOT_SENT);
        ret->message = answer->message;
        return;
    default:
        unknown(ret, answer->message);
    }
}
