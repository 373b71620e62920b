/*
 * payments_service.c: payments for other plugins, over the same services as the routes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "payments_service.h"

#include "attempt_recovery.h"
#include "balance_service.h"
#include "charge_service.h"
#include "payment_intent_service.h"
#include "payment_intent_states.h"
#include "refund_service.h"

struct settle_call {
    sl_payment_settle settle;
    void *data;
    sl_payment_view *view;
};

static void view_intent(const struct payment_intent *intent, sl_payment_view *view)
{
    view->intent = intent->id;
    view->status = intent->status;
    view->client_secret = intent->client_secret;
    view->customer = intent->customer;
    view->payment_method = intent->payment_method;
    view->currency = intent->currency;
    view->action_url = intent->action_url;
    view->amount = intent->amount;
    view->amount_received = intent->amount_received;
    view->metadata = intent->metadata;
}

static void view_charge(const struct charge *charge, sl_payment_view *view)
{
    view->charge = charge->id;
    view->charge_status = charge->status;
    view->captured = charge->captured;
    view->disputed = charge->disputed;
    view->payment_method = charge->payment_method;
    view->gateway = charge->gateway;
    view->gateway_reference = charge->gateway_reference;
    view->balance_transaction = charge->balance_transaction;
    view->amount_refunded = charge->amount_refunded;
    view->failure_code = charge->failure_code;
    view->failure_message = charge->failure_message;
    view->decline_code = charge->decline_code;
    view->advice_code = charge->advice_code;
}

/* Fills a view from rows that are there, loading those that are not. */
static sl_status view_fill(sl_context *cx, const struct payment_intent *intent,
                           const struct charge *charge, sl_payment_view *view)
{
    *view = (sl_payment_view){ .struct_size = sizeof(*view) };
    view_intent(intent, view);
    struct charge loaded;
    if (!charge && intent->latest_charge) {
        sl_status status = sl_find(cx, &charges, intent->latest_charge, &loaded);
        if (status != SL_OK && status != SL_E_NOT_FOUND)
            return status;
        if (status == SL_OK)
            charge = &loaded;
    }
    if (charge)
        view_charge(charge, view);
    return SL_OK;
}

static void view_attempt(const struct attempt *attempt, sl_payment_view *view)
{
    if (!attempt_has_failed(attempt) || view->failure_code)
        return;
    view->failure_code = attempt->code;
    view->failure_message = attempt->message;
    view->decline_code = attempt->decline_code;
    view->advice_code = attempt->advice_code;
}

static sl_status settled_rows(sl_context *cx, const struct settlement *settlement,
                              struct payment_intent *ret)
{
    if (settlement->intent) {
        *ret = *settlement->intent;
        return SL_OK;
    }
    sl_status status = sl_find(cx, &payment_intents, settlement->attempt->intent, ret);
    return status == SL_E_NOT_FOUND
               ? sl_fail(cx, SL_E_INTERNAL, NULL, "The intent of attempt %s is missing.",
                         settlement->attempt->id)
               : status;
}

static sl_status settle_joined(sl_context *cx, void *data, const struct settlement *settlement)
{
    struct settle_call *call = data;
    struct payment_intent intent;
    sl_status status = settled_rows(cx, settlement, &intent);
    if (status == SL_OK)
        status = view_fill(cx, &intent, settlement->charge, call->view);
    if (status != SL_OK)
        return status;
    view_attempt(settlement->attempt, call->view);
    if (settlement->refund) {
        call->view->refund = settlement->refund->id;
        call->view->refund_status = settlement->refund->status;
        call->view->refund_amount = settlement->refund->amount;
    }
    return call->settle ? call->settle(cx, call->data, call->view) : SL_OK;
}

static struct intent_params params_of(const sl_payment_order *order)
{
    return (struct intent_params){
        .amount = order->amount,
        .currency = order->currency,
        .customer = order->customer,
        .payment_method = order->payment_method,
        .capture_method = order->capture_later ? "manual" : "automatic",
        .description = order->description,
        .receipt_email = order->receipt_email,
        .statement_descriptor = order->statement_descriptor,
        .setup_future_usage = order->setup_future_usage,
        .return_url = order->return_url,
        .transfer_group = order->transfer_group,
        .metadata = order->metadata,
    };
}

static sl_status service_create(sl_context *cx, const sl_payment_order *order, sl_payment_view *ret)
{
    const struct intent_params params = params_of(order);
    struct payment_intent *intent = sl_alloc(cx, sizeof(*intent));
    sl_payment_method_view method = { .struct_size = sizeof(method) };
    sl_status status = intent_create(cx, &params, intent, &method);
    return status == SL_OK ? view_fill(cx, intent, NULL, ret) : status;
}

static sl_status service_pay(sl_context *cx, const sl_payment_order *order, sl_payment_view *ret)
{
    struct intent_params params = params_of(order);
    params.confirm = true;
    struct payment_intent *intent = sl_alloc(cx, sizeof(*intent));
    sl_payment_method_view method = { .struct_size = sizeof(method) };
    sl_status status = intent_create(cx, &params, intent, &method);
    if (status != SL_OK)
        return status;
    struct settle_call call = { order->settle, order->settle_data, ret };
    const struct intent_confirmation how = {
        .answer = ANSWER_NONE,
        .off_session = order->off_session,
        .is_new = true,
        .joined = settle_joined,
        .joined_data = &call,
    };
    return intent_confirm(cx, intent, &method, &how);
}

