/*
 * setup_intent_service.c: confirming a setup intent, and what its outcome does.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "setup_intent_service.h"

#include "attempt_outcome.h"
#include "attempt_route.h"
#include "payment_intent_states.h"

#define SETUP_COLUMNS                                                                         \
    "status, open_attempt, action_url, customer, payment_method, return_url, three_d_secure," \
    " allowed_types, excluded_types, description, last_setup_error, metadata"

sl_status setup_move(sl_context *cx, struct setup_intent *intent, const char *to)
{
    if (!intent_may_move(intent->status, to) || same(to, STATE_REQUIRES_CAPTURE))
        return sl_fail(cx, SL_E_INTERNAL, NULL, "Setup intent %s cannot go from %s to %s.",
                       intent->id, intent->status, to);
    intent->status = to;
    return SL_OK;
}

sl_status setup_unexpected(sl_context *cx, const struct setup_intent *intent, const char *what)
{
    sl_json *json;
    sl_status status = sl_resource_json(cx, &setup_intent_resource, intent, &json);
    if (status != SL_OK)
        return status;
    status =
        sl_fail(cx, SL_E_INVALID, "setup_intent_unexpected_state",
                "This SetupIntent's status is %s, so it could not be %s.", intent->status, what);
    sl_error_attach(cx, "setup_intent", json);
    return status;
}

sl_status setup_confirm(sl_context *cx, struct setup_intent *intent,
                        const sl_payment_method_view *method, bool is_new)
{
    const sl_gateway *gateway = NULL;
    const char *currency = sl_default_currency(cx);
    sl_status status = sl_gateway_choose(cx, method->gateway, currency, method->type, &gateway);
    if (status == SL_OK)
        status = gateway_ready(cx, gateway);
    if (status != SL_OK)
        return status;
    struct attempt *attempt = sl_alloc(cx, sizeof(*attempt));
    *attempt = (struct attempt){
        .operation = ATTEMPT_SETUP,
        .answer = ANSWER_SETUP,
        .setup_intent = intent->id,
        .customer = intent->customer,
        .payment_method = method->id,
        .gateway = sl_gateway_name(gateway),
        .token = method->token,
        .currency = currency,
        .state_before = STATE_REQUIRES_CONFIRMATION,
        .description = intent->description,
        .return_url = return_url_of(cx, intent->return_url, "setup_intent", intent->id,
                                    intent->client_secret),
    };
    attempt_begin(cx, attempt);
    intent->open_attempt = attempt->id;
    intent->last_setup_error = NULL;
    status = setup_move(cx, intent, STATE_PROCESSING);
    if (status != SL_OK)
        return status;
    if (is_new)
        sl_insert(cx, &setup_intents, intent);
    else
        sl_update(cx, &setup_intents, intent, SETUP_COLUMNS);
    struct settlement settlement = { .known_attempt = attempt };
    return attempt_run(cx, gateway, &settlement);
}

sl_status setup_action_give_up(sl_context *cx, struct setup_intent *intent)
{
    struct attempt *attempt = sl_alloc(cx, sizeof(*attempt));
    sl_status status = attempt_give_up(cx, intent->open_attempt, attempt);
    if (status != SL_OK)
        return status;
    attempt_abandon_add(cx, attempt);
    intent->open_attempt = NULL;
    intent->action_url = NULL;
    return SL_OK;
}

static sl_status setup_write(sl_context *cx, struct setup_intent *intent, const char *to,
                             const char *event)
{
    sl_status status = setup_move(cx, intent, to);
    if (status != SL_OK)
        return status;
    sl_update(cx, &setup_intents, intent, SETUP_COLUMNS);
    if (event)
        sl_event(cx, event, &setup_intent_resource, intent, NULL);
    return SL_OK;
}

static sl_status setup_succeeded(sl_context *cx, struct setup_intent *intent)
{
    intent->open_attempt = NULL;
    intent->action_url = NULL;
    intent->last_setup_error = NULL;
    if (intent->customer) {
        sl_status status = customers()->attach(cx, intent->payment_method, intent->customer, true);
        if (status != SL_OK)
            return status;
    }
    return setup_write(cx, intent, STATE_SUCCEEDED, "setup_intent.succeeded");
}

static sl_status setup_declined(sl_context *cx, const struct attempt *attempt,
                                struct setup_intent *intent)
{
    const struct payment_error error = {
        .type = same(attempt->code, "setup_intent_authentication_failure") ? "invalid_request_error"
                                                                           : NULL,
        .code = attempt->code,
        .decline_code = attempt->decline_code,
        .advice_code = attempt->advice_code,
        .network_code = attempt->network_code,
        .message = attempt->message,
        .payment_method = attempt->payment_method,
    };
    sl_status status = payment_error_text(cx, &error, &intent->last_setup_error);
    if (status != SL_OK)
        return status;
    intent->open_attempt = NULL;
    intent->action_url = NULL;
    intent->payment_method = NULL;
    return setup_write(cx, intent, STATE_REQUIRES_PAYMENT_METHOD, "setup_intent.setup_failed");
}

sl_status setup_outcome_apply(sl_context *cx, struct settlement *settlement,
                              const struct attempt *before)
{
    const struct attempt *attempt = settlement->attempt;
    struct setup_intent *intent = sl_alloc(cx, sizeof(*intent));
    sl_status status = sl_find(cx, &setup_intents, before->setup_intent, intent);
    if (status == SL_E_NOT_FOUND)
        return sl_fail(cx, SL_E_INTERNAL, NULL, "The setup intent of attempt %s is missing.",
                       before->id);
    if (status != SL_OK)
        return status;
    settlement->setup_intent = intent;
    if (same(attempt->status, ATTEMPT_SUCCEEDED))
        return setup_succeeded(cx, intent);
    if (same(attempt->status, ATTEMPT_DECLINED))
        return setup_declined(cx, attempt, intent);
    if (same(attempt->status, ATTEMPT_REQUIRES_ACTION)) {
        intent->action_url = attempt->action_url;
        return setup_write(cx, intent, STATE_REQUIRES_ACTION, "setup_intent.requires_action");
    }
    if (attempt->unsettled)
        return setup_write(cx, intent, STATE_PROCESSING, NULL);
    intent->open_attempt = NULL;
    return setup_write(cx, intent, attempt->state_before, NULL);
}
