/*
 * payment_intent_routes.c: the routes of payment intents: load, call the service, answer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "attempt_outcome.h"
#include "payment_intent_service.h"
#include "payment_intent_states.h"
#include "payments_routes.h"

#define UPDATE_COLUMNS                                                                                     \
    "status, amount, currency, customer, payment_method, capture_method, setup_future_usage, description," \
    " receipt_email, statement_descriptor, statement_descriptor_suffix, transfer_group, shipping,"         \
    " allowed_types, excluded_types, three_d_secure, card_options, amount_details, payment_details,"       \
    " last_payment_error, metadata"

sl_status client_secret_check(sl_context *cx, const char *given, const char *secret,
                              const char *noun, const char *id)
{
    bool needs = sl_caller(cx) == SL_CALLER_PUBLISHABLE;
    if (!given && !needs)
        return SL_OK;
    if (given && sl_equal_constant_time(given, secret))
        return SL_OK;
    if (!given)
        return sl_fail_param(cx, SL_E_INVALID, "parameter_missing", "client_secret",
                             "The client secret of the %s is needed with a publishable key.", noun);
    return sl_fail_param(
        cx, needs ? SL_E_NOT_FOUND : SL_E_INVALID,
        needs ? "resource_missing" : "payment_intent_invalid_parameter", "client_secret",
        "The client_secret provided does not match any associated %s: '%s'", noun, id);
}

static sl_status intent_of_request(sl_context *cx, const struct intent_params *params,
                                   struct payment_intent *ret)
{
    sl_status status = payment_intent_load(cx, params->id, "id", ret);
    if (status != SL_OK)
        return status;
    return client_secret_check(cx, params->client_secret, ret->client_secret, "payment intent",
                               params->id);
}

sl_status payment_intent_retrieve(sl_context *cx, const void *data)
{
    struct payment_intent intent;
    sl_status status = intent_of_request(cx, data, &intent);
    return status == SL_OK ? sl_resource_reply(cx, 200, &payment_intent_resource, &intent) : status;
}

static struct intent_confirmation confirmation_of(const struct intent_params *params)
{
    return (struct intent_confirmation){
        .answer = ANSWER_INTENT,
        .off_session = off_session_given(params),
        .error_on_action = params->error_on_requires_action,
    };
}

sl_status payment_intent_create(sl_context *cx, const void *data)
{
    const struct intent_params *params = data;
    struct payment_intent *intent = sl_alloc(cx, sizeof(*intent));
    sl_payment_method_view method = { .struct_size = sizeof(method) };
    sl_status status = intent_create(cx, params, intent, &method);
    if (status != SL_OK)
        return status;
    if (!params->confirm)
        return sl_resource_reply(cx, 200, &payment_intent_resource, intent);
    struct intent_confirmation how = confirmation_of(params);
    how.is_new = true;
    return intent_confirm(cx, intent, &method, &how);
}

sl_status payment_intent_update(sl_context *cx, const void *data)
{
    const struct intent_params *params = data;
    struct payment_intent intent;
    sl_status status = intent_of_request(cx, params, &intent);
    if (status != SL_OK)
        return status;
    sl_payment_method_view method = { .struct_size = sizeof(method) };
    status = intent_change(cx, params, &intent, &method);
    if (status != SL_OK)
        return status;
    sl_update(cx, &payment_intents, &intent, UPDATE_COLUMNS);
    return sl_resource_reply(cx, 200, &payment_intent_resource, &intent);
}

/* The customer may have come back from the authentication: the gateway knows. */
static sl_status action_look(sl_context *cx, const struct payment_intent *intent)
{
    struct attempt attempt;
    sl_status status = sl_find(cx, &payment_attempts, intent->open_attempt, &attempt);
    if (status != SL_OK)
        return status == SL_E_NOT_FOUND
                   ? sl_fail(cx, SL_E_INTERNAL, NULL,
                             "The attempt of payment intent %s is missing.", intent->id)
                   : status;
    sl_gateway_outcome *outcome = sl_alloc(cx, sizeof(*outcome));
    status = attempt_ask(cx, &attempt, outcome);
    if (status != SL_OK)
        return status;
    if (outcome->kind == SL_GATEWAY_UNKNOWN || outcome->kind == SL_GATEWAY_NOT_SENT ||
        outcome->kind == SL_GATEWAY_UNSUPPORTED)
        return sl_resource_reply(cx, 200, &payment_intent_resource, intent);
    struct settlement settlement = { .id = attempt.id, .outcome = outcome };
    return sl_retry(cx, attempt_record, &settlement);
}

