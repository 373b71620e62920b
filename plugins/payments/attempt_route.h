/*
 * attempt_route.h: the gateways at which a payment may be tried, and when it may go on to the next.
 *
 * A payment goes on only when nothing can have happened at the gateway before: it was not sent, or was declined in words that ask
 * for another try. Whatever is pending, unknown or late stays where it is. Each try is an attempt of its own, with an idempotency
 * key of its own: the first one's id and the number of the try, "pay_..._2". So a payment's tries are known by their ids, and one
 * that succeeds at once costs nothing for them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ATTEMPT_ROUTE_H
#define ATTEMPT_ROUTE_H

#include "attempt_model.h"
#include "payment_intent_model.h"

#define TRIES_MOST 3u

struct payment_way {
    const sl_gateway *gateway;
    const char *token; /* the payment method's, at that gateway */
};

struct payment_route {
    struct payment_way ways[SL_GATEWAY_PLAN_MOST];
    uint32_t count;
    uint32_t at; /* the way that is being tried */
    uint32_t tries;
};

/* The ways that routing rules allow and where the method has a token; else its own gateway. Stands at the first that may be
 * asked. SL_E_INVALID, SL_E_UNAVAILABLE as gateway_ready. [no-suspend] */
sl_status payment_route_find(sl_context *cx, const struct payment_intent *intent,
                             const sl_payment_method_view *method, struct payment_route *ret);

/* Fails with SL_E_UNAVAILABLE, and the seconds to wait in Retry-After, when the gateway is left alone: nothing has begun then.
 * [no-suspend] */
sl_status gateway_ready(sl_context *cx, const sl_gateway *gateway);

/* Whether another gateway may be asked after this outcome. [no-suspend] */
bool outcome_allows_another(const sl_gateway_outcome *outcome);

/* The next way that may be asked now, or NULL; the route then stands there. [no-suspend] */
const struct payment_way *payment_route_next(const sl_context *cx, struct payment_route *route);

/* Whether there is a next way. [no-suspend] */
bool payment_route_goes_on(const sl_context *cx, const struct payment_route *route);

/* The id of one of a payment's tries, of which any one is known; the first has no number. [no-suspend] */
const char *attempt_try_id(sl_context *cx, const char *id, uint32_t number);

#endif