static sl_status service_confirm(sl_context *cx, const char *id, const sl_payment_order *order,
                                 sl_payment_view *ret)
{
    struct payment_intent *intent = sl_alloc(cx, sizeof(*intent));
    sl_status status = payment_intent_load(cx, id, "payment_intent", intent);
    if (status != SL_OK)
        return status;
    if (!intent_may_change(intent->status) || intent->open_attempt)
        return intent_unexpected(cx, intent, "confirmed",
                                 "requires_payment_method, requires_confirmation");
    bool given;
    sl_payment_method_view method = { .struct_size = sizeof(method) };
    const char *wanted = order->payment_method ? order->payment_method : intent->payment_method;
    status =
        method_of_params(cx, wanted, NULL, intent->customer, intent->currency, &given, &method);
    if (status == SL_OK && !given)
        status = intent_unexpected(cx, intent, "confirmed", "requires_confirmation");
    if (status != SL_OK)
        return status;
    intent->payment_method = method.id;
    if (order->return_url)
        intent->return_url = order->return_url;
    struct settle_call call = { order->settle, order->settle_data, ret };
    const struct intent_confirmation how = {
        .answer = ANSWER_NONE,
        .off_session = order->off_session,
        .joined = settle_joined,
        .joined_data = &call,
    };
    return intent_confirm(cx, intent, &method, &how);
}

static sl_status service_refund(sl_context *cx, const sl_refund_order *order, sl_payment_view *ret)
{
    struct charge *charge = sl_alloc(cx, sizeof(*charge));
    sl_status status = charge_load(cx, order->charge, "charge", charge);
    if (status != SL_OK)
        return status;
    struct settle_call call = { order->settle, order->settle_data, ret };
    const struct refund_order refund = {
        .answer = ANSWER_NONE,
        .amount = order->amount,
        .reason = order->reason,
        .description = order->description,
        .metadata = order->metadata,
        .joined = settle_joined,
        .joined_data = &call,
    };
    return charge_refund(cx, charge, &refund);
}

static sl_status service_cancel(sl_context *cx, const char *id, const char *reason)
{
    struct payment_intent *intent = sl_alloc(cx, sizeof(*intent));
    sl_status status = payment_intent_load(cx, id, "payment_intent", intent);
    if (status != SL_OK)
        return status;
    if (!intent_may_change(intent->status) || intent->open_attempt)
        return intent_unexpected(cx, intent, "canceled",
                                 "requires_payment_method, requires_confirmation");
    status = intent_move(cx, intent, STATE_CANCELED);
    if (status != SL_OK)
        return status;
    intent->cancellation_reason = reason;
    intent->canceled_at = sl_now(cx);
    sl_update(cx, &payment_intents, intent, "status, cancellation_reason, canceled_at");
    sl_event(cx, "payment_intent.canceled", &payment_intent_resource, intent, NULL);
    return SL_OK;
}

static sl_status service_payment(sl_context *cx, const char *id, const char *param,
                                 sl_payment_view *ret)
{
    struct payment_intent intent;
    sl_status status = payment_intent_load(cx, id, param, &intent);
    return status == SL_OK ? view_fill(cx, &intent, NULL, ret) : status;
}

static sl_status service_inquire(sl_context *cx, const char *id, const char *param,
                                 sl_payment_view *ret)
{
    struct payment_intent intent;
    sl_status status = payment_intent_load(cx, id, param, &intent);
    if (status != SL_OK)
        return status;
    /* Beside this context: what is committed here does not end its caller's right to begin again. */
    if (intent.open_attempt && attempt_inquire(sl_context_aside(cx), intent.open_attempt) == SL_OK)
        status = payment_intent_load(cx, id, param, &intent);
    return status == SL_OK ? view_fill(cx, &intent, NULL, ret) : status;
}

static sl_status service_charge(sl_context *cx, const char *id, const char *param,
                                sl_payment_view *ret)
{
    struct charge charge;
    struct payment_intent intent;
    sl_status status = charge_load(cx, id, param, &charge);
    if (status == SL_OK)
        status = payment_intent_load(cx, charge.payment_intent, param, &intent);
    return status == SL_OK ? view_fill(cx, &intent, &charge, ret) : status;
}

static sl_status service_failure(sl_context *cx, const sl_payment_view *payment)
{
    if (!payment->failure_code)
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL,
                       "The gateway could not be reached; nothing was charged. Try again.");
    sl_status status =
        sl_fail(cx, SL_E_CARD, payment->failure_code, "%s",
                payment->failure_message ? payment->failure_message : "Your card was declined.");
    sl_error_decline(cx, payment->decline_code, payment->advice_code);
    return status;
}

static sl_status service_move(sl_context *cx, const sl_movement *order,
                              const char **ret_transaction)
{
    const struct movement movement = {
        .type = order->type,
        .category = order->category,
        .amount = order->amount,
        .fee = order->fee,
        .currency = order->currency,
        .source = order->source,
        .source_type = order->source_type,
        .subject = order->subject,
        .description = order->description,
        .counter = order->counter,
        .pending = order->pending,
    };
    return balance_move(cx, &movement, ret_transaction);
}

const sl_payments_service payments_service = {
    .struct_size = sizeof(sl_payments_service),
    .create = service_create,
    .pay = service_pay,
    .confirm = service_confirm,
    .refund = service_refund,
    .cancel = service_cancel,
    .payment = service_payment,
    .charge = service_charge,
    .failure = service_failure,
    .move = service_move,
    .inquire = service_inquire,
};