/* A commit beside the request's own, which still may be refused or fail: its key is to be free then, not to wait for an answer. */
static sl_status action_give_up(sl_context *cx, struct payment_intent *intent)
{
    sl_context *aside = sl_context_aside(cx);
    sl_status status = intent_action_give_up(aside, intent);
    if (status == SL_OK)
        status = intent_move(aside, intent, STATE_REQUIRES_PAYMENT_METHOD);
    if (status == SL_OK)
        sl_update(aside, &payment_intents, intent, "status, open_attempt, action_url");
    if (status == SL_OK)
        status = sl_commit(aside);
    return failure_of(cx, aside, status);
}

/* The method the request names, else the one the intent has. */
static sl_status confirm_method(sl_context *cx, const struct intent_params *params,
                                struct payment_intent *intent, sl_payment_method_view *ret)
{
    sl_status status = intent_change(cx, params, intent, ret);
    if (status != SL_OK || ret->id)
        return status;
    if (!intent->payment_method)
        return sl_fail_param(
            cx, SL_E_INVALID, "payment_intent_unexpected_state", "payment_method",
            "You cannot confirm this PaymentIntent because it's missing a payment method. "
            "You can either update the PaymentIntent with a payment method and then confirm "
            "it again, or confirm it again directly with a payment method.");
    status = customers()->method(cx, intent->payment_method, "payment_method", ret);
    return status == SL_OK ? method_owner_check(cx, ret, intent->customer) : status;
}

sl_status payment_intent_confirm(sl_context *cx, const void *data)
{
    const struct intent_params *params = data;
    struct payment_intent *intent = sl_alloc(cx, sizeof(*intent));
    sl_status status = intent_of_request(cx, params, intent);
    if (status != SL_OK)
        return status;
    bool waits = same(intent->status, STATE_REQUIRES_ACTION) && intent->open_attempt;
    bool renewed = params->payment_method || params->payment_method_data;
    if (waits && !renewed)
        return action_look(cx, intent);
    if (!intent_may_confirm(intent->status) || (intent->open_attempt && !waits))
        return intent_unexpected(cx, intent, "confirmed",
                                 "requires_payment_method, requires_confirmation, requires_action");
    if (waits) {
        status = action_give_up(cx, intent);
        if (status != SL_OK)
            return status;
    }
    if (intent->customer) {
        sl_customer_view customer = { .struct_size = sizeof(customer) };
        status = customers()->customer(cx, intent->customer, "customer", &customer);
        if (status != SL_OK)
            return status;
    }
    sl_payment_method_view method = { .struct_size = sizeof(method) };
    status = confirm_method(cx, params, intent, &method);
    if (status != SL_OK)
        return status;
    const struct intent_confirmation how = confirmation_of(params);
    return intent_confirm(cx, intent, &method, &how);
}

sl_status payment_intent_capture(sl_context *cx, const void *data)
{
    const struct intent_params *params = data;
    struct payment_intent *intent = sl_alloc(cx, sizeof(*intent));
    sl_status status = payment_intent_load(cx, params->id, "id", intent);
    if (status != SL_OK)
        return status;
    if (!params->final_capture)
        return sl_fail_param(cx, SL_E_INVALID, "payment_intent_invalid_parameter", "final_capture",
                             "Payments are captured once: final_capture cannot be false.");
    if (params->statement_descriptor)
        intent->statement_descriptor = params->statement_descriptor;
    if (params->statement_descriptor_suffix)
        intent->statement_descriptor_suffix = params->statement_descriptor_suffix;
    if (params->metadata)
        intent->metadata = sl_map_merge(cx, intent->metadata, params->metadata);
    intent_details_take(cx, params, intent);
    return intent_capture(cx, intent, params->amount_to_capture, ANSWER_INTENT);
}

sl_status payment_intent_cancel(sl_context *cx, const void *data)
{
    const struct intent_params *params = data;
    struct payment_intent *intent = sl_alloc(cx, sizeof(*intent));
    sl_status status = payment_intent_load(cx, params->id, "id", intent);
    return status == SL_OK ? intent_cancel(cx, intent, params->cancellation_reason) : status;
}
