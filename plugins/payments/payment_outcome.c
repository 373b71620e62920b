/*
 * payment_outcome.c: what the outcome of an authorization does to intent, charge, balance and events.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "attempt_outcome.h"
#include "charge_service.h"
#include "payment_intent_service.h"
#include "payment_intent_states.h"

#define INTENT_COLUMNS                                                                         \
    "status, amount_capturable, amount_received, latest_charge, payment_method, open_attempt," \
    " action_url, last_payment_error, cancellation_reason, canceled_at"
#define CHARGE_COLUMNS                                                                          \
    "status, state, amount_captured, captured, voided, gateway_reference, balance_transaction," \
    " failure_code, failure_message, decline_code, advice_code, network_code, action_url, authenticated"

struct payment_rows {
    struct settlement *settlement;
    const struct attempt *before;
    struct attempt *attempt;
    struct payment_intent *intent;
    struct charge *charge;
    bool charge_new;
};

static sl_status rows_load(sl_context *cx, struct settlement *settlement,
                           const struct attempt *before, struct payment_rows *ret)
{
    *ret = (struct payment_rows){ .settlement = settlement,
                                  .before = before,
                                  .attempt = settlement->attempt };
    ret->intent = sl_alloc(cx, sizeof(*ret->intent));
    ret->charge = sl_alloc(cx, sizeof(*ret->charge));
    settlement->charge = ret->charge;
    if (settlement->known_intent && !settlement->fresh) {
        *ret->intent = *settlement->known_intent;
    } else {
        sl_status status = sl_find(cx, &payment_intents, before->intent, ret->intent);
        if (status == SL_E_NOT_FOUND)
            return sl_fail(cx, SL_E_INTERNAL, NULL, "The intent of attempt %s is missing.",
                           before->id);
        if (status != SL_OK)
            return status;
    }
    settlement->intent = ret->intent;
    return charge_of_attempt(cx, settlement, ret->intent, ret->charge, &ret->charge_new);
}

static void charge_write(sl_context *cx, struct payment_rows *rows, const char *event)
{
    charge_state_refresh(rows->charge);
    if (rows->charge_new)
        sl_insert(cx, &charges, rows->charge);
    else
        sl_update(cx, &charges, rows->charge, CHARGE_COLUMNS);
    rows->intent->latest_charge = rows->charge->id;
    if (event)
        sl_event(cx, event, &charge_resource, rows->charge, NULL);
}

static sl_status intent_write(sl_context *cx, struct payment_rows *rows, const char *to,
                              const char *event)
{
    sl_status status = intent_move(cx, rows->intent, to);
    if (status != SL_OK)
        return status;
    sl_update(cx, &payment_intents, rows->intent, INTENT_COLUMNS);
    if (event)
        sl_event(cx, event, &payment_intent_resource, rows->intent, NULL);
    return SL_OK;
}

/* The card stays with the customer; that it does not is no reason to lose sight of money that moved. */
static void method_keep(sl_context *cx, const struct payment_rows *rows)
{
    const struct payment_intent *intent = rows->intent;
    if (!intent_keeps_method(intent) || !intent->customer || !intent->payment_method)
        return;
    if (customers()->attach(cx, intent->payment_method, intent->customer, true) != SL_OK) {
        sl_log(cx, SL_LOG_WARNING, "payment method not kept", "payment_intent", intent->id,
               "reason", sl_error_message(cx) ? sl_error_message(cx) : "");
        sl_error_clear(cx);
    }
}

static sl_status payment_approved(sl_context *cx, struct payment_rows *rows)
{
    struct charge *charge = rows->charge;
    struct payment_intent *intent = rows->intent;
    charge->status = "succeeded";
    charge->action_url = NULL;
    charge->gateway_reference = rows->attempt->reference;
    charge->authenticated = same(rows->before->status, ATTEMPT_REQUIRES_ACTION);
    intent->open_attempt = NULL;
    intent->action_url = NULL;
    intent->last_payment_error = NULL;
    if (rows->attempt->capture) {
        sl_status status = charge_captured_add(cx, charge, charge->amount, rows->attempt->fee,
                                               rows->settlement->outcome->available);
        if (status != SL_OK)
            return status;
        intent->amount_received = charge->amount;
        intent->amount_capturable = 0;
    } else {
        intent->amount_capturable = charge->amount;
    }
    charge_write(cx, rows, "charge.succeeded");
    method_keep(cx, rows);
    return rows->attempt->capture
               ? intent_write(cx, rows, STATE_SUCCEEDED, "payment_intent.succeeded")
               : intent_write(cx, rows, STATE_REQUIRES_CAPTURE,
                              "payment_intent.amount_capturable_updated");
}

static sl_status payment_declined(sl_context *cx, struct payment_rows *rows)
{
    struct charge *charge = rows->charge;
    struct payment_intent *intent = rows->intent;
    const struct attempt *attempt = rows->attempt;
    bool unauthenticated = same(attempt->code, "payment_intent_authentication_failure");
    charge->status = "failed";
    charge->action_url = NULL;
    charge->gateway_reference = attempt->reference;
    charge->failure_code = attempt->code;
    charge->failure_message = attempt->message;
    charge->decline_code = attempt->decline_code;
    charge->advice_code = attempt->advice_code;
    charge->network_code = attempt->network_code;
    bool charged = !unauthenticated || !rows->charge_new;
    if (charged)
        charge_write(cx, rows, "charge.failed");
    const struct payment_error error = {
        .type = unauthenticated ? "invalid_request_error" : NULL,
        .code = attempt->code,
        .decline_code = attempt->decline_code,
        .advice_code = attempt->advice_code,
        .network_code = attempt->network_code,
        .message = attempt->message,
        .charge = charged ? charge->id : NULL,
        .payment_method = attempt->payment_method,
    };
    if (!charged)
        rows->settlement->charge = NULL;
    sl_status status = payment_error_text(cx, &error, &intent->last_payment_error);
    if (status != SL_OK)
        return status;
    intent->open_attempt = NULL;
    intent->action_url = NULL;
    intent->payment_method = NULL;
    return intent_write(cx, rows, STATE_REQUIRES_PAYMENT_METHOD, "payment_intent.payment_failed");
}

