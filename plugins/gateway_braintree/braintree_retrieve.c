/*
 * braintree_retrieve.c: finding out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "braintree_retrieve.h"

#include <string.h>

#include <stripe_lite/log.h>

#include "braintree_outcome.h"
#include "braintree_requests.h"
#include "braintree_vault.h"

/* Seconds after an attempt's call has ended, by which Braintree has ended it too and shows it in its lists: the 60 of its own
 * time-out, and room for a list that is late and clocks that differ. */
#define LATEST 180
#define LEAST_LEFT_MS 250

static bool is(const sl_gateway_payment *payment, const char *operation)
{
    return payment->operation && strcmp(payment->operation, operation) == 0;
}

static const char *text_at(const sl_value *value, const char *path)
{
    return sl_value_string(sl_value_at(value, path), NULL);
}

static bool decided(const sl_gateway_outcome *outcome)
{
    return outcome->kind != SL_GATEWAY_UNKNOWN && outcome->kind != SL_GATEWAY_NOT_SENT;
}

/* Whether the attempt's request can neither be under way nor be missing in a list any more. */
static bool is_over(sl_context *cx, const sl_gateway_payment *payment)
{
    return payment->started > 0 &&
           sl_now(cx) - payment->started >= sl_gateway_call_seconds(cx) + LATEST;
}

/* ---- what was authorized ---- */

static void reverse(sl_context *cx, const sl_gateway_payment *payment, const char *id,
                    sl_gateway_outcome *ret)
{
    struct braintree_question question;
    struct braintree_answer answer;
    sl_gateway_payment undo = *payment;
    undo.operation = "void";
    request_of_reversal(cx, &undo, id, &question);
    braintree_ask(cx, &question, &answer);
    const sl_value *transaction = answer_transaction(&answer);
    bool done = answer.kind == ANSWER_DONE &&
                (!transaction || strcmp(sl_value_string(sl_value_member(transaction, "status"), ""),
                                        "VOIDED") == 0);
    if (!done) {
        outcome_unknown(ret, "Braintree authorized another amount, and has not taken it back yet.");
        return;
    }
    outcome_set(ret, SL_GATEWAY_DECLINED);
    ret->reference = id;
    ret->code = "processing_error";
    ret->message = "Braintree authorized another amount or currency than was asked for, and it was "
                   "taken back: see braintree.merchant_accounts.";
}

void authorization_settle(sl_context *cx, const sl_gateway_payment *payment,
                          const sl_value *transaction, sl_gateway_outcome *ret)
{
    bool good = ret->kind == SL_GATEWAY_APPROVED || ret->kind == SL_GATEWAY_PENDING;
    const char *id = text_at(transaction, "id");
    if (!good || !id)
        return;
    if (!transaction_is_asked(payment, transaction)) {
        sl_log(cx, SL_LOG_ERROR, "braintree authorized something else", "attempt", payment->attempt,
               "reference", id);
        reverse(cx, payment, id, ret);
        return;
    }
    const char *vaulted = text_at(transaction, "paymentMethod.id");
    if (payment->setup_future_usage && vaulted && payment->token &&
        vault_remember(cx, payment->token, vaulted) != SL_OK)
        sl_error_clear(cx);
}

/* ---- looking ---- */

/* False when Braintree cannot be asked; then `ret` says so. */
static bool transaction_get(sl_context *cx, const sl_gateway_payment *payment, const char *id,
                            const sl_value **ret_transaction, sl_gateway_outcome *ret)
{
    struct braintree_question question;
    struct braintree_answer answer;
    request_of_transaction(cx, payment, id, &question);
    braintree_ask(cx, &question, &answer);
    *ret_transaction = answer.object;
    if (answer.kind == ANSWER_DONE)
        return true;
    outcome_unknown(ret, answer.message);
    ret->reference = payment->reference;
    return false;
}

/* Of several transactions of one attempt the one that came about counts: Braintree may have rejected a duplicate. */
static void edges_read(sl_context *cx, const sl_gateway_payment *payment, const sl_value *edges,
                       sl_gateway_outcome *ret)
{
    const sl_value *found = NULL;
    outcome_unknown(ret, "Braintree does not show this attempt yet.");
    for (uint32_t i = 0; i < sl_value_count(edges); i++) {
        const sl_value *node = sl_value_member(sl_value_item(edges, i, NULL), "node");
        const char *order = text_at(node, "orderId");
        if (!order || strcmp(order, payment->attempt) != 0 ||
            (found && ret->kind != SL_GATEWAY_DECLINED))
            continue;
        found = node;
        outcome_of_transaction(cx, payment, node, ret);
    }
    if (found)
        authorization_settle(cx, payment, found, ret);
}

