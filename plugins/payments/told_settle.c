/*
 * told_settle.c: a gateway's word becomes the outcome of an attempt.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "attempt_recovery.h"
#include "payment_intent_states.h"
#include "told.h"

sl_gateway_outcome told_outcome(int32_t kind, const char *reference)
{
    return (sl_gateway_outcome){ .struct_size = sizeof(sl_gateway_outcome),
                                 .kind = kind,
                                 .reference = reference,
                                 .amount = SL_NONE,
                                 .fee = SL_NONE };
}

/* Whether the attempt's gateway decides alone: it can be asked, and moves real money. */
static bool gateway_decides(sl_context *cx, const struct attempt *attempt)
{
    const sl_gateway *gateway = NULL;
    if (sl_gateway_choose(cx, attempt->gateway, attempt->currency, "card", &gateway) != SL_OK) {
        sl_error_clear(cx);
        return false;
    }
    return !sl_gateway_can(gateway, SL_GATEWAY_TEST_ONLY);
}

/* Beside this context, whose writes are the word's. That the gateway does not answer leaves its attempt to the recovery. */
static sl_status gateway_asked(sl_context *cx, const sl_gateway_object *told,
                               struct attempt *attempt)
{
    if (told->attempt)
        return SL_OK; /* whoever told of the attempt has asked already */
    sl_context *aside = sl_context_aside(cx);
    if (attempt_inquire(aside, attempt->id) != SL_OK)
        sl_error_clear(aside);
    return sl_find(cx, &payment_attempts, attempt->id, attempt);
}

sl_status told_open_end(sl_context *cx, const sl_gateway_object *told, struct attempt *attempt,
                        const sl_gateway_outcome *outcome)
{
    sl_status status = gateway_asked(cx, told, attempt);
    if (status != SL_OK || !attempt_is_open(attempt) || gateway_decides(cx, attempt))
        return status;
    sl_gateway_outcome word = *outcome;
    if (attempt->reference)
        word.reference = attempt->reference;
    struct settlement settlement = { .id = attempt->id, .outcome = &word, .silent = true };
    return attempt_record(cx, &settlement);
}

static struct attempt *attempt_add(sl_context *cx, const struct attempt *draft)
{
    struct attempt *attempt = sl_alloc(cx, sizeof(*attempt));
    *attempt = *draft;
    attempt->answer = ANSWER_NONE;
    attempt_begin(cx, attempt);
    return attempt;
}

sl_status told_authorize(sl_context *cx, const sl_gateway_object *told,
                         const struct told_authorization *word, struct charge **ret)
{
    struct payment_intent *intent = word->intent;
    const struct attempt draft = {
        .operation = ATTEMPT_AUTHORIZE,
        .intent = intent->id,
        .charge = word->charge,
        .customer = intent->customer,
        .gateway = told->gateway,
        .amount = word->amount,
        .currency = intent->currency,
        .capture = word->capture,
        .state_before = intent->status,
        .description = intent->description,
    };
    struct attempt *attempt = attempt_add(cx, &draft);
    sl_status status = SL_OK;
    /* From wherever the intent stood when it was confirmed elsewhere. */
    if (intent_may_move(intent->status, STATE_PROCESSING))
        intent->status = STATE_PROCESSING;
    struct settlement settlement = {
        .known_attempt = attempt,
        .known_intent = intent,
        .outcome = &word->outcome,
        .silent = true,
        .recovery = true,
    };
    status = attempt_record(cx, &settlement);
    if (status == SL_OK && settlement.intent)
        *intent = *settlement.intent;
    *ret = settlement.charge;
    return status;
}

sl_status told_later(sl_context *cx, const struct charge *charge, const char *operation,
                     int64_t amount, const char *reason)
{
    const struct attempt draft = {
        .operation = operation,
        .intent = charge->payment_intent,
        .charge = charge->id,
        .customer = charge->customer,
        .payment_method = charge->payment_method,
        .gateway = charge->gateway,
        .original = charge->gateway_reference,
        .amount = amount,
        .currency = charge->currency,
        .capture = same(operation, ATTEMPT_CAPTURE),
        .state_before = STATE_REQUIRES_CAPTURE,
        .reason = reason,
    };
    const struct attempt *attempt = attempt_add(cx, &draft);
    const sl_gateway_outcome outcome = told_outcome(SL_GATEWAY_APPROVED, charge->gateway_reference);
    struct settlement settlement = {
        .known_attempt = attempt, .outcome = &outcome, .silent = true, .recovery = true
    };
    return attempt_record(cx, &settlement);
}
