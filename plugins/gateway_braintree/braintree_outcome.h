/*
 * braintree_outcome.h: Braintree's transactions, refunds and answers as outcomes of attempts. Pure functions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BRAINTREE_OUTCOME_H
#define BRAINTREE_OUTCOME_H

#include "braintree_client.h"

/* Everything but the kind as an adapter leaves it when it has nothing to say. [no-suspend] */
void outcome_set(sl_gateway_outcome *ret, int32_t kind);
/* Unknown, for a reason. [no-suspend] */
void outcome_unknown(sl_gateway_outcome *ret, const char *why);

/* What a transaction shows of the operation of `payment` on it; of a refund too, when the whole was voided. [no-suspend] */
void outcome_of_transaction(sl_context *cx, const sl_gateway_payment *payment,
                            const sl_value *transaction, sl_gateway_outcome *ret);

/* What a refund shows of itself. [no-suspend] */
void outcome_of_refund(sl_context *cx, const sl_gateway_payment *payment, const sl_value *refund,
                       sl_gateway_outcome *ret);

/* What the answer to the request of an operation says. An explicit refusal is SL_GATEWAY_NOT_SENT with its code and message.
 * [no-suspend] */
void outcome_of_answer(sl_context *cx, const sl_gateway_payment *payment,
                       const struct braintree_answer *answer, sl_gateway_outcome *ret);

/* The transaction in an answer, or NULL. [no-suspend] */
const sl_value *answer_transaction(const struct braintree_answer *answer);

/* Whether an amount of Braintree's is that of the payment, in its currency. [no-suspend] */
bool amount_is(const sl_gateway_payment *payment, const sl_value *object);

/* Whether what was authorized is what was asked for. [no-suspend] */
bool transaction_is_asked(const sl_gateway_payment *payment, const sl_value *transaction);

/* Whether the transaction waits for its settlement, so that it can only be given back whole. [no-suspend] */
bool transaction_is_unsettled(const sl_value *transaction);

#endif