/* Nothing left this server: the intent is as before, and may be confirmed again. */
static sl_status payment_not_sent(sl_context *cx, struct payment_rows *rows)
{
    if (!rows->charge_new) {
        rows->charge->status = "failed";
        rows->charge->action_url = NULL;
        rows->charge->failure_code = "processing_error";
        rows->charge->failure_message = "The payment could not be sent to the gateway.";
        charge_write(cx, rows, "charge.failed");
    } else {
        rows->settlement->charge = NULL;
    }
    rows->intent->open_attempt = NULL;
    return intent_write(cx, rows, rows->attempt->state_before, NULL);
}

static sl_status payment_requires_action(sl_context *cx, struct payment_rows *rows)
{
    if (!rows->charge_new) {
        rows->charge->action_url = rows->attempt->action_url;
        rows->charge->gateway_reference = rows->attempt->reference;
        charge_write(cx, rows, NULL);
    } else {
        rows->settlement->charge = NULL;
    }
    rows->intent->action_url = rows->attempt->action_url;
    return intent_write(cx, rows, STATE_REQUIRES_ACTION, "payment_intent.requires_action");
}

static sl_status payment_unknown(sl_context *cx, struct payment_rows *rows)
{
    bool first = same(rows->before->status, ATTEMPT_STARTED);
    rows->charge->gateway_reference = rows->attempt->reference;
    charge_write(cx, rows, rows->charge_new ? "charge.pending" : NULL);
    return intent_write(cx, rows, STATE_PROCESSING, first ? "payment_intent.processing" : NULL);
}

sl_status payment_outcome_apply(sl_context *cx, struct settlement *settlement,
                                const struct attempt *before)
{
    struct payment_rows rows;
    sl_status status = rows_load(cx, settlement, before, &rows);
    if (status != SL_OK)
        return status;
    const char *now = rows.attempt->status;
    sl_metric_add("stripe_lite_payments_total", "outcome", now, 1);
    if (same(now, ATTEMPT_SUCCEEDED))
        return payment_approved(cx, &rows);
    if (same(now, ATTEMPT_DECLINED))
        return payment_declined(cx, &rows);
    if (same(now, ATTEMPT_NOT_SENT))
        return payment_not_sent(cx, &rows);
    if (same(now, ATTEMPT_REQUIRES_ACTION))
        return payment_requires_action(cx, &rows);
    return payment_unknown(cx, &rows);
}

/* Capture and void work on a charge that is there. */
static sl_status later_rows_load(sl_context *cx, struct settlement *settlement,
                                 const struct attempt *before, struct payment_rows *ret)
{
    settlement->fresh = true;
    sl_status status = rows_load(cx, settlement, before, ret);
    if (status == SL_OK && ret->charge_new)
        return sl_fail(cx, SL_E_INTERNAL, NULL, "The charge of attempt %s is missing.", before->id);
    return status;
}

/* What a capture or void that did not come about, or is not known yet, leaves behind. */
static sl_status later_undecided(sl_context *cx, struct payment_rows *rows)
{
    if (rows->attempt->unsettled)
        return intent_write(cx, rows, STATE_PROCESSING, NULL);
    rows->intent->open_attempt = NULL;
    return intent_write(cx, rows, rows->attempt->state_before, NULL);
}

sl_status capture_outcome_apply(sl_context *cx, struct settlement *settlement,
                                const struct attempt *before)
{
    struct payment_rows rows;
    sl_status status = later_rows_load(cx, settlement, before, &rows);
    if (status != SL_OK)
        return status;
    if (!same(rows.attempt->status, ATTEMPT_SUCCEEDED))
        return later_undecided(cx, &rows);
    status = charge_captured_add(cx, rows.charge, rows.attempt->amount, rows.attempt->fee,
                                 settlement->outcome->available);
    if (status != SL_OK)
        return status;
    charge_write(cx, &rows, "charge.captured");
    rows.intent->open_attempt = NULL;
    rows.intent->amount_received = rows.attempt->amount;
    rows.intent->amount_capturable = 0;
    return intent_write(cx, &rows, STATE_SUCCEEDED, "payment_intent.succeeded");
}

sl_status void_outcome_apply(sl_context *cx, struct settlement *settlement,
                             const struct attempt *before)
{
    struct payment_rows rows;
    sl_status status = later_rows_load(cx, settlement, before, &rows);
    if (status != SL_OK)
        return status;
    if (!same(rows.attempt->status, ATTEMPT_SUCCEEDED))
        return later_undecided(cx, &rows);
    rows.charge->voided = true;
    charge_write(cx, &rows, "charge.refunded");
    rows.intent->open_attempt = NULL;
    rows.intent->amount_capturable = 0;
    rows.intent->cancellation_reason = rows.attempt->reason;
    rows.intent->canceled_at = sl_now(cx);
    return intent_write(cx, &rows, STATE_CANCELED, "payment_intent.canceled");
}
