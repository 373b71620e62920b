/*
 * gateway.c: calling an adapter: nothing pending, a deadline, and an answer that is believed only as far as it is one.
 *
 * Whatever goes wrong inside an adapter becomes an unknown outcome, never a decline: money may have moved. Structs cross in
 * host-size copies, so that caller and adapter may each have been built against an older header.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <stripe_lite/log.h>

#include "core/base/clock.h"
#include "core/database/database.h"
#include "core/fiber/fiber.h"
#include "core/plugin/gateways_inside.h"
#include "core/plugin/registry.h"

typedef sl_status (*payment_operation)(sl_context *cx, const sl_gateway_payment *payment,
                                       sl_gateway_outcome *ret);

const char *sl_gateway_kind_name(int32_t kind)
{
    static const char *const names[] = {
        [0] = "none",
        [SL_GATEWAY_APPROVED] = "approved",
        [SL_GATEWAY_DECLINED] = "declined",
        [SL_GATEWAY_PENDING] = "pending",
        [SL_GATEWAY_REQUIRES_ACTION] = "requires_action",
        [SL_GATEWAY_NOT_SENT] = "not_sent",
        [SL_GATEWAY_UNKNOWN] = "unknown",
        [SL_GATEWAY_UNSUPPORTED] = "unsupported",
        [SL_GATEWAY_NEVER_HAPPENED] = "never_happened",
    };
    return kind >= 0 && (size_t)kind < sizeof(names) / sizeof(names[0]) ? names[kind] : "unknown";
}

/* ---- around every call ---- */

sl_status sl_gateway_call_allowed(sl_context *cx, const sl_gateway *gateway)
{
    if (!sl_has_pending(cx) && !cx->events)
        return SL_OK;
    return sl_fail(cx, SL_E_INTERNAL, NULL,
                   "The gateway '%s' cannot be called while writes are pending.",
                   gateway->type.name);
}

struct sl_gateway_call_state sl_gateway_call_begin(sl_context *cx, const sl_gateway *gateway)
{
    struct sl_gateway_call_state call = { .deadline = cx->deadline,
                                          .start = sl_clock_monotonic_us() };
    int64_t own = sl_clock_monotonic_ms() + cx->host->gateways->timeout_ms;
    if (cx->deadline == 0 || own < cx->deadline)
        cx->deadline = own;
    call.plugin = sl_plugin_enter(cx, gateway->plugin);
    return call;
}

/* An adapter's own records are committed by itself, aside; what it leaves pending here would be committed as the caller's. */
void sl_gateway_call_end(sl_context *cx, const sl_gateway *gateway, const char *operation,
                         const struct sl_gateway_call_state *call)
{
    if (sl_has_pending(cx) || cx->events) {
        sl_log(cx, SL_LOG_ERROR, "gateway left writes pending", "gateway", gateway->type.name,
               "operation", operation);
        sl_discard(cx);
        cx->events = NULL;
    }
    cx->deadline = call->deadline;
    sl_plugin_enter(cx, call->plugin);
    sl_metric_observe("stripe_lite_gateway_seconds", "gateway", gateway->type.name,
                      sl_clock_monotonic_us() - call->start);
}

/* ---- payments ---- */

static void outcome_empty(sl_gateway_outcome *outcome, int32_t kind, const char *message)
{
    *outcome = (sl_gateway_outcome){ .struct_size = sizeof(*outcome),
                                     .kind = kind,
                                     .amount = SL_NONE,
                                     .fee = SL_NONE,
                                     .message = message };
}

