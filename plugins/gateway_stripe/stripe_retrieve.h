/*
 * stripe_retrieve.h: what became of an attempt whose answer was lost.
 *
 * In this order, each only where it says the truth:
 *   1. Stripe's id is known: the object itself.
 *   2. The same request again under the same key, while Stripe surely keeps the key and it is not too late to carry the attempt
 *      out: it answers with the first result, or becomes the first.
 *   3. Stripe's list, by the attempt's id in the metadata: the attempt is too old, or its key's kept result is a failure (5xx).
 *   4. It is in no list: its key is used up by a request that moves nothing; from then on it never happened. A day later no key
 *      is needed for that.
 * Anything else is unknown still.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_RETRIEVE_H
#define STRIPE_RETRIEVE_H

#include <stripe_lite/gateway.h>

/* See sl_gateway_operations. [suspends] */
sl_status stripe_retrieve(sl_context *cx, const sl_gateway_payment *payment,
                          sl_gateway_outcome *ret);

/* A capture or cancellation that Stripe refused may be refused because it is done, or cannot be done any more: `ret` is made what the
 * payment intent shows, and stays when that is neither. [suspends] */
void refusal_look(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret);

/* An authorization that Stripe began and that nobody can finish (an action without an address, no confirmation) is canceled:
 * `ret` is made a decline then, and stays otherwise. [suspends] */
void unfinished_close(sl_context *cx, const sl_gateway_payment *payment, const sl_value *object,
                      sl_gateway_outcome *ret);

#endif
