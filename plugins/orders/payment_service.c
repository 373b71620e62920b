/*
 * payment_service.c: what is recorded of an order's payments.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "payment_service.h"

const char *payment_order_id(const sl_payment_view *view)
{
    return sl_map_get(view->metadata, "order_id");
}

static const char *status_of(const sl_payment_view *view)
{
    if (same(view->status, "processing"))
        return PAYMENT_PROCESSING;
    if (!same(view->status, "succeeded"))
        return PAYMENT_FAILED;
    if (view->amount_refunded == 0)
        return PAYMENT_COMPLETED;
    return view->amount_refunded < view->amount_received ? PAYMENT_PARTIALLY_REFUNDED
                                                         : PAYMENT_REFUNDED;
}

/* What the payment contributes to its order leaves it, or joins it. */
static void order_count(struct order *order, const struct payment *payment, int64_t sign)
{
    if (!payment_counts(payment))
        return;
    order->amount_paid += sign * payment->amount;
    order->amount_refunded += sign * payment->amount_refunded;
}

/* Copies what the service says; false when that is what the row says already. */
static bool payment_learn(struct payment *payment, const sl_payment_view *view)
{
    const char *status = status_of(view);
    if (same(payment->status, status) && same(payment->intent_status, view->status) &&
        payment->amount_refunded == view->amount_refunded && same(payment->charge, view->charge))
        return false;
    payment->status = status;
    payment->intent_status = view->status;
    payment->amount_refunded = view->amount_refunded;
    payment->charge = view->charge;
    payment->gateway = view->gateway;
    payment->reference = view->gateway_reference;
    return true;
}

/* A customer on a test clock lives in that clock's time, also with what is recorded for them. */
static sl_status clock_enter(sl_context *cx, const struct order *order)
{
    sl_customer_view customer = { .struct_size = sizeof(customer) };
    sl_status status =
        order->customer ? customers()->customer(cx, order->customer, NULL, &customer) : SL_OK;
    if (status != SL_E_NOT_FOUND && status != SL_E_INVALID)
        return status;
    sl_error_clear(cx);
    return SL_OK;
}

static sl_status payment_begin(sl_context *cx, const sl_payment_view *view,
                               const struct order *order, struct payment *ret)
{
    sl_status status = clock_enter(cx, order);
    if (status != SL_OK)
        return status;
    *ret = (struct payment){
        .id = sl_id(cx, "opay"),
        .created = sl_now(cx),
        .payment_number = document_number(cx, "PAY"),
        .order_id = order->id,
        .order_number = order->order_number,
        .customer = order->customer,
        .amount = view->amount,
        .currency = view->currency,
        .payment_intent = view->intent,
        .updated = sl_now(cx),
    };
    return SL_OK;
}

sl_status payment_record(sl_context *cx, const sl_payment_view *view, struct order *order,
                         struct payment *ret)
{
    sl_status status = sl_select_one(cx, &order_payments, "payment_intent = $2",
                                     SL_ARGS(sl_text(view->intent)), ret);
    bool is_new = status == SL_E_NOT_FOUND;
    if (is_new)
        status = payment_begin(cx, view, order, ret);
    if (status != SL_OK)
        return status;
    struct payment before = *ret;
    if (!payment_learn(ret, view))
        return SL_OK;
    if (!is_new) {
        status = clock_enter(cx, order);
        if (status != SL_OK)
            return status;
        ret->updated = sl_now(cx);
        sl_update(cx, &order_payments, ret,
                  "status, intent_status, amount_refunded, charge, gateway, reference, updated");
        order_count(order, &before, -1);
    } else {
        sl_insert(cx, &order_payments, ret);
    }
    order_count(order, ret, 1);
    order_state_refresh(order);
    sl_update(cx, &orders, order, "status, payment_status, amount_paid, amount_refunded");
    return SL_OK;
}

/* The order that the payment's record names, else the intent itself; whether there is one that it can pay. */
static sl_status order_find(sl_context *cx, const sl_payment_view *view, struct order *ret,
                            bool *ret_pays)
{
    struct payment payment;
    *ret_pays = false;
    sl_status status = sl_select_one(cx, &order_payments, "payment_intent = $2",
                                     SL_ARGS(sl_text(view->intent)), &payment);
    bool recorded = status == SL_OK;
    if (status != SL_OK && status != SL_E_NOT_FOUND)
        return status;
    const char *id = recorded ? payment.order_id : payment_order_id(view);
    status = id ? sl_find(cx, &orders, id, ret) : SL_E_NOT_FOUND;
    if (status != SL_OK)
        return status == SL_E_NOT_FOUND ? SL_OK : status;
    bool fits = view->amount == ret->total && same(view->currency, ret->currency);
    *ret_pays = recorded ||
                (fits && same(view->status, "succeeded") && view->amount_received == ret->total);
    if (!*ret_pays && !recorded && same(view->status, "succeeded"))
        sl_log(cx, SL_LOG_WARNING, "a payment is not its order's amount", "order", ret->id,
               "payment_intent", view->intent);
    return SL_OK;
}

sl_status payment_sync(sl_context *cx, const sl_payment_view *view)
{
    struct order order;
    struct payment payment;
    bool pays;
    sl_status status = order_find(cx, view, &order, &pays);
    return status == SL_OK && pays ? payment_record(cx, view, &order, &payment) : status;
}

sl_status payment_told(sl_context *cx, const sl_event_view *event)
{
    const char *object = sl_value_string(sl_value_member(event->object, "object"), "");
    const char *intent =
        same(object, "payment_intent")
            ? event->object_id
            : sl_value_string(sl_value_member(event->object, "payment_intent"), NULL);
    if (!intent)
        return SL_OK;
    sl_payment_view view = { .struct_size = sizeof(view) };
    sl_status status = payments()->payment(cx, intent, NULL, &view);
    if (status == SL_E_NOT_FOUND) {
        sl_error_clear(cx);
        return SL_OK;
    }
    return status == SL_OK ? payment_sync(cx, &view) : status;
}
