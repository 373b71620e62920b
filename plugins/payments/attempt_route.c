/*
 * attempt_route.c: the gateways at which a payment may be tried, and when it may go on to the next.
 *
 * Source of the codes: Stripe's documents "Decline codes" and "Error codes". The first table says which of them are about the
 * way, not about the card or its holder; the second, which are final although they come with the advice to try later.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "attempt_route.h"

static const char *const about_the_way[] = {
    "processing_error", "issuer_not_available", "try_again_later",     "reenter_transaction",
    "approve_with_id",  "rate_limit",           "gateway_unavailable", "acquirer_unavailable",
    "issuer_timeout",   "api_connection_error", "lock_timeout",        NULL,
};

static const char *const about_the_card[] = {
    "insufficient_funds",
    "card_velocity_exceeded",
    "withdrawal_count_limit_exceeded",
    "authentication_required",
    "authentication_failure",
    "do_not_honor",
    "do_not_try_again",
    "duplicate_transaction",
    "expired_card",
    "fraudulent",
    "incorrect_cvc",
    "incorrect_number",
    "incorrect_pin",
    "incorrect_zip",
    "lost_card",
    "stolen_card",
    "pickup_card",
    "restricted_card",
    "pin_try_exceeded",
    "stop_payment_order",
    NULL,
};

static bool listed(const char *const *list, const char *code)
{
    for (; code && *list; list++) {
        if (same(*list, code))
            return true;
    }
    return false;
}

bool outcome_allows_another(const sl_gateway_outcome *outcome)
{
    if (outcome->kind == SL_GATEWAY_NOT_SENT || outcome->kind == SL_GATEWAY_UNSUPPORTED)
        return true;
    if (outcome->kind != SL_GATEWAY_DECLINED || listed(about_the_card, outcome->decline_code) ||
        listed(about_the_card, outcome->code))
        return false;
    if (outcome->advice_code)
        return same(outcome->advice_code, "try_again_later");
    return listed(about_the_way, outcome->decline_code) || listed(about_the_way, outcome->code);
}

/* ---- availability ---- */

static sl_status unavailable(sl_context *cx, int64_t seconds)
{
    sl_reply_header(cx, "Retry-After", sl_format(cx, "%lld", (long long)seconds));
    return sl_fail(cx, SL_E_UNAVAILABLE, "gateway_unavailable",
                   "The gateway does not answer at present; nothing was sent to it. Try again in "
                   "%lld seconds.",
                   (long long)seconds);
}

sl_status gateway_ready(sl_context *cx, const sl_gateway *gateway)
{
    int64_t pause = sl_gateway_pause(cx, gateway);
    return pause == 0 ? SL_OK : unavailable(cx, pause);
}

static bool way_next(const sl_context *cx, const struct payment_route *route, uint32_t from,
                     uint32_t *ret)
{
    for (uint32_t i = from; i < route->count; i++) {
        if (sl_gateway_pause(cx, route->ways[i].gateway) == 0) {
            *ret = i;
            return true;
        }
    }
    return false;
}

bool payment_route_goes_on(const sl_context *cx, const struct payment_route *route)
{
    uint32_t next;
    return route && route->tries < TRIES_MOST && way_next(cx, route, route->at + 1, &next);
}

const struct payment_way *payment_route_next(const sl_context *cx, struct payment_route *route)
{
    if (!payment_route_goes_on(cx, route) || !way_next(cx, route, route->at + 1, &route->at))
        return NULL;
    route->tries++;
    return &route->ways[route->at];
}

/* The route stands at the first way that may be asked; the seconds until there is one otherwise. */
static sl_status route_begin(sl_context *cx, struct payment_route *route)
{
    route->tries = 1;
    if (way_next(cx, route, 0, &route->at))
        return SL_OK;
    int64_t least = INT64_MAX;
    for (uint32_t i = 0; i < route->count; i++) {
        int64_t pause = sl_gateway_pause(cx, route->ways[i].gateway);
        least = pause < least ? pause : least;
    }
    return unavailable(cx, least);
}

/* ---- ways ---- */

static const char *token_at(sl_context *cx, const sl_payment_method_view *method,
                            const char *gateway, const sl_value **others)
{
    if (same(method->gateway, gateway))
        return method->token;
    if (!method->tokens)
        return NULL;
    if (!*others && sl_json_parse(cx, method->tokens, strlen(method->tokens), others) != SL_OK)
        return NULL;
    return sl_value_string(sl_value_member(*others, gateway), NULL);
}

/* What the rules say, as far as the method can go there. */
static void ways_by_rules(sl_context *cx, const struct payment_intent *intent,
                          const sl_payment_method_view *method, struct payment_route *route)
{
    const sl_gateway_query query = {
        .struct_size = sizeof(query),
        .id = intent->id,
        .name = intent->gateway,
        .currency = intent->currency,
        .method = method->type,
        .brand = method->brand,
        .country = method->country,
        .amount = intent->amount,
    };
    sl_gateway_plan plan = { .struct_size = sizeof(plan) };
    const sl_value *others = NULL;
    if (sl_gateway_route(cx, &query, &plan) != SL_OK) {
        sl_error_clear(cx);
        return;
    }
    for (uint32_t i = 0; i < plan.count; i++) {
        const char *token = token_at(cx, method, sl_gateway_name(plan.gateways[i]), &others);
        if (token)
            route->ways[route->count++] = (struct payment_way){ plan.gateways[i], token };
    }
}

sl_status payment_route_find(sl_context *cx, const struct payment_intent *intent,
                             const sl_payment_method_view *method, struct payment_route *ret)
{
    *ret = (struct payment_route){ .count = 0 };
    ways_by_rules(cx, intent, method, ret);
    if (ret->count == 0) {
        if (intent->gateway && method->gateway && !same(intent->gateway, method->gateway))
            return sl_fail_param(cx, SL_E_INVALID, "payment_method_not_available", "gateway",
                                 "The payment method %s belongs to the gateway %s.", method->id,
                                 method->gateway);
        sl_status status =
            sl_gateway_choose(cx, method->gateway ? method->gateway : intent->gateway,
                              intent->currency, method->type, &ret->ways[0].gateway);
        if (status != SL_OK)
            return status;
        ret->ways[0].token = method->token;
        ret->count = 1;
    }
    return route_begin(cx, ret);
}

/* ---- tries ---- */

const char *attempt_try_id(sl_context *cx, const char *id, uint32_t number)
{
    const char *prefix_end = strchr(id, '_');
    const char *number_at = prefix_end ? strchr(prefix_end + 1, '_') : NULL;
    const char *first = number_at ? sl_copy(cx, id, (size_t)(number_at - id)) : id;
    return number < 2 ? first : sl_format(cx, "%s_%u", first, number);
}
