/*
 * stripe_operations.c: the operations that move money.
 *
 * All are one request under the attempt's key; what their answers mean is in stripe_outcome.c, what to do without one in
 * stripe_retrieve.c.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "stripe_operations.h"

#include "stripe_methods.h"
#include "stripe_options.h"
#include "stripe_outcome.h"
#include "stripe_requests.h"
#include "stripe_retrieve.h"
#include "stripe_webhook.h"

/* Nothing was asked for yet: whatever is wrong, no money moved. */
static void refuse(sl_context *cx, sl_status status, sl_gateway_outcome *ret)
{
    outcome_set(ret, SL_GATEWAY_NOT_SENT);
    const char *message = sl_error_message(cx);
    ret->message = message ? sl_format(cx, "%s", message) : "Stripe could not be asked.";
    if (status == SL_E_INVALID || status == SL_E_CARD)
        ret->code = sl_error_code(cx) ? sl_error_code(cx) : "gateway_refused";
    sl_error_clear(cx);
}

static sl_status operate(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    struct stripe_form form;
    struct stripe_question question;
    struct stripe_answer answer;
    sl_status status = request_of_payment(cx, payment, &form, &question);
    if (status != SL_OK) {
        refuse(cx, status, ret);
        return SL_OK;
    }
    stripe_ask(cx, &question, &answer);
    outcome_of_answer(cx, payment, &answer, ret);
    if (answer.kind == ANSWER_DONE)
        unfinished_close(cx, payment, answer.object, ret);
    if (answer.kind == ANSWER_REFUSED)
        refusal_look(cx, payment, ret);
    return SL_OK;
}

static sl_status health(sl_context *cx)
{
    const struct stripe_question question = { .method = "GET", .path = "/v1/balance" };
    struct stripe_answer answer;
    stripe_ask(cx, &question, &answer);
    return answer.kind == ANSWER_DONE ? SL_OK : stripe_failure(cx, &answer);
}

const sl_gateway_operations stripe_operations = {
    .struct_size = sizeof(sl_gateway_operations),
    .flags = SL_GATEWAY_CAN_PARTIAL_CAPTURE | SL_GATEWAY_CAN_REFUND_IN_PARTS |
             SL_GATEWAY_CAN_AUTHENTICATE,
    .authorize = operate,
    .capture = operate,
    .cancel = operate,
    .refund = operate,
    .retrieve = stripe_retrieve,
    .tokenize = stripe_tokenize,
    .resolve_name = stripe_resolve_name,
    .attach = stripe_attach,
    .verify_webhook = stripe_webhook_verify,
    .parse_webhook = stripe_webhook_parse,
    .health = health,
    .detach = stripe_detach,
    .ready = stripe_ready,
};
