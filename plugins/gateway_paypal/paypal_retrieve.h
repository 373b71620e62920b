/*
 * paypal_retrieve.h: what became of an attempt whose answer was lost.
 *
 * A capture, void or refund: the order that it is on lists what was done, by the attempt's id; when it does not, the same request
 * is sent again under the same key. A payment, in this order, each only where it says the truth:
 *   1. PayPal's id of the order is known: the order itself.
 *   2. The same request again under the same key, while it is not too late to carry the payment out: PayPal answers with what the
 *      first one made, or it becomes the first.
 *   3. An order under that key that nobody pays: PayPal answers with what the key made; when that is nothing the key is used up,
 *      and the payment can never come about.
 *   4. PayPal has forgotten the key: its list of transactions, by the attempt's id. It is complete after three hours.
 * Anything else is unknown still.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYPAL_RETRIEVE_H
#define PAYPAL_RETRIEVE_H

#include <stripe_lite/gateway.h>

/* See sl_gateway_operations. [suspends] */
sl_status paypal_retrieve(sl_context *cx, const sl_gateway_payment *payment,
                          sl_gateway_outcome *ret);

#endif
