/*
 * attempt_service.c: asking a gateway, and recording what it said exactly once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "attempt_service.h"

#include "attempt_failover.h"
#include "attempt_outcome.h"
#include "attempt_route.h"

#define RESEND_DELAY_MS 200
#define BEGIN_SECONDS 5 /* after the attempt's start a call must have begun */
#define ACTION_WATCH_SECONDS 60

/* Gateways and jobs do not live on test clocks. */
int64_t attempt_real_now(sl_context *cx)
{
    int64_t lived = sl_now(cx);
    sl_now_set(cx, 0);
    int64_t now = sl_now(cx);
    if (lived != now)
        sl_now_set(cx, lived);
    return now;
}

void attempt_begin(sl_context *cx, struct attempt *attempt)
{
    attempt->id = sl_id(cx, "pay");
    attempt_start(cx, attempt);
}

void attempt_start(sl_context *cx, struct attempt *attempt)
{
    attempt->created = sl_now(cx);
    attempt->started = attempt_real_now(cx);
    attempt->status = ATTEMPT_STARTED;
    attempt->unsettled = true;
    attempt->fee = SL_NONE;
    attempt->request = sl_idempotency_key(cx) ? sl_request_id(cx) : NULL;
    attempt->base_url = sl_request_base_url(cx);
    if (!attempt->answer)
        attempt->answer = ANSWER_NONE;
    sl_insert(cx, &payment_attempts, attempt);
}

static void gateway_payment_fill(const struct attempt *attempt, sl_gateway_payment *ret)
{
    *ret = (sl_gateway_payment){
        .struct_size = sizeof(sl_gateway_payment),
        .capture = attempt->capture,
        .off_session = attempt->off_session,
        .setup = same(attempt->operation, ATTEMPT_SETUP),
        .attempt = attempt->id,
        .operation =
            same(attempt->operation, ATTEMPT_SETUP) ? ATTEMPT_AUTHORIZE : attempt->operation,
        .idempotency_key = attempt->id,
        .original = attempt->original,
        .amount = attempt->amount,
        .currency = attempt->currency,
        .token = attempt->token,
        .description = attempt->description,
        .statement_descriptor = attempt->statement_descriptor,
        .return_url = attempt->return_url,
        .base_url = attempt->base_url,
        .customer = attempt->customer,
        .reference = attempt->reference,
        .started = attempt->started,
    };
}

/* What a payment takes from its intent, whenever the gateway is asked about it. */
static void gateway_payment_add(const struct payment_intent *intent, sl_gateway_payment *payment)
{
    payment->metadata = intent->metadata;
    payment->setup_future_usage = intent_future_usage(intent);
}

static void outcome_clear(sl_gateway_outcome *outcome)
{
    *outcome = (sl_gateway_outcome){ .struct_size = sizeof(sl_gateway_outcome),
                                     .kind = SL_GATEWAY_UNKNOWN,
                                     .amount = SL_NONE,
                                     .fee = SL_NONE };
}

int64_t attempt_call_seconds(const sl_context *cx)
{
    return BEGIN_SECONDS + sl_gateway_call_seconds(cx) + 1;
}

/* A commit may have been slow, this process may have stood still: the recovery may have settled the attempt by now. */
static sl_status gateway_call(sl_context *cx, const sl_gateway *gateway,
                              const struct attempt *attempt, const sl_gateway_payment *payment,
                              sl_gateway_outcome *ret)
{
    outcome_clear(ret);
    if (SL_FAULT_OF("payment.before_gateway", attempt->operation)) {
        ret->kind = SL_GATEWAY_NOT_SENT;
        return SL_OK;
    }
    if (attempt_real_now(cx) - attempt->started < BEGIN_SECONDS)
        return sl_gateway_call(cx, gateway, payment, ret);
    sl_log(cx, SL_LOG_WARNING, "too late to ask the gateway", "attempt", attempt->id);
    ret->kind = SL_GATEWAY_NOT_SENT;
    return SL_OK;
}

/* What never left may be sent again at once: the key is the same, so that even a gateway that did see it moves nothing twice.
 * Where another gateway may be asked, that is better. */
