/*
 * paypal_outcome.c: what PayPal's objects and errors mean.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "paypal_outcome.h"

#include <string.h>

#include "paypal_currency.h"

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static const char *text_at(const sl_value *value, const char *path)
{
    return sl_value_string(sl_value_at(value, path), NULL);
}

bool paypal_is(const sl_gateway_payment *payment, const char *operation)
{
    return same(payment->operation, operation);
}

void outcome_set(sl_gateway_outcome *ret, int32_t kind)
{
    *ret = (sl_gateway_outcome){
        .struct_size = sizeof(*ret), .kind = kind, .amount = SL_NONE, .fee = SL_NONE
    };
}

void outcome_unknown(sl_gateway_outcome *ret, const char *why)
{
    outcome_set(ret, SL_GATEWAY_UNKNOWN);
    ret->message = why;
}

static void decline(sl_gateway_outcome *ret, const char *code, const char *message)
{
    outcome_set(ret, SL_GATEWAY_DECLINED);
    ret->code = code;
    ret->message = message;
}

const sl_value *order_parts(const sl_value *order, const char *name)
{
    return sl_value_member(sl_value_at(order, "purchase_units.0.payments"), name);
}

static const sl_value *part_first(const sl_value *order, const char *name)
{
    return sl_value_item(order_parts(order, name), 0, NULL);
}

/* ---- parts ---- */

#define PART_DONE 1
#define PART_PENDING 2
#define PART_FAILED 3
#define PART_ENDED 4 /* an authorization that holds nothing any more */

/* The states of what an order lists. Sources: PayPal's definitions capture_status, authorization_status, refund_status. */
static const struct {
    const char *list;
    const char *status;
    int32_t means;
} states[] = {
    { PAYPAL_CAPTURES, "COMPLETED", PART_DONE },
    { PAYPAL_CAPTURES, "PARTIALLY_REFUNDED", PART_DONE },
    { PAYPAL_CAPTURES, "REFUNDED", PART_DONE },
    { PAYPAL_CAPTURES, "PENDING", PART_PENDING },
    { PAYPAL_CAPTURES, "DECLINED", PART_FAILED },
    { PAYPAL_CAPTURES, "FAILED", PART_FAILED },
    { PAYPAL_AUTHORIZATIONS, "CREATED", PART_DONE },
    { PAYPAL_AUTHORIZATIONS, "CAPTURED", PART_DONE },
    { PAYPAL_AUTHORIZATIONS, "PARTIALLY_CAPTURED", PART_DONE },
    { PAYPAL_AUTHORIZATIONS, "PENDING", PART_PENDING },
    { PAYPAL_AUTHORIZATIONS, "DENIED", PART_FAILED },
    { PAYPAL_AUTHORIZATIONS, "VOIDED", PART_ENDED },
    { PAYPAL_AUTHORIZATIONS, "EXPIRED", PART_ENDED },
    { PAYPAL_REFUNDS, "COMPLETED", PART_DONE },
    { PAYPAL_REFUNDS, "PENDING", PART_PENDING },
    { PAYPAL_REFUNDS, "FAILED", PART_FAILED },
    { PAYPAL_REFUNDS, "CANCELLED", PART_FAILED },
};

static int32_t part_means(const char *list, const sl_value *part)
{
    const char *status = text_at(part, "status");
    for (size_t i = 0; status && i < sizeof(states) / sizeof(states[0]); i++) {
        if (strcmp(states[i].list, list) == 0 && strcmp(states[i].status, status) == 0)
            return states[i].means;
    }
    return 0;
}

static void declined_read(const sl_value *part, sl_gateway_outcome *ret)
{
    const sl_value *processor = sl_value_member(part, "processor_response");
    const char *response = text_at(processor, "response_code");
    const struct paypal_decline *known = paypal_decline_find(response);
    decline(ret, known->code, "Your card was declined.");
    ret->decline_code = known->decline_code;
    ret->network_code = response;
    ret->advice_code = paypal_advice(text_at(processor, "payment_advice_code"));
    ret->cvc_check = paypal_cvc_check(text_at(processor, "cvv_code"));
}

