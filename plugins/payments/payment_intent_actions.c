/*
 * payment_intent_actions.c: confirm, capture and cancel: what asks a gateway.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "attempt_route.h"
#include "charge_service.h"
#include "payment_intent_service.h"
#include "payment_intent_states.h"

#define CONFIRM_COLUMNS                                                                               \
    "status, open_attempt, action_url, customer, payment_method, capture_method, setup_future_usage," \
    " receipt_email, shipping, return_url, allowed_types, excluded_types, three_d_secure,"            \
    " card_options, amount_details, payment_details,"                                                 \
    " last_payment_error, metadata"

static struct attempt *authorization_begin(sl_context *cx, const struct payment_intent *intent,
                                           const sl_payment_method_view *method,
                                           const struct payment_way *way,
                                           const struct intent_confirmation *how)
{
    struct attempt *attempt = sl_alloc(cx, sizeof(*attempt));
    *attempt = (struct attempt){
        .operation = ATTEMPT_AUTHORIZE,
        .answer = how->answer,
        .intent = intent->id,
        .charge = how->charge ? how->charge : sl_id(cx, "ch"),
        .customer = intent->customer,
        .payment_method = method->id,
        .gateway = sl_gateway_name(way->gateway),
        .token = way->token,
        .amount = intent->amount,
        .currency = intent->currency,
        .capture = !intent_captures_later(intent),
        .off_session = how->off_session || how->error_on_action,
        .state_before = STATE_REQUIRES_CONFIRMATION,
        .description = intent->description,
        .statement_descriptor = intent->statement_descriptor ? intent->statement_descriptor
                                                             : intent->statement_descriptor_suffix,
        .return_url = return_url_of(cx, intent->return_url, "payment_intent", intent->id,
                                    intent->client_secret),
    };
    attempt_begin(cx, attempt);
    return attempt;
}

sl_status intent_confirm(sl_context *cx, struct payment_intent *intent,
                         const sl_payment_method_view *method,
                         const struct intent_confirmation *how)
{
    struct payment_route route;
    sl_status status = payment_route_find(cx, intent, method, &route);
    if (status != SL_OK)
        return status;
    const struct payment_way *way = &route.ways[route.at];
    struct settlement settlement = { .known_intent = intent,
                                     .route = &route,
                                     .joined = how->joined,
                                     .joined_data = how->joined_data };
    status = charge_method_facts(cx, method, &settlement.known_card, &settlement.known_billing);
    if (status != SL_OK)
        return status;
    struct attempt *attempt = authorization_begin(cx, intent, method, way, how);
    settlement.known_attempt = attempt;
    intent->open_attempt = attempt->id;
    intent->last_payment_error = NULL;
    status = intent_move(cx, intent, STATE_PROCESSING);
    if (status != SL_OK)
        return status;
    if (how->is_new)
        sl_insert(cx, &payment_intents, intent);
    else
        sl_update(cx, &payment_intents, intent, CONFIRM_COLUMNS);
    if (how->early_charge) {
        struct charge charge;
        status = charge_draft(cx, &settlement, attempt, intent, &charge);
        if (status != SL_OK)
            return status;
        sl_insert(cx, &charges, &charge);
    }
    return attempt_run(cx, way->gateway, &settlement);
}

/* An attempt on what an intent has authorized. */
static sl_status later_run(sl_context *cx, struct payment_intent *intent, struct attempt *attempt)
{
    struct charge charge;
    sl_status status = sl_find(cx, &charges, intent->latest_charge, &charge);
    if (status == SL_E_NOT_FOUND)
        return sl_fail(cx, SL_E_INTERNAL, NULL, "The charge of payment intent %s is missing.",
                       intent->id);
    if (status != SL_OK)
        return status;
    const sl_gateway *gateway = NULL;
    status = sl_gateway_choose(cx, charge.gateway, charge.currency, "card", &gateway);
    if (status == SL_OK)
        status = gateway_ready(cx, gateway);
    if (status != SL_OK)
        return status;
    if (same(attempt->operation, ATTEMPT_CAPTURE) && attempt->amount < intent->amount_capturable &&
        !sl_gateway_can(gateway, SL_GATEWAY_CAN_PARTIAL_CAPTURE))
        return sl_fail_param(cx, SL_E_UNSUPPORTED, "payment_intent_invalid_parameter",
                             "amount_to_capture", "The gateway %s captures the whole amount only.",
                             charge.gateway);
    attempt->intent = intent->id;
    attempt->charge = charge.id;
    attempt->customer = intent->customer;
    attempt->payment_method = charge.payment_method;
    attempt->gateway = charge.gateway;
    attempt->original = charge.gateway_reference;
    attempt->currency = intent->currency;
    attempt->state_before = intent->status;
    attempt_begin(cx, attempt);
    intent->open_attempt = attempt->id;
    sl_update(cx, &payment_intents, intent,
              "open_attempt, statement_descriptor, statement_descriptor_suffix, amount_details,"
              " payment_details, metadata");
    struct settlement settlement = { .known_attempt = attempt, .known_intent = intent };
    return attempt_run(cx, gateway, &settlement);
}

