/*
 * paypal_later.c: what comes after a payment.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "paypal_later.h"

#include "paypal_requests.h"

void refuse(sl_context *cx, sl_status status, sl_gateway_outcome *ret)
{
    outcome_set(ret, SL_GATEWAY_NOT_SENT);
    const char *message = sl_error_message(cx);
    ret->message = message ? sl_format(cx, "%s", message) : "PayPal could not be asked.";
    if (status == SL_E_INVALID || status == SL_E_CARD)
        ret->code = sl_error_code(cx) ? sl_error_code(cx) : "gateway_refused";
    sl_error_clear(cx);
}

bool later_order(sl_context *cx, const sl_gateway_payment *payment, struct paypal_answer *ret)
{
    struct paypal_question question;
    if (!payment->original) {
        *ret = (struct paypal_answer){ .kind = ANSWER_REFUSED,
                                       .message = "PayPal's order of this payment is not known." };
        return false;
    }
    request_of_object(cx, PAYPAL_ORDERS, payment->original, &question);
    paypal_ask(cx, &question, ret);
    if (ret->kind == ANSWER_DONE && !ret->object)
        ret->kind = ANSWER_UNKNOWN;
    return ret->kind == ANSWER_DONE;
}

/* Refused for what the order has become: that shows whether it is done, or cannot be done any more. */
static void refusal_look(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    struct paypal_answer answer;
    sl_gateway_outcome seen;
    if (!later_order(cx, payment, &answer))
        return;
    outcome_of_later(payment, answer.object, &seen);
    if (seen.kind != SL_GATEWAY_UNKNOWN)
        *ret = seen;
}

void later_operate(sl_context *cx, const sl_gateway_payment *payment, const sl_value *order,
                   sl_gateway_outcome *ret)
{
    struct paypal_question question;
    struct paypal_answer answer;
    sl_status status = request_on_order(cx, payment, order, &question);
    if (status != SL_OK) {
        refuse(cx, status, ret);
        return;
    }
    paypal_ask(cx, &question, &answer);
    bool bodiless = answer.kind == ANSWER_DONE && !answer.object;
    if (answer.kind != ANSWER_DONE)
        outcome_of_answer(cx, &answer, ret);
    else if (bodiless && paypal_is(payment, "void"))
        outcome_set(ret, SL_GATEWAY_APPROVED);
    else
        outcome_of_part(payment, answer.object, ret);
    if (answer.kind == ANSWER_LOOK)
        refusal_look(cx, payment, ret);
}
