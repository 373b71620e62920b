/*
 * braintree_outcome.c: what Braintree's objects mean.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "braintree_outcome.h"

#include <string.h>
#include <strings.h>

#include <stripe_lite/money.h>

#include "braintree_declines.h"

#define STATE_HELD 1    /* the money is reserved */
#define STATE_TAKEN 2   /* it is on its way, or there */
#define STATE_WAITING 3 /* nobody knows yet */
#define STATE_REFUSED 4 /* it came to nothing */
#define STATE_UNDONE 5  /* the reservation is gone */

/* Source: Braintree's reference of PaymentStatus. */
static const struct {
    const char *status;
    int state;
} states[] = {
    { "AUTHORIZING", STATE_WAITING },
    { "AUTHORIZED", STATE_HELD },
    { "AUTHORIZATION_EXPIRED", STATE_UNDONE },
    { "SUBMITTED_FOR_SETTLEMENT", STATE_TAKEN },
    { "SETTLEMENT_PENDING", STATE_WAITING },
    { "SETTLEMENT_CONFIRMED", STATE_TAKEN },
    { "SETTLING", STATE_TAKEN },
    { "SETTLED", STATE_TAKEN },
    { "SETTLEMENT_DECLINED", STATE_REFUSED },
    { "PROCESSOR_DECLINED", STATE_REFUSED },
    { "GATEWAY_REJECTED", STATE_REFUSED },
    { "FAILED", STATE_REFUSED },
    { "VOIDED", STATE_UNDONE },
};

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

static int state_of(const sl_value *object)
{
    const char *status = text_at(object, "status");
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        if (same(states[i].status, status))
            return states[i].state;
    }
    return 0;
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

static void declined(sl_gateway_outcome *ret, const char *code, const char *message)
{
    outcome_set(ret, SL_GATEWAY_DECLINED);
    ret->code = code;
    ret->message = message;
}

/* ---- amounts ---- */

/* Minor units of {value, currencyCode}; false when it is no amount of this currency. */
static bool amount_read(const sl_value *amount, const char *currency, int64_t *ret)
{
    const char *code = text_at(amount, "currencyCode");
    const char *value = text_at(amount, "value");
    return code && value && currency && strcasecmp(code, currency) == 0 &&
           sl_money_from_major(value, strlen(value), currency, ret) == SL_OK;
}

bool amount_is(const sl_gateway_payment *payment, const sl_value *object)
{
    int64_t amount = 0;
    return amount_read(sl_value_member(object, "amount"), payment->currency, &amount) &&
           amount == payment->amount;
}

bool transaction_is_asked(const sl_gateway_payment *payment, const sl_value *transaction)
{
    int64_t amount = 0;
    /* One that somebody captured at Braintree's own pages shows what was captured. */
    if (!payment->capture && state_of(transaction) != STATE_HELD)
        return amount_read(sl_value_member(transaction, "amount"), payment->currency, &amount);
    return amount_is(payment, transaction);
}

bool transaction_is_unsettled(const sl_value *transaction)
{
    const char *status = text_at(transaction, "status");
    return same(status, "SUBMITTED_FOR_SETTLEMENT") || same(status, "AUTHORIZED") ||
           same(status, "SETTLEMENT_PENDING");
}

/* ---- operations ---- */

static void authorization_read(const sl_gateway_payment *payment, const sl_value *transaction,
                               sl_gateway_outcome *ret)
{
    int state = state_of(transaction);
    if (state == STATE_TAKEN || (state == STATE_HELD && !payment->capture)) {
        outcome_set(ret, SL_GATEWAY_APPROVED);
        ret->cvc_check = cvc_check_of(transaction);
    } else if (state == STATE_WAITING) {
        outcome_set(ret, SL_GATEWAY_PENDING);
    } else if (state == STATE_REFUSED) {
        outcome_set(ret, SL_GATEWAY_DECLINED);
        decline_of_history(transaction, text_at(transaction, "status"), ret);
    } else if (state == STATE_UNDONE) {
        declined(ret, "payment_intent_payment_attempt_expired",
                 "The payment was canceled at Braintree before it came about.");
    } else {
        outcome_unknown(ret, "Braintree has not carried the payment out.");
    }
}

static void capture_read(const sl_gateway_payment *payment, const sl_value *transaction,
                         sl_gateway_outcome *ret)
{
    int state = state_of(transaction);
    if (state == STATE_TAKEN && amount_is(payment, transaction))
        outcome_set(ret, SL_GATEWAY_APPROVED);
    else if (state == STATE_TAKEN)
        declined(ret, "charge_already_captured", "Another amount was captured at Braintree.");
    else if (state == STATE_WAITING)
        outcome_set(ret, SL_GATEWAY_PENDING);
    else if (state == STATE_REFUSED || state == STATE_UNDONE)
        declined(ret, "charge_expired_for_capture",
                 "The payment was canceled at Braintree, or ran out, before it was captured.");
    else
        outcome_unknown(ret, "Braintree has not carried the capture out.");
}

static const sl_value *refund_whole(const sl_gateway_payment *payment, const sl_value *transaction)
{
    const sl_value *refunds = sl_value_member(transaction, "refunds");
    const char *order = text_at(transaction, "orderId");
    for (uint32_t i = 0; i < sl_value_count(refunds); i++) {
        const sl_value *refund = sl_value_item(refunds, i, NULL);
        if (same(text_at(refund, "orderId"), order) && amount_is(payment, transaction) &&
            amount_is(payment, refund))
            return refund;
    }
    return NULL;
}

