/*
 * braintree_retrieve.h: what became of an attempt whose answer was lost.
 *
 * Braintree has no key under which a request can be repeated, so nothing that makes a transaction or a refund is sent twice: it is
 * looked for by the attempt's id, which it carries as its orderId. Braintree ends a request after 60 seconds ("Timeouts"); one
 * that is in no list well after that never happened and will not. Until then it is unknown. Captures and voids happen once by
 * nature, to a transaction that is known: they are asked for again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BRAINTREE_RETRIEVE_H
#define BRAINTREE_RETRIEVE_H

#include "braintree_client.h"

/* See sl_gateway_operations. [suspends] */
sl_status braintree_retrieve(sl_context *cx, const sl_gateway_payment *payment,
                             sl_gateway_outcome *ret);

/* The answer to a mutation was lost: one look, while there is time. `ret` stays when it shows nothing. [suspends] */
void lost_answer_look(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret);

/* A request on a transaction that was refused may be refused because it is done, or cannot be done any more; a refund, because
 * the payment has not settled: then the whole of it is voided. `ret` stays when the transaction shows neither. [suspends] */
void refusal_look(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret);

/* A transaction was authorized. What is not what was asked for, another amount or currency, is reversed and becomes a decline; a
 * card that Braintree's vault kept with it is remembered. [suspends] */
void authorization_settle(sl_context *cx, const sl_gateway_payment *payment,
                          const sl_value *transaction, sl_gateway_outcome *ret);

#endif
