/*
 * paypal_operations.c: the operations that move money.
 *
 * A payment is one request under the attempt's key: an order that is paid from the vault at once. What comes later is a request
 * on what that order lists. What their answers mean is in paypal_outcome.c, what to do without one in paypal_retrieve.c.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "paypal_operations.h"

#include "paypal_action.h"
#include "paypal_later.h"
#include "paypal_methods.h"
#include "paypal_options.h"
#include "paypal_requests.h"
#include "paypal_retrieve.h"
#include "paypal_webhook.h"

static sl_status authorize(sl_context *cx, const sl_gateway_payment *payment,
                           sl_gateway_outcome *ret)
{
    struct paypal_question question;
    struct paypal_answer answer;
    if (payment->setup) {
        setup_look(cx, payment, ret);
        return SL_OK;
    }
    sl_status status = request_of_order(cx, payment, &question);
    if (status != SL_OK) {
        refuse(cx, status, ret);
        return SL_OK;
    }
    paypal_ask(cx, &question, &answer);
    if (answer.kind == ANSWER_DONE)
        outcome_of_order(payment, answer.object, ret);
    else
        outcome_of_answer(cx, &answer, ret);
    return SL_OK;
}

/* Nothing was paid, and nothing will be: the order waits for the customer, or he let it expire. */
static bool order_waits(const sl_gateway_payment *payment, const struct paypal_answer *answer)
{
    if (answer->kind == ANSWER_REFUSED)
        return answer->status == 404;
    return answer->kind == ANSWER_DONE &&
           sl_value_count(order_parts(answer->object, PAYPAL_AUTHORIZATIONS)) == 0 &&
           sl_value_count(order_parts(answer->object, PAYPAL_CAPTURES)) == 0 && payment->original;
}

/* An order that could not be read is one on which nothing was asked for. */
static void later_read(sl_context *cx, const sl_gateway_payment *payment,
                       const struct paypal_answer *answer, sl_gateway_outcome *ret)
{
    if (answer->kind == ANSWER_DONE) {
        later_operate(cx, payment, answer->object, ret);
        return;
    }
    outcome_of_answer(cx, answer, ret);
    if (ret->kind == SL_GATEWAY_UNKNOWN)
        ret->kind = SL_GATEWAY_NOT_SENT;
}

static sl_status later(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    struct paypal_answer answer;
    (void)later_order(cx, payment, &answer);
    later_read(cx, payment, &answer, ret);
    return SL_OK;
}

static sl_status cancel(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    struct paypal_answer answer;
    (void)later_order(cx, payment, &answer);
    if (order_waits(payment, &answer))
        action_give_up(cx, payment->original, ret);
    else
        later_read(cx, payment, &answer, ret);
    return SL_OK;
}

static sl_status health(sl_context *cx)
{
    const struct paypal_question question = { .method = "GET",
                                              .path = "/v1/notifications/webhooks-event-types" };
    struct paypal_answer answer;
    paypal_ask(cx, &question, &answer);
    return answer.kind == ANSWER_DONE ? SL_OK : paypal_failure(cx, &answer);
}

const sl_gateway_operations paypal_operations = {
    .struct_size = sizeof(sl_gateway_operations),
    .flags = SL_GATEWAY_CAN_PARTIAL_CAPTURE | SL_GATEWAY_CAN_REFUND_IN_PARTS |
             SL_GATEWAY_CAN_AUTHENTICATE,
    .authorize = authorize,
    .capture = later,
    .cancel = cancel,
    .refund = later,
    .retrieve = paypal_retrieve,
    .tokenize = paypal_tokenize,
    .resolve_name = paypal_resolve_name,
    .verify_webhook = paypal_webhook_verify,
    .parse_webhook = paypal_webhook_parse,
    .health = health,
    .detach = paypal_detach,
    .ready = paypal_ready,
};