static void void_read(const sl_gateway_payment *payment, const sl_value *transaction,
                      sl_gateway_outcome *ret)
{
    int state = state_of(transaction);
    if (state == STATE_UNDONE || refund_whole(payment, transaction))
        outcome_set(ret, SL_GATEWAY_APPROVED);
    else if (state == STATE_TAKEN)
        declined(ret, "charge_already_captured", "The payment was captured at Braintree.");
    else if (state == STATE_REFUSED)
        declined(ret, "charge_expired_for_capture", "The payment did not come about.");
    else
        outcome_unknown(ret, "Braintree has not carried the cancellation out.");
}

void outcome_of_refund(sl_context *cx, const sl_gateway_payment *payment, const sl_value *refund,
                       sl_gateway_outcome *ret)
{
    (void)cx;
    int state = state_of(refund);
    if (state != 0 && !amount_is(payment, refund))
        outcome_unknown(ret, "Braintree's refund has another amount than was asked for.");
    else if (state == STATE_TAKEN)
        outcome_set(ret, SL_GATEWAY_APPROVED);
    else if (state == STATE_WAITING || state == STATE_HELD)
        outcome_set(ret, SL_GATEWAY_PENDING);
    else if (state == STATE_REFUSED || state == STATE_UNDONE)
        declined(ret, "refund_failed", "The refund failed at Braintree.");
    else
        outcome_unknown(ret, "Braintree's answer says nothing of the refund.");
    ret->reference = text_at(refund, "id");
}

/* The refund of this attempt among those of its transaction; the whole of what had not settled yet was voided instead. */
static void refunded_read(sl_context *cx, const sl_gateway_payment *payment,
                          const sl_value *transaction, sl_gateway_outcome *ret)
{
    const sl_value *refunds = sl_value_member(transaction, "refunds");
    const sl_value *found = NULL;
    for (uint32_t i = 0; i < sl_value_count(refunds) && !found; i++) {
        const sl_value *refund = sl_value_item(refunds, i, NULL);
        found = same(text_at(refund, "orderId"), payment->attempt) ? refund : NULL;
    }
    if (!found)
        found = refund_whole(payment, transaction);
    if (found) {
        outcome_of_refund(cx, payment, found, ret);
    } else if (same(text_at(transaction, "status"), "VOIDED") && amount_is(payment, transaction)) {
        outcome_set(ret, SL_GATEWAY_APPROVED);
        ret->reference = text_at(transaction, "id");
    } else {
        outcome_unknown(ret, "Braintree does not show this refund yet.");
    }
}

void outcome_of_transaction(sl_context *cx, const sl_gateway_payment *payment,
                            const sl_value *transaction, sl_gateway_outcome *ret)
{
    const char *id = text_at(transaction, "id");
    if (!id || !text_at(transaction, "status")) {
        outcome_unknown(ret, "Braintree's answer is no transaction.");
        return;
    }
    if (is(payment, "refund")) {
        refunded_read(cx, payment, transaction, ret);
        return;
    }
    if (is(payment, "capture"))
        capture_read(payment, transaction, ret);
    else if (is(payment, "void"))
        void_read(payment, transaction, ret);
    else
        authorization_read(payment, transaction, ret);
    ret->reference = id;
}

/* ---- answers ---- */

const sl_value *answer_transaction(const struct braintree_answer *answer)
{
    const sl_value *transaction = sl_value_member(answer->object, "transaction");
    const sl_value *reversal = sl_value_member(answer->object, "reversal");
    if (same(text_at(reversal, "__typename"), "Transaction"))
        transaction = reversal;
    return sl_value_type(transaction) == SL_VALUE_OBJECT ? transaction : NULL;
}

/* Money that was given back although only a reservation was to be dropped: somebody had captured it. Nothing is left either way. */
static void refund_done_read(sl_context *cx, const sl_gateway_payment *payment,
                             const sl_value *refund, sl_gateway_outcome *ret)
{
    outcome_of_refund(cx, payment, refund, ret);
    if (is(payment, "void") && ret->kind == SL_GATEWAY_PENDING)
        ret->kind = SL_GATEWAY_APPROVED;
}

static void done_read(sl_context *cx, const sl_gateway_payment *payment,
                      const struct braintree_answer *answer, sl_gateway_outcome *ret)
{
    const sl_value *refund = sl_value_member(answer->object, "refund");
    const sl_value *reversal = sl_value_member(answer->object, "reversal");
    if (same(text_at(reversal, "__typename"), "Refund"))
        refund = reversal;
    const sl_value *transaction = answer_transaction(answer);
    if (sl_value_type(refund) == SL_VALUE_OBJECT)
        refund_done_read(cx, payment, refund, ret);
    else if (transaction)
        outcome_of_transaction(cx, payment, transaction, ret);
    else
        outcome_unknown(ret, "Braintree's answer holds nothing of what was asked for.");
}

void outcome_of_answer(sl_context *cx, const sl_gateway_payment *payment,
                       const struct braintree_answer *answer, sl_gateway_outcome *ret)
{
    switch (answer->kind) {
    case ANSWER_DONE:
        done_read(cx, payment, answer, ret);
        return;
    case ANSWER_REFUSED:
        outcome_set(ret, SL_GATEWAY_NOT_SENT);
        ret->code = answer->code;
        ret->message = answer->message;
        return;
    case ANSWER_UNSENT:
        outcome_set(ret, SL_GATEWAY_NOT_SENT);
        ret->message = answer->message;
        return;
    default:
        outcome_unknown(ret, answer->message);
    }
}