static void approved_read(const sl_gateway_payment *payment, const sl_value *part,
                          sl_gateway_outcome *ret)
{
    int64_t fee = 0;
    outcome_set(ret, SL_GATEWAY_APPROVED);
    ret->cvc_check = paypal_cvc_check(text_at(part, "processor_response.cvv_code"));
    if (paypal_amount_read(sl_value_at(part, "seller_receivable_breakdown.paypal_fee"),
                           payment->currency, &fee) &&
        fee >= 0)
        ret->fee = fee;
}

static void part_read(const sl_gateway_payment *payment, const char *list, const sl_value *part,
                      sl_gateway_outcome *ret)
{
    switch (part_means(list, part)) {
    case PART_DONE:
        approved_read(payment, part, ret);
        break;
    case PART_PENDING:
        outcome_set(ret, SL_GATEWAY_PENDING);
        break;
    case PART_FAILED:
        declined_read(part, ret);
        break;
    case PART_ENDED:
        decline(ret, "payment_intent_payment_attempt_expired",
                "The authorization has ended at PayPal.");
        break;
    default:
        outcome_unknown(ret, "PayPal's answer has no status that is known.");
    }
}

/* ---- payments ---- */

/* Where the customer goes; NULL when he cannot be asked, or cannot come back. */
static const char *action_url(const sl_gateway_payment *payment, const sl_value *order)
{
    const sl_value *links = sl_value_member(order, "links");
    for (uint32_t i = 0; i < sl_value_count(links); i++) {
        const sl_value *link = sl_value_item(links, i, NULL);
        const char *url = text_at(link, "href");
        bool web = url && (strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0);
        if (web && same(text_at(link, "rel"), "payer-action"))
            return payment->off_session || !payment->return_url ? NULL : url;
    }
    return NULL;
}

/* An order without a payment: nobody but this server can complete it. */
static void unpaid_read(const sl_gateway_payment *payment, const sl_value *order,
                        const char *status, sl_gateway_outcome *ret)
{
    const char *url = action_url(payment, order);
    if (same(status, "PAYER_ACTION_REQUIRED") && url) {
        outcome_set(ret, SL_GATEWAY_REQUIRES_ACTION);
        ret->action_url = url;
    } else if (same(status, "PAYER_ACTION_REQUIRED")) {
        decline(ret, "authentication_required",
                "Your card was declined. This transaction requires authentication.");
    } else if (same(status, "VOIDED")) {
        decline(ret, "payment_intent_payment_attempt_expired",
                "The payment was canceled at PayPal before it came about.");
    } else {
        outcome_unknown(ret, "PayPal has not carried the payment out.");
    }
}

void outcome_of_order(const sl_gateway_payment *payment, const sl_value *order,
                      sl_gateway_outcome *ret)
{
    const char *list = payment->capture ? PAYPAL_CAPTURES : PAYPAL_AUTHORIZATIONS;
    const char *id = text_at(order, "id");
    const char *status = text_at(order, "status");
    const char *attempt = text_at(order, "purchase_units.0.custom_id");
    const sl_value *part = part_first(order, list);
    if (!id || !status)
        outcome_unknown(ret, "PayPal's answer is no order.");
    else if (attempt && !same(attempt, payment->attempt))
        outcome_unknown(ret, "PayPal's answer is the order of another payment.");
    else if (part)
        part_read(payment, list, part, ret);
    else
        unpaid_read(payment, order, status, ret);
    ret->reference = id;
}

/* ---- what comes later ---- */

static const sl_value *part_of_attempt(const sl_gateway_payment *payment, const sl_value *order,
                                       const char *name)
{
    const sl_value *list = order_parts(order, name);
    for (uint32_t i = 0; i < sl_value_count(list); i++) {
        const sl_value *part = sl_value_item(list, i, NULL);
        if (same(text_at(part, "invoice_id"), payment->attempt))
            return part;
    }
    return NULL;
}