static bool attempt_search(sl_context *cx, const sl_gateway_payment *payment,
                           sl_gateway_outcome *ret)
{
    struct braintree_question question;
    struct braintree_answer answer;
    request_of_search(cx, payment, &question);
    braintree_ask(cx, &question, &answer);
    const sl_value *edges = sl_value_at(answer.object, "transactions.edges");
    bool said = answer.kind == ANSWER_DONE && sl_value_type(edges) == SL_VALUE_ARRAY;
    if (said)
        edges_read(cx, payment, edges, ret);
    else
        outcome_unknown(ret, answer.kind == ANSWER_DONE ? "Braintree's list cannot be read."
                                                        : answer.message);
    return said;
}

/* One look. False when Braintree cannot say; true and still unknown when it shows nothing of the attempt. */
static bool look(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    const sl_value *transaction = NULL;
    bool first = is(payment, "authorize");
    const char *id = first ? payment->reference : payment->original;
    if (!id)
        return first ? attempt_search(cx, payment, ret) : true;
    if (!transaction_get(cx, payment, id, &transaction, ret))
        return false;
    outcome_of_transaction(cx, payment, transaction, ret);
    if (first)
        authorization_settle(cx, payment, transaction, ret);
    return text_at(transaction, "status") != NULL;
}

void lost_answer_look(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    sl_gateway_outcome seen;
    if (sl_time_left(cx) < LEAST_LEFT_MS)
        return;
    outcome_unknown(&seen, NULL);
    if (look(cx, payment, &seen) && decided(&seen))
        *ret = seen;
}

/* ---- refusals ---- */

static void whole_void(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    struct braintree_question question;
    struct braintree_answer answer;
    request_of_reversal(cx, payment, payment->original, &question);
    braintree_ask(cx, &question, &answer);
    outcome_of_answer(cx, payment, &answer, ret);
    if (ret->kind == SL_GATEWAY_UNKNOWN)
        lost_answer_look(cx, payment, ret);
}

void refusal_look(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    sl_gateway_outcome seen;
    const sl_value *transaction = NULL;
    if (is(payment, "authorize") || !payment->original ||
        !transaction_get(cx, payment, payment->original, &transaction, &seen))
        return;
    outcome_of_transaction(cx, payment, transaction, &seen);
    if (decided(&seen)) {
        *ret = seen;
    } else if (is(payment, "refund") && transaction_is_unsettled(transaction)) {
        if (amount_is(payment, transaction))
            whole_void(cx, payment, ret);
        else
            ret->message = "Braintree gives a part of a payment back only once the payment has "
                           "settled, a day later at most; until then all of it or nothing.";
    }
}

/* ---- retrieve ---- */

static void setup_find(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    const char *single = NULL;
    if (!payment->token || vault_single(cx, payment->token, &single) != SL_OK) {
        sl_error_clear(cx);
        outcome_unknown(ret, "The kept cards could not be read.");
        return;
    }
    outcome_set(ret, single ? is_over(cx, payment) ? SL_GATEWAY_NEVER_HAPPENED : SL_GATEWAY_UNKNOWN
                            : SL_GATEWAY_APPROVED);
    ret->reference = single ? NULL : payment->reference;
}

/* A capture or void that the transaction does not show: asked for once more, which cannot happen twice. */
static void ask_again(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    struct braintree_question question;
    struct braintree_answer answer;
    if (request_of_payment(cx, payment, NULL, &question) != SL_OK) {
        sl_error_clear(cx);
        return;
    }
    braintree_ask(cx, &question, &answer);
    outcome_of_answer(cx, payment, &answer, ret);
    if (answer.kind == ANSWER_REFUSED)
        refusal_look(cx, payment, ret);
    if (ret->kind == SL_GATEWAY_UNKNOWN)
        lost_answer_look(cx, payment, ret);
    /* Nothing says that the request before this one was not carried out either. */
    if (!decided(ret))
        ret->kind = SL_GATEWAY_UNKNOWN;
}

sl_status braintree_retrieve(sl_context *cx, const sl_gateway_payment *payment,
                             sl_gateway_outcome *ret)
{
    if (payment->setup) {
        setup_find(cx, payment, ret);
        return SL_OK;
    }
    outcome_unknown(ret, "Braintree does not show this attempt yet.");
    bool said = look(cx, payment, ret);
    if (!said || ret->kind != SL_GATEWAY_UNKNOWN)
        return SL_OK;
    bool once = payment->original && (is(payment, "capture") || is(payment, "void"));
    if (once)
        ask_again(cx, payment, ret);
    bool known = is(payment, "authorize") && payment->reference;
    bool missing = !known && (!once || ret->code);
    if (ret->kind == SL_GATEWAY_UNKNOWN && missing && is_over(cx, payment))
        outcome_set(ret, SL_GATEWAY_NEVER_HAPPENED);
    return SL_OK;
}