/* What an adapter may not say becomes "unknown", with the reason for the log and the operator. */
static void outcome_check(sl_context *cx, bool retrieve, sl_status status,
                          sl_gateway_outcome *outcome)
{
    const char *why = NULL;
    if (status != SL_OK)
        why = sl_error_message(cx) ? sl_error_message(cx) : sl_status_name(status);
    else if (outcome->kind < SL_GATEWAY_APPROVED || outcome->kind > SL_GATEWAY_NEVER_HAPPENED)
        why = "The gateway's adapter gave no outcome.";
    else if (outcome->kind == SL_GATEWAY_NEVER_HAPPENED && !retrieve)
        why = "The gateway's adapter answered an operation as if it had been asked about one.";
    else if (outcome->amount != SL_NONE && outcome->amount < 0)
        why = "The gateway's adapter gave a negative amount.";
    if (why)
        outcome_empty(outcome, SL_GATEWAY_UNKNOWN, sl_copy(cx, why, strlen(why)));
    if (outcome->kind == SL_GATEWAY_DECLINED && !outcome->code)
        outcome->code = "card_declined";
    if (outcome->kind == SL_GATEWAY_REQUIRES_ACTION && !outcome->action_url)
        outcome_empty(outcome, SL_GATEWAY_UNKNOWN,
                      "The gateway's adapter asks for an action and does not say where.");
    sl_error_clear(cx);
}

static void outcome_tell(sl_context *cx, const sl_gateway *gateway, const char *operation,
                         const sl_gateway_payment *payment, const sl_gateway_outcome *outcome,
                         const struct sl_gateway_call_state *call)
{
    const char *attempt = payment->attempt ? payment->attempt : "none";
    const char *took =
        sl_format(cx, "%lld", (long long)((sl_clock_monotonic_us() - call->start) / 1000));
    if (outcome->kind == SL_GATEWAY_UNKNOWN)
        sl_log(cx, SL_LOG_WARNING, "gateway outcome unknown", "gateway", gateway->type.name,
               "operation", operation, "attempt", attempt, "milliseconds", took, "reason",
               outcome->message ? outcome->message : "the adapter gives none");
    else
        sl_log(cx, SL_LOG_INFO, "gateway answered", "gateway", gateway->type.name, "operation",
               operation, "attempt", attempt, "outcome", sl_gateway_kind_name(outcome->kind),
               "milliseconds", took);
    sl_metric_add("stripe_lite_gateway_outcomes_total", "outcome",
                  sl_gateway_kind_name(outcome->kind), 1);
}

static void outcome_give(const sl_gateway_outcome *outcome, sl_gateway_outcome *ret)
{
    uint32_t size = ret->struct_size;
    if (size < offsetof(sl_gateway_outcome, amount) || size > sizeof(*ret))
        size = sizeof(*ret);
    memcpy(ret, outcome, size);
    ret->struct_size = size;
}

static bool outcome_is_answer(const sl_gateway_outcome *outcome)
{
    bool refused = outcome->kind == SL_GATEWAY_NOT_SENT && outcome->code;
    return refused || (outcome->kind != SL_GATEWAY_NOT_SENT && outcome->kind != SL_GATEWAY_UNKNOWN);
}

/* Whoever asks what became of an attempt may always do so, and what comes of it says nothing of payments. */
static sl_status payment_call(sl_context *cx, const sl_gateway *gateway, const char *name,
                              payment_operation operation, const sl_gateway_payment *payment,
                              sl_gateway_outcome *ret)
{
    sl_gateway_outcome outcome;
    outcome_empty(&outcome, 0, NULL);
    sl_status status = sl_gateway_call_allowed(cx, gateway);
    if (status != SL_OK)
        return status;
    if (!operation) {
        outcome_empty(&outcome, SL_GATEWAY_UNSUPPORTED,
                      sl_format(cx, "The gateway '%s' does not support the operation '%s'.",
                                gateway->type.name, name));
        outcome_give(&outcome, ret);
        return SL_OK;
    }
    struct sl_gateway_call_state call = sl_gateway_call_begin(cx, gateway);
    sl_gateway_payment copy = { .struct_size = 0 };
    memcpy(&copy, payment,
           payment->struct_size && payment->struct_size < sizeof(copy) ? payment->struct_size
                                                                       : sizeof(copy));
    copy.struct_size = sizeof(copy);
    bool retrieves = operation == gateway->operations.retrieve;
    const char *refused = NULL;
    if (sl_time_left(cx) == 0 || sl_fiber_cancelled())
        refused = "The request's time was over before the gateway was asked.";
    else if (!retrieves)
        refused = sl_gateway_enter(cx, gateway, true);
    if (refused) {
        outcome_empty(&outcome, SL_GATEWAY_NOT_SENT, refused);
    } else {
        status = operation(cx, &copy, &outcome);
        outcome_check(cx, retrieves, status, &outcome);
    }
    sl_gateway_call_end(cx, gateway, name, &call);
    if (!refused && !retrieves) {
        sl_gateway_leave(gateway);
        sl_gateway_learn(cx, gateway, outcome_is_answer(&outcome));
    }
    outcome_tell(cx, gateway, name, payment, &outcome, &call);
    outcome_give(&outcome, ret);
    return SL_OK;
}