static sl_status gateway_ask(sl_context *cx, const sl_gateway *gateway,
                             const struct settlement *settlement, sl_gateway_outcome *ret)
{
    sl_gateway_payment payment;
    gateway_payment_fill(settlement->known_attempt, &payment);
    if (settlement->known_intent)
        gateway_payment_add(settlement->known_intent, &payment);
    sl_status status = gateway_call(cx, gateway, settlement->known_attempt, &payment, ret);
    if (status == SL_OK && ret->kind == SL_GATEWAY_NOT_SENT && !ret->code &&
        !payment_route_goes_on(cx, settlement->route) && sl_gateway_pause(cx, gateway) == 0 &&
        sl_sleep(cx, RESEND_DELAY_MS) == SL_OK)
        status = gateway_call(cx, gateway, settlement->known_attempt, &payment, ret);
    if (status == SL_OK &&
        SL_FAULT_OF("payment.after_gateway", settlement->known_attempt->operation))
        outcome_clear(ret);
    return status;
}

/* This process stood still while it asked, the recovery heard that nothing had happened and gave the attempt up, and then it
 * happened: an authorization is undone. What else moved late is for a person to decide. */
static void late_money_return(sl_context *cx, const sl_gateway *gateway,
                              const struct attempt *attempt, const sl_gateway_outcome *approved)
{
    const char *undone = "no";
    if (same(attempt->operation, ATTEMPT_AUTHORIZE)) {
        sl_gateway_payment payment;
        gateway_payment_fill(attempt, &payment);
        payment.operation = attempt->capture ? ATTEMPT_REFUND : ATTEMPT_VOID;
        payment.original = approved->reference;
        payment.attempt = sl_format(cx, "%s_u", attempt->id);
        payment.idempotency_key = payment.attempt;
        sl_gateway_outcome outcome;
        outcome_clear(&outcome);
        if (sl_gateway_call(sl_context_aside(cx), gateway, &payment, &outcome) == SL_OK &&
            (outcome.kind == SL_GATEWAY_APPROVED || outcome.kind == SL_GATEWAY_PENDING))
            undone = "yes";
    }
    sl_log(cx, SL_LOG_ERROR, "money moved for an attempt that was given up", "attempt", attempt->id,
           "operation", attempt->operation, "reference",
           approved->reference ? approved->reference : "", "undone", undone);
}

sl_status attempt_run(sl_context *cx, const sl_gateway *gateway, struct settlement *settlement)
{
    const char *operation = settlement->known_attempt->operation;
    if (SL_FAULT_OF("payment.before_first_commit", operation))
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The attempt could not be begun.");
    sl_status status = sl_commit(cx);
    if (status != SL_OK)
        return status;
    SL_FAULT_OF("payment.after_first_commit", operation);
    settlement->route_began = settlement->known_attempt->started;
    sl_gateway_outcome *outcome = sl_alloc(cx, sizeof(*outcome));
    status = gateway_ask(cx, gateway, settlement, outcome);
    while (status == SL_OK && attempt_may_pass_on(cx, settlement, outcome)) {
        status = attempt_pass_on(cx, settlement, outcome, &gateway);
        if (status != SL_OK || !gateway)
            break;
        status = gateway_ask(cx, gateway, settlement, outcome);
        if (status == SL_OK && SL_FAULT("failover.after_gateway"))
            outcome_clear(outcome);
    }
    if (status != SL_OK)
        return status;
    settlement->id = settlement->known_attempt->id;
    settlement->outcome = outcome;
    status = sl_retry(cx, attempt_record, settlement);
    SL_FAULT_OF("payment.after_second_commit", operation);
    if (outcome->kind == SL_GATEWAY_APPROVED && settlement->recorded &&
        attempt_has_failed(settlement->attempt))
        late_money_return(cx, gateway, settlement->attempt, outcome);
    return status;
}

