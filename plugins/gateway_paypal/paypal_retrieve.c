/*
 * paypal_retrieve.c: finding out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "paypal_retrieve.h"

#include <string.h>

#include "paypal_action.h"
#include "paypal_later.h"
#include "paypal_methods.h"
#include "paypal_requests.h"
#include "paypal_time.h"

#define MINUTE 60
#define HOUR ((int64_t)60 * MINUTE)
#define DAY (24 * HOUR)
/* A payment that nobody waits for any more is not made. */
#define AUTHORIZE_AGAIN ((int64_t)10 * MINUTE)
/* "The server stores keys for 6 hours" (orders), 45 days (payments): less, for clocks that differ and calls under way. */
#define ORDER_KEY_KEPT (5 * HOUR)
#define PAYMENT_KEY_KEPT (44 * DAY)
#define ORDER_KEY_FORGOTTEN (7 * HOUR)
/* "It takes a maximum of three hours for executed transactions to appear": a day, to be sure. */
#define LIST_COMPLETE DAY
#define PAGES_MOST 20

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static int64_t age_of(sl_context *cx, const sl_gateway_payment *payment)
{
    return payment->started > 0 ? sl_now(cx) - payment->started : 0;
}

static void never(sl_gateway_outcome *ret, const char *code, const char *message)
{
    outcome_set(ret, SL_GATEWAY_NEVER_HAPPENED);
    ret->code = code;
    ret->message = message;
}

/* What a request that was made again says: a refusal of it means that the first one did nothing either. */
static void again_read(sl_gateway_outcome *ret)
{
    const char *code = ret->code;
    const char *message = ret->message;
    if (ret->kind == SL_GATEWAY_NOT_SENT && code)
        never(ret, code, message);
    else if (ret->kind == SL_GATEWAY_NOT_SENT)
        outcome_unknown(ret, message);
}

/* ---- captures, voids, refunds ---- */

static void refund_get(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    struct paypal_question question;
    struct paypal_answer answer;
    request_of_object(cx, "/v2/payments/refunds", payment->reference, &question);
    paypal_ask(cx, &question, &answer);
    if (answer.kind == ANSWER_DONE)
        outcome_of_part(payment, answer.object, ret);
    else
        outcome_unknown(ret, answer.message);
    ret->reference = payment->reference;
}

static void later_find(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    struct paypal_answer answer;
    if (!later_order(cx, payment, &answer)) {
        outcome_unknown(ret, answer.message);
        return;
    }
    outcome_of_later(payment, answer.object, ret);
    int64_t age = age_of(cx, payment);
    if (ret->kind != SL_GATEWAY_UNKNOWN)
        return;
    if (age >= PAYMENT_KEY_KEPT) {
        never(ret, NULL, NULL);
        return;
    }
    later_operate(cx, payment, answer.object, ret);
    again_read(ret);
}

/* ---- payments ---- */

/* An order that holds the key and was never paid stays so: nobody else completes it, and this server does not any more. */
static void order_read(sl_context *cx, const sl_gateway_payment *payment, const sl_value *order,
                       sl_gateway_outcome *ret)
{
    static const char *const unpaid[] = { "CREATED", "SAVED" };
    const char *status = sl_value_string(sl_value_member(order, "status"), NULL);
    outcome_of_order(payment, order, ret);
    if (ret->kind == SL_GATEWAY_UNKNOWN || ret->kind == SL_GATEWAY_REQUIRES_ACTION)
        action_finish(cx, payment, order, ret);
    if (ret->kind != SL_GATEWAY_UNKNOWN || !ret->reference ||
        age_of(cx, payment) < AUTHORIZE_AGAIN ||
        sl_value_count(sl_value_at(order, "purchase_units.0.payments")) > 0)
        return;
    for (size_t i = 0; i < sizeof(unpaid) / sizeof(unpaid[0]); i++) {
        if (same(status, unpaid[i])) {
            never(ret, NULL, NULL);
            return;
        }
    }
}

static void order_get(sl_context *cx, const sl_gateway_payment *payment, const char *id,
                      sl_gateway_outcome *ret)
{
    struct paypal_question question;
    struct paypal_answer answer;
    request_of_object(cx, PAYPAL_ORDERS, id, &question);
    paypal_ask(cx, &question, &answer);
    if (answer.kind == ANSWER_DONE)
        order_read(cx, payment, answer.object, ret);
    else
        outcome_unknown(ret, answer.message);
    if (ret->kind != SL_GATEWAY_NEVER_HAPPENED)
        ret->reference = id;
}