int64_t sl_gateway_call_seconds(const sl_context *cx)
{
    return (cx->host->gateways->timeout_ms + 999) / 1000;
}

sl_status sl_gateway_call(sl_context *cx, const sl_gateway *gateway,
                          const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    const struct {
        const char *name;
        payment_operation operation;
    } operations[] = {
        { "authorize", gateway->operations.authorize }, { "capture", gateway->operations.capture },
        { "void", gateway->operations.cancel },         { "cancel", gateway->operations.cancel },
        { "refund", gateway->operations.refund },
    };
    for (size_t i = 0; payment->operation && i < sizeof(operations) / sizeof(operations[0]); i++) {
        if (strcmp(operations[i].name, payment->operation) == 0)
            return payment_call(cx, gateway, payment->operation, operations[i].operation, payment,
                                ret);
    }
    return payment_call(cx, gateway, payment->operation ? payment->operation : "(none)", NULL,
                        payment, ret);
}

sl_status sl_gateway_retrieve(sl_context *cx, const sl_gateway *gateway,
                              const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    return payment_call(cx, gateway, "retrieve", gateway->operations.retrieve, payment, ret);
}

/* ---- cards ---- */

sl_status sl_gateway_unsupported(sl_context *cx, const sl_gateway *gateway, const char *operation)
{
    return sl_fail(cx, SL_E_UNSUPPORTED, NULL,
                   "The gateway '%s' does not support the operation '%s'.", gateway->type.name,
                   operation);
}

static sl_status card_call_begin(sl_context *cx, const sl_gateway *gateway,
                                 struct sl_gateway_call_state *ret)
{
    const char *refused = sl_gateway_enter(cx, gateway, false);
    if (refused)
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "%s Nothing was done. Try again.", refused);
    *ret = sl_gateway_call_begin(cx, gateway);
    return SL_OK;
}

static sl_status card_call_end(sl_context *cx, const sl_gateway *gateway, const char *operation,
                               const struct sl_gateway_call_state *call, sl_status status)
{
    sl_gateway_call_end(cx, gateway, operation, call);
    sl_gateway_leave(gateway);
    return status;
}

static void token_give(const sl_gateway_token *token, sl_gateway_token *ret)
{
    uint32_t size = ret->struct_size;
    if (size < offsetof(sl_gateway_token, token) || size > sizeof(*ret))
        size = sizeof(*ret);
    memcpy(ret, token, size);
    ret->struct_size = size;
}

/* A token that holds the card's number would put it into the database. */
static sl_status token_check(sl_context *cx, const sl_gateway *gateway, const char *number,
                             const sl_gateway_token *token)
{
    if (token->token && token->token[0] && !(number && number[0] && strstr(token->token, number)))
        return SL_OK;
    return sl_fail(cx, SL_E_INTERNAL, NULL, "The adapter of the gateway '%s' made no usable token.",
                   gateway->type.name);
}

