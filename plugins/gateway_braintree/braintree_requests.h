/*
 * braintree_requests.h: what Braintree is asked: GraphQL documents and their variables, pure functions of the attempt.
 *
 * Each mutation that moves money carries the attempt's id: a transaction and a refund as their orderId, by which they are found
 * again, all as clientMutationId.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BRAINTREE_REQUESTS_H
#define BRAINTREE_REQUESTS_H

#include "braintree_client.h"

/* The request that carries the attempt out; `method` is Braintree's id of the payment method. SL_E_INVALID with the error
 * filled when Braintree cannot be asked for that. [no-suspend] */
sl_status request_of_payment(sl_context *cx, const sl_gateway_payment *payment, const char *method,
                             struct braintree_question *ret) SL_MUST_CHECK;

/* Voids the transaction, or gives all of it back when it has settled. [no-suspend] */
void request_of_reversal(sl_context *cx, const sl_gateway_payment *payment, const char *transaction,
                         struct braintree_question *ret);

/* A transaction with its refunds. [no-suspend] */
void request_of_transaction(sl_context *cx, const sl_gateway_payment *payment, const char *id,
                            struct braintree_question *ret);

/* The transactions whose orderId is the attempt's id. [no-suspend] */
void request_of_search(sl_context *cx, const sl_gateway_payment *payment,
                       struct braintree_question *ret);

#endif