sl_status intent_capture(sl_context *cx, struct payment_intent *intent, int64_t amount,
                         const char *answer)
{
    if (!same(intent->status, STATE_REQUIRES_CAPTURE) || intent->open_attempt)
        return intent_unexpected(cx, intent, "captured", STATE_REQUIRES_CAPTURE);
    if (amount == SL_NONE)
        amount = intent->amount_capturable;
    if (amount > intent->amount_capturable)
        return sl_fail_param(
            cx, SL_E_INVALID, "amount_too_large", "amount_to_capture",
            "The amount to capture (%s) is greater than the amount capturable (%s).",
            money_text(cx, amount, intent->currency),
            money_text(cx, intent->amount_capturable, intent->currency));
    struct attempt *attempt = sl_alloc(cx, sizeof(*attempt));
    *attempt = (struct attempt){
        .operation = ATTEMPT_CAPTURE,
        .answer = answer,
        .amount = amount,
        .capture = true,
    };
    return later_run(cx, intent, attempt);
}

/* A charge that the Stripe_lite routes showed while it waited for the customer ends with its intent. */
static sl_status waiting_charge_end(sl_context *cx, const struct attempt *attempt)
{
    struct charge charge;
    sl_status status = sl_find(cx, &charges, attempt->charge, &charge);
    if (status == SL_E_NOT_FOUND)
        return SL_OK;
    if (status != SL_OK || !same(charge.status, "pending"))
        return status;
    charge.status = "failed";
    charge.action_url = NULL;
    charge.failure_code = "payment_intent_payment_attempt_expired";
    charge.failure_message = "The payment was given up before the customer authenticated it.";
    charge_state_refresh(&charge);
    sl_update(cx, &charges, &charge, "status, state, action_url, failure_code, failure_message");
    struct charge *row = sl_alloc(cx, sizeof(*row));
    *row = charge;
    sl_event(cx, "charge.failed", &charge_resource, row, NULL);
    return SL_OK;
}

sl_status intent_action_give_up(sl_context *cx, struct payment_intent *intent)
{
    struct attempt *attempt = sl_alloc(cx, sizeof(*attempt));
    sl_status status = attempt_give_up(cx, intent->open_attempt, attempt);
    if (status != SL_OK)
        return status;
    attempt_abandon_add(cx, attempt);
    intent->open_attempt = NULL;
    intent->action_url = NULL;
    return waiting_charge_end(cx, attempt);
}

sl_status intent_cancel(sl_context *cx, struct payment_intent *intent, const char *reason)
{
    bool waits = same(intent->status, STATE_REQUIRES_ACTION);
    if (!intent_may_cancel(intent->status) || (intent->open_attempt && !waits))
        return intent_unexpected(
            cx, intent, "canceled",
            "requires_payment_method, requires_capture, requires_confirmation, "
            "requires_action");
    if (same(intent->status, STATE_REQUIRES_CAPTURE)) {
        struct attempt *attempt = sl_alloc(cx, sizeof(*attempt));
        *attempt = (struct attempt){
            .operation = ATTEMPT_VOID,
            .answer = ANSWER_INTENT,
            .amount = intent->amount_capturable,
            .reason = reason,
        };
        return later_run(cx, intent, attempt);
    }
    if (waits && intent->open_attempt) {
        sl_status status = intent_action_give_up(cx, intent);
        if (status != SL_OK)
            return status;
    }
    sl_status status = intent_move(cx, intent, STATE_CANCELED);
    if (status != SL_OK)
        return status;
    intent->cancellation_reason = reason;
    intent->canceled_at = sl_now(cx);
    sl_update(cx, &payment_intents, intent,
              "status, open_attempt, action_url, cancellation_reason, canceled_at");
    sl_event(cx, "payment_intent.canceled", &payment_intent_resource, intent, NULL);
    return sl_resource_reply(cx, 200, &payment_intent_resource, intent);
}