static void void_read(const sl_value *authorization, sl_gateway_outcome *ret)
{
    const char *status = text_at(authorization, "status");
    int32_t means = part_means(PAYPAL_AUTHORIZATIONS, authorization);
    if (means == PART_ENDED || means == PART_FAILED)
        outcome_set(ret, SL_GATEWAY_APPROVED);
    else if (same(status, "CAPTURED") || same(status, "PARTIALLY_CAPTURED"))
        decline(ret, "charge_already_captured", "The payment was captured at PayPal.");
    else
        outcome_unknown(ret, "PayPal has not carried the cancellation out.");
}

static void capture_missing_read(const sl_value *authorization, sl_gateway_outcome *ret)
{
    const char *status = text_at(authorization, "status");
    int32_t means = part_means(PAYPAL_AUTHORIZATIONS, authorization);
    if (means == PART_ENDED || means == PART_FAILED)
        decline(ret, "charge_expired_for_capture",
                "The authorization ended at PayPal before it was captured.");
    else if (same(status, "CAPTURED"))
        decline(ret, "charge_already_captured", "Another amount was captured at PayPal.");
    else
        outcome_unknown(ret, "PayPal has not carried the capture out.");
}

void outcome_of_part(const sl_gateway_payment *payment, const sl_value *part,
                     sl_gateway_outcome *ret)
{
    const char *id = text_at(part, "id");
    if (!id) {
        outcome_unknown(ret, "PayPal's answer is no object that it should be.");
        return;
    }
    if (paypal_is(payment, "void"))
        void_read(part, ret);
    else
        part_read(payment, paypal_is(payment, "refund") ? PAYPAL_REFUNDS : PAYPAL_CAPTURES, part,
                  ret);
    if (ret->kind == SL_GATEWAY_DECLINED && paypal_is(payment, "refund"))
        decline(ret, "refund_failed", "The refund failed at PayPal.");
    ret->reference = id;
}

void outcome_of_later(const sl_gateway_payment *payment, const sl_value *order,
                      sl_gateway_outcome *ret)
{
    const sl_value *authorization = part_first(order, PAYPAL_AUTHORIZATIONS);
    const char *name = paypal_is(payment, "refund") ? PAYPAL_REFUNDS : PAYPAL_CAPTURES;
    const sl_value *part = part_of_attempt(payment, order, name);
    if (paypal_is(payment, "void") && authorization)
        outcome_of_part(payment, authorization, ret);
    else if (part && !paypal_is(payment, "void"))
        outcome_of_part(payment, part, ret);
    else if (paypal_is(payment, "capture"))
        capture_missing_read(authorization, ret);
    else
        outcome_unknown(ret, "PayPal's order does not show it.");
}

/* ---- answers ---- */

void outcome_of_answer(sl_context *cx, const struct paypal_answer *answer, sl_gateway_outcome *ret)
{
    const struct paypal_issue *rule = answer->rule;
    switch (answer->kind) {
    case ANSWER_DECLINED:
        decline(ret, rule->code, answer->message);
        ret->decline_code = rule->decline_code;
        return;
    case ANSWER_REFUSED:
    case ANSWER_LOOK:
        outcome_set(ret, SL_GATEWAY_NOT_SENT);
        ret->code = rule && rule->code ? rule->code : "gateway_refused";
        ret->message = answer->issue ? sl_format(cx, "%s (%s)", answer->message, answer->issue)
                                     : answer->message;
        return;
    case ANSWER_UNSENT:
        outcome_set(ret, SL_GATEWAY_NOT_SENT);
        ret->message = answer->message;
        return;
    default:
        outcome_unknown(ret, answer->message ? answer->message : "PayPal's answer says nothing.");
    }
}
