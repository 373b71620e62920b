/*
 * paypal_outcome.h: PayPal's orders, authorizations, captures, refunds and errors as outcomes of attempts. Pure functions.
 *
 * An order is what everything hangs on: it lists the authorizations, captures and refunds made on it, each with the attempt's id
 * as its invoice_id. So the order's id is the reference of a payment.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYPAL_OUTCOME_H
#define PAYPAL_OUTCOME_H

#include "paypal_client.h"

#define PAYPAL_AUTHORIZATIONS "authorizations"
#define PAYPAL_CAPTURES "captures"
#define PAYPAL_REFUNDS "refunds"

/* Everything but the kind as an adapter leaves it when it has nothing to say. [no-suspend] */
void outcome_set(sl_gateway_outcome *ret, int32_t kind);
void outcome_unknown(sl_gateway_outcome *ret, const char *why);

bool paypal_is(const sl_gateway_payment *payment, const char *operation);

/* What an order says about the payment that made it. [no-suspend] */
void outcome_of_order(const sl_gateway_payment *payment, const sl_value *order,
                      sl_gateway_outcome *ret);

/* What an order says about a later operation on it: a capture, a void, a refund. Unknown when it does not show it. [no-suspend] */
void outcome_of_later(const sl_gateway_payment *payment, const sl_value *order,
                      sl_gateway_outcome *ret);

/* What a capture, a voided authorization or a refund says about its own operation. [no-suspend] */
void outcome_of_part(const sl_gateway_payment *payment, const sl_value *part,
                     sl_gateway_outcome *ret);

/* What the answer to the request of an operation says, when it is none of ANSWER_DONE. An explicit refusal is
 * SL_GATEWAY_NOT_SENT with its code and message: nothing moved. [no-suspend] */
void outcome_of_answer(sl_context *cx, const struct paypal_answer *answer, sl_gateway_outcome *ret);

/* The list of that name in an order, over its purchase unit. [no-suspend] */
const sl_value *order_parts(const sl_value *order, const char *name);

#endif