static void order_again(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    struct paypal_question question;
    struct paypal_answer answer;
    sl_status status = request_of_order(cx, payment, &question);
    if (status != SL_OK) {
        refuse(cx, status, ret);
        outcome_unknown(ret, ret->message);
        return;
    }
    paypal_ask(cx, &question, &answer);
    if (answer.kind == ANSWER_DONE)
        order_read(cx, payment, answer.object, ret);
    else
        outcome_of_answer(cx, &answer, ret);
    again_read(ret);
}

/* What the key made, or nothing from now on. */
static void probe(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    struct paypal_question question;
    struct paypal_answer answer;
    if (request_of_probe(cx, payment, &question) != SL_OK) {
        sl_error_clear(cx);
        outcome_unknown(ret, "PayPal cannot be asked for this payment.");
        return;
    }
    paypal_ask(cx, &question, &answer);
    if (answer.kind == ANSWER_DONE)
        order_read(cx, payment, answer.object, ret);
    else
        outcome_unknown(ret, answer.message);
}

/* ---- the list of transactions ---- */

static const char *transaction_in(const sl_value *page, const char *attempt)
{
    const sl_value *list = sl_value_member(page, "transaction_details");
    for (uint32_t i = 0; i < sl_value_count(list); i++) {
        const sl_value *info = sl_value_member(sl_value_item(list, i, NULL), "transaction_info");
        if (same(sl_value_string(sl_value_member(info, "invoice_id"), NULL), attempt) ||
            same(sl_value_string(sl_value_member(info, "custom_field"), NULL), attempt))
            return sl_value_string(sl_value_member(info, "transaction_id"), NULL);
    }
    return NULL;
}

/* The id of the transaction in `ret`, NULL when there is none. False when that cannot be said. */
static bool transactions_find(sl_context *cx, const sl_gateway_payment *payment, const char **ret)
{
    const char *from = paypal_time_text(cx, payment->started - MINUTE);
    const char *to = paypal_time_text(cx, payment->started + AUTHORIZE_AGAIN + 2 * MINUTE);
    for (int64_t page = 1; page <= PAGES_MOST; page++) {
        struct paypal_answer answer;
        const struct paypal_question question = {
            .method = "GET",
            .path = sl_format(cx,
                              "/v1/reporting/transactions?start_date=%s&end_date=%s"
                              "&fields=transaction_info&page_size=500&page=%lld",
                              from, to, (long long)page),
        };
        paypal_ask(cx, &question, &answer);
        if (answer.kind != ANSWER_DONE ||
            sl_value_type(sl_value_member(answer.object, "transaction_details")) != SL_VALUE_ARRAY)
            return false;
        *ret = transaction_in(answer.object, payment->attempt);
        if (*ret || page >= sl_value_int(sl_value_member(answer.object, "total_pages"), 1))
            return true;
    }
    return false;
}

/* The order of a capture or an authorization, which is what a transaction's id names. */
static const char *order_of(sl_context *cx, const sl_gateway_payment *payment, const char *id)
{
    struct paypal_question question;
    struct paypal_answer answer;
    request_of_object(cx,
                      payment->capture ? "/v2/payments/captures" : "/v2/payments/authorizations",
                      id, &question);
    paypal_ask(cx, &question, &answer);
    return answer.kind == ANSWER_DONE
               ? sl_value_string(
                     sl_value_at(answer.object, "supplementary_data.related_ids.order_id"), NULL)
               : NULL;
}

static void list_look(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    const char *transaction = NULL;
    if (!transactions_find(cx, payment, &transaction)) {
        outcome_unknown(ret, "PayPal's list of transactions cannot be read: its app needs the "
                             "permission for Transaction search.");
        return;
    }
    const char *order = transaction ? order_of(cx, payment, transaction) : NULL;
    if (order)
        order_get(cx, payment, order, ret);
    else if (!transaction && age_of(cx, payment) >= LIST_COMPLETE)
        never(ret, NULL, NULL);
    else
        outcome_unknown(ret, "PayPal does not show this attempt yet.");
}

static void payment_find(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    int64_t age = age_of(cx, payment);
    if (payment->reference)
        order_get(cx, payment, payment->reference, ret);
    else if (age < AUTHORIZE_AGAIN)
        order_again(cx, payment, ret);
    else if (age < ORDER_KEY_KEPT)
        probe(cx, payment, ret);
    else if (age < ORDER_KEY_FORGOTTEN)
        outcome_unknown(ret, "PayPal may or may not remember this attempt's key.");
    else
        list_look(cx, payment, ret);
}

sl_status paypal_retrieve(sl_context *cx, const sl_gateway_payment *payment,
                          sl_gateway_outcome *ret)
{
    if (payment->setup)
        setup_look(cx, payment, ret);
    else if (paypal_is(payment, "authorize"))
        payment_find(cx, payment, ret);
    else if (paypal_is(payment, "refund") && payment->reference)
        refund_get(cx, payment, ret);
    else
        later_find(cx, payment, ret);
    return SL_OK;
}
