/*
 * stripe_outcome.h: Stripe's objects and errors as outcomes of attempts. Pure functions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_OUTCOME_H
#define STRIPE_OUTCOME_H

#include "stripe_client.h"

/* The name under which Stripe's objects carry our attempt's id. */
#define METADATA_ATTEMPT "stripe_lite_attempt"

/* Everything but the kind as an adapter leaves it when it has nothing to say. [no-suspend] */
void outcome_set(sl_gateway_outcome *ret, int32_t kind);

/* What an object says about the operation of `payment`: a payment_intent, a setup_intent or a refund. [no-suspend] */
void outcome_of_object(sl_context *cx, const sl_gateway_payment *payment, const sl_value *object,
                       sl_gateway_outcome *ret);

/* What the answer to the request of an operation says. An explicit refusal is SL_GATEWAY_NOT_SENT with its code and message:
 * nothing moved. [no-suspend] */
void outcome_of_answer(sl_context *cx, const sl_gateway_payment *payment,
                       const struct stripe_answer *answer, sl_gateway_outcome *ret);

#endif