sl_status sl_gateway_tokenize(sl_context *cx, const sl_gateway *gateway,
                              const sl_gateway_card *card, sl_gateway_token *ret)
{
    if (!gateway->operations.tokenize)
        return sl_gateway_unsupported(cx, gateway, "tokenize");
    sl_status status = sl_gateway_call_allowed(cx, gateway);
    if (status != SL_OK)
        return status;
    char number[32] = { 0 };
    char cvc[8] = { 0 };
    if (!card->number || strlen(card->number) >= sizeof(number) ||
        (card->cvc && strlen(card->cvc) >= sizeof(cvc)))
        return sl_fail_param(cx, SL_E_CARD, "invalid_number", "card[number]",
                             "Your card number is invalid.");
    memcpy(number, card->number, strlen(card->number));
    if (card->cvc)
        memcpy(cvc, card->cvc, strlen(card->cvc));
    const sl_gateway_card copy = { .struct_size = sizeof(copy),
                                   .exp_month = card->exp_month,
                                   .exp_year = card->exp_year,
                                   .number = number,
                                   .cvc = card->cvc ? cvc : NULL };
    sl_gateway_token token = { .struct_size = sizeof(token) };
    struct sl_gateway_call_state call = { .start = 0 };
    status = card_call_begin(cx, gateway, &call);
    if (status == SL_OK)
        status = card_call_end(cx, gateway, "tokenize", &call,
                               gateway->operations.tokenize(cx, &copy, &token));
    if (status == SL_OK)
        status = token_check(cx, gateway, number, &token);
    explicit_bzero(number, sizeof(number));
    explicit_bzero(cvc, sizeof(cvc));
    if (status == SL_OK)
        token_give(&token, ret);
    return status;
}

sl_status sl_gateway_resolve_name(sl_context *cx, const sl_gateway *gateway, const char *name,
                                  sl_gateway_token *ret)
{
    if (!gateway->operations.resolve_name)
        return SL_E_NOT_FOUND;
    sl_gateway_token token = { .struct_size = sizeof(token) };
    sl_status status = sl_gateway_call_allowed(cx, gateway);
    if (status != SL_OK)
        return status;
    struct sl_gateway_call_state call = { .start = 0 };
    status = card_call_begin(cx, gateway, &call);
    if (status == SL_OK)
        status = card_call_end(cx, gateway, "resolve_name", &call,
                               gateway->operations.resolve_name(cx, name, &token));
    if (status == SL_OK)
        status = token_check(cx, gateway, NULL, &token);
    if (status == SL_OK)
        token_give(&token, ret);
    return status;
}

sl_status sl_gateway_attach(sl_context *cx, const sl_gateway *gateway, const char *token,
                            const char *customer)
{
    if (!gateway->operations.attach)
        return SL_OK;
    sl_status status = sl_gateway_call_allowed(cx, gateway);
    if (status != SL_OK)
        return status;
    struct sl_gateway_call_state call = { .start = 0 };
    status = card_call_begin(cx, gateway, &call);
    if (status != SL_OK)
        return status;
    return card_call_end(cx, gateway, "attach", &call,
                         gateway->operations.attach(cx, token, customer));
}

sl_status sl_gateway_detach(sl_context *cx, const sl_gateway *gateway, const char *token)
{
    if (!gateway->operations.detach)
        return SL_OK;
    sl_status status = sl_gateway_call_allowed(cx, gateway);
    if (status != SL_OK)
        return status;
    struct sl_gateway_call_state call = { .start = 0 };
    status = card_call_begin(cx, gateway, &call);
    if (status != SL_OK)
        return status;
    return card_call_end(cx, gateway, "detach", &call, gateway->operations.detach(cx, token));
}

/* ---- what gateways tell ---- */

sl_status sl_gateway_notify(sl_context *cx, const sl_gateway_notice *notice)
{
    const sl_gateways *gateways = cx->host->gateways;
    if (!gateways->listener || !*gateways->listener_active)
        return sl_fail(cx, SL_E_UNSUPPORTED, NULL,
                       "No loaded plugin listens to what gateways tell.");
    const char *before = sl_plugin_enter(cx, gateways->listener_plugin);
    sl_status status = gateways->listener(cx, notice);
    sl_plugin_enter(cx, before);
    return status;
}

sl_context *sl_context_aside(sl_context *cx)
{
    sl_context *aside = sl_alloc(cx, sizeof(*aside));
    *aside = *cx;
    aside->error = (sl_error){ .status = SL_OK };
    aside->committed = false;
    aside->keep = false;
    aside->writes = NULL;
    aside->hooks = NULL;
    aside->events = NULL;
    aside->reply = NULL;
    aside->job = NULL;
    aside->queue_run = NULL;
    return aside;
}