sl_status attempt_ask(sl_context *cx, const struct attempt *attempt, sl_gateway_outcome *ret)
{
    const sl_gateway *gateway = NULL;
    sl_status status = sl_gateway_choose(cx, attempt->gateway, attempt->currency, "card", &gateway);
    if (status != SL_OK)
        return status;
    sl_gateway_payment payment;
    gateway_payment_fill(attempt, &payment);
    struct payment_intent intent;
    if (same(attempt->operation, ATTEMPT_AUTHORIZE) && attempt->intent) {
        status = sl_find(cx, &payment_intents, attempt->intent, &intent);
        if (status == SL_OK)
            gateway_payment_add(&intent, &payment);
        else if (status != SL_E_NOT_FOUND)
            return status;
    }
    outcome_clear(ret);
    return sl_gateway_retrieve(cx, gateway, &payment, ret);
}

sl_status attempt_look_late(sl_context *cx, const struct attempt *attempt)
{
    const sl_gateway *gateway = NULL;
    sl_status status = sl_gateway_choose(cx, attempt->gateway, attempt->currency, "card", &gateway);
    sl_gateway_outcome outcome;
    if (status == SL_OK)
        status = attempt_ask(cx, attempt, &outcome);
    if (status == SL_OK && outcome.kind == SL_GATEWAY_APPROVED)
        late_money_return(cx, gateway, attempt, &outcome);
    return status;
}

sl_status attempt_give_up(sl_context *cx, const char *id, struct attempt *ret)
{
    sl_status status = sl_find(cx, &payment_attempts, id, ret);
    if (status != SL_OK)
        return status == SL_E_NOT_FOUND
                   ? sl_fail(cx, SL_E_INTERNAL, NULL, "The attempt of this payment is missing.")
                   : status;
    const sl_gateway *gateway = NULL;
    status = sl_gateway_choose(cx, ret->gateway, ret->currency, "card", &gateway);
    if (status != SL_OK)
        return status;
    sl_gateway_payment payment;
    gateway_payment_fill(ret, &payment);
    payment.operation = ATTEMPT_VOID;
    payment.original = ret->reference;
    payment.attempt = sl_format(cx, "%s_v", ret->id);
    payment.idempotency_key = payment.attempt;
    sl_gateway_outcome outcome;
    outcome_clear(&outcome);
    status = sl_gateway_call(cx, gateway, &payment, &outcome);
    if (status != SL_OK)
        return status;
    if (outcome.kind == SL_GATEWAY_APPROVED || outcome.kind == SL_GATEWAY_NEVER_HAPPENED)
        return SL_OK;
    return sl_fail(
        cx, SL_E_INVALID,
        ret->setup_intent ? "setup_intent_unexpected_state" : "payment_intent_unexpected_state",
        "The customer's authentication is being processed; try again when its outcome is known.");
}

void attempt_abandon_add(sl_context *cx, struct attempt *attempt)
{
    attempt->status = ATTEMPT_ABANDONED;
    attempt->unsettled = false;
    sl_update(cx, &payment_attempts, attempt, "status, unsettled");
}

void attempt_recovery_enqueue(sl_context *cx, const struct attempt *attempt, int64_t in_seconds)
{
    const sl_job_request request = {
        .struct_size = sizeof(sl_job_request),
        .attempts = INT32_MAX,
        .name = "payments.recover",
        .key = attempt->id,
        .run_at = attempt_real_now(cx) + in_seconds,
        .payload = sl_format(cx, "{\"attempt\":\"%s\"}", attempt->id),
    };
    sl_job_enqueue(cx, &request);
}

static sl_status attempt_of(sl_context *cx, struct settlement *settlement)
{
    settlement->attempt = sl_alloc(cx, sizeof(*settlement->attempt));
    if (settlement->known_attempt && !settlement->fresh) {
        *settlement->attempt = *settlement->known_attempt;
        return SL_OK;
    }
    sl_status status = sl_find(cx, &payment_attempts, settlement->id, settlement->attempt);
    if (status == SL_E_NOT_FOUND)
        return sl_fail(cx, SL_E_NOT_FOUND, "resource_missing", "No such attempt: '%s'",
                       settlement->id);
    return status;
}

