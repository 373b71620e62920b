/*
 * braintree_operations.c: the operations that move money.
 *
 * Each is one mutation that carries the attempt's id; what its answer means is in braintree_outcome.c, what to do without one in
 * braintree_retrieve.c.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "braintree_operations.h"

#include <string.h>

#include "braintree_methods.h"
#include "braintree_options.h"
#include "braintree_outcome.h"
#include "braintree_requests.h"
#include "braintree_retrieve.h"
#include "braintree_vault.h"
#include "braintree_webhook.h"

/* Nothing was asked for yet: whatever is wrong, no money moved. */
static void refuse(sl_context *cx, sl_status status, sl_gateway_outcome *ret)
{
    outcome_set(ret, SL_GATEWAY_NOT_SENT);
    const char *message = sl_error_message(cx);
    ret->message = message ? sl_format(cx, "%s", message) : "Braintree could not be asked.";
    if (status == SL_E_INVALID)
        ret->code = sl_error_code(cx) ? sl_error_code(cx) : "gateway_refused";
    sl_error_clear(cx);
}

static void money_move(sl_context *cx, const sl_gateway_payment *payment,
                       const struct braintree_question *question, sl_gateway_outcome *ret)
{
    struct braintree_answer answer;
    braintree_ask(cx, question, &answer);
    outcome_of_answer(cx, payment, &answer, ret);
    if (ret->kind == SL_GATEWAY_UNKNOWN)
        lost_answer_look(cx, payment, ret);
    else if (answer.kind == ANSWER_REFUSED)
        refusal_look(cx, payment, ret);
    else if (answer.kind == ANSWER_DONE && strcmp(payment->operation, "authorize") == 0)
        authorization_settle(cx, payment, answer_transaction(&answer), ret);
}

static sl_status operate(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    struct braintree_question question;
    const char *method = NULL;
    sl_status status = SL_OK;
    if (payment->setup) {
        setup_run(cx, payment, ret);
        return SL_OK;
    }
    if (strcmp(payment->operation, "authorize") == 0)
        status = vault_method(cx, payment->token, &method);
    if (status == SL_OK)
        status = request_of_payment(cx, payment, method, &question);
    if (status == SL_OK)
        money_move(cx, payment, &question, ret);
    else
        refuse(cx, status, ret);
    return SL_OK;
}

static sl_status health(sl_context *cx)
{
    const struct braintree_question question = { .text = "{ result: ping }" };
    struct braintree_answer answer;
    braintree_ask(cx, &question, &answer);
    return answer.kind == ANSWER_DONE ? SL_OK : braintree_failure(cx, &answer);
}

const sl_gateway_operations braintree_operations = {
    .struct_size = sizeof(sl_gateway_operations),
    .flags = SL_GATEWAY_CAN_PARTIAL_CAPTURE | SL_GATEWAY_CAN_REFUND_IN_PARTS,
    .authorize = operate,
    .capture = operate,
    .cancel = operate,
    .refund = operate,
    .retrieve = braintree_retrieve,
    .tokenize = braintree_tokenize,
    .resolve_name = braintree_resolve_name,
    .attach = braintree_attach,
    .verify_webhook = braintree_webhook_verify,
    .parse_webhook = braintree_webhook_parse,
    .health = health,
    .detach = braintree_detach,
    .ready = braintree_ready,
};