/* Copies what the gateway said into the row; false when that is what the row says already. */
static bool attempt_learn(struct attempt *attempt, const sl_gateway_outcome *outcome)
{
    const char *status = outcome_attempt_status(outcome->kind);
    if (same(status, attempt->status))
        return false;
    attempt->status = status;
    attempt->unsettled = same(status, ATTEMPT_UNKNOWN) || same(status, ATTEMPT_PENDING);
    if (outcome->reference)
        attempt->reference = outcome->reference;
    attempt->fee = outcome->fee;
    attempt->action_url = outcome->action_url;
    attempt->code = outcome->code;
    attempt->decline_code = outcome->decline_code;
    attempt->advice_code = outcome->advice_code;
    attempt->network_code = outcome->network_code;
    attempt->message = outcome->message;
    attempt->cvc_check = outcome->cvc_check;
    return true;
}

void attempt_close(sl_context *cx, struct attempt *attempt, const sl_gateway_outcome *outcome)
{
    const struct attempt before = *attempt;
    sl_gateway_outcome whole = *outcome;
    outcome_normalize(cx, &before, &whole);
    (void)attempt_learn(attempt, &whole);
    attempt->answer = ANSWER_NONE;
    attempt->request = NULL;
    sl_update(cx, &payment_attempts, attempt,
              "status, unsettled, answer, request, reference, fee, action_url, code, decline_code,"
              " advice_code, network_code, message, cvc_check");
}

static void attempt_watch(sl_context *cx, const struct attempt *attempt)
{
    if (attempt->unsettled)
        attempt_recovery_enqueue(cx, attempt, 1);
    else if (same(attempt->status, ATTEMPT_REQUIRES_ACTION))
        attempt_recovery_enqueue(cx, attempt, ACTION_WATCH_SECONDS);
}

/* Our own failures are no answers to keep: the recovery makes another. */
static bool answer_is_lost(sl_status status)
{
    return status == SL_E_INTERNAL || status == SL_E_UNAVAILABLE || status == SL_E_TIMEOUT ||
           status == SL_E_CANCELLED;
}

/* Who records: the request, with what it asked for, or the recovery. */
static const char *settlement_word(const struct settlement *settlement)
{
    return settlement->known_attempt ? settlement->known_attempt->operation
           : settlement->recovery    ? "recovery"
                                     : "notice";
}

sl_status attempt_record(sl_context *cx, void *data)
{
    struct settlement *settlement = data;
    if (SL_FAULT_OF("payment.before_second_commit", settlement_word(settlement)))
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The outcome could not be recorded.");
    settlement->intent = NULL;
    settlement->charge = NULL;
    settlement->refund = NULL;
    settlement->setup_intent = NULL;
    settlement->unanswered = false;
    sl_status status = attempt_of(cx, settlement);
    if (status != SL_OK)
        return status;
    struct attempt *attempt = settlement->attempt;
    struct attempt before = *attempt;
    sl_gateway_outcome outcome = *settlement->outcome;
    outcome_normalize(cx, &before, &outcome);
    if (attempt_is_open(attempt) && attempt_learn(attempt, &outcome)) {
        status = outcome_apply(cx, settlement, &before);
        if (status != SL_OK)
            return status;
        sl_update(cx, &payment_attempts, attempt,
                  "status, unsettled, reference, fee, action_url, code, decline_code, advice_code,"
                  " network_code, message, cvc_check, charge");
        if (!settlement->recovery)
            attempt_watch(cx, attempt);
        if (settlement->silent && !settlement->recovery && attempt->request &&
            same(before.status, ATTEMPT_STARTED) && !attempt->unsettled)
            attempt_recovery_enqueue(cx, attempt, attempt_call_seconds(cx));
    }
    settlement->fresh = true;
    settlement->recorded = true;
    if (settlement->joined)
        status = settlement->joined(cx, settlement->joined_data, settlement);
    if (status != SL_OK || settlement->silent)
        return status;
    status = attempt_answer(cx, settlement);
    if (status == SL_OK)
        return SL_OK;
    sl_keep(cx); /* money has moved: what became of it is recorded whatever the answer is */
    bool lost = answer_is_lost(status);
    bool unsent = same(attempt->status, ATTEMPT_NOT_SENT);
    settlement->unanswered = lost && !unsent;
    if (lost && unsent)
        sl_idempotency_release(cx);
    else if (lost && attempt->request && !settlement->recovery)
        attempt_recovery_enqueue(cx, attempt, attempt_call_seconds(cx));
    return status;
}
