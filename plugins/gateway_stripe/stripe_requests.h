/*
 * stripe_requests.h: what Stripe is asked to do for an attempt: a pure function of the attempt, so that asking again is the same
 * request under the same key.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_REQUESTS_H
#define STRIPE_REQUESTS_H

#include "stripe_client.h"

#define METADATA_CLOSED "stripe_lite_closed"

/* "/v1/payment_intents", "/v1/setup_intents" or "/v1/refunds": where the objects of this operation are. [no-suspend] */
const char *request_collection(const sl_gateway_payment *payment);

/* Where the object is that the operation changes. [no-suspend] */
const char *object_collection(const sl_gateway_payment *payment);

/* The request that carries the attempt out. SL_E_INVALID with the error filled when Stripe cannot be asked for that; what fails
 * while the customer is made known to Stripe. [suspends] */
sl_status request_of_payment(sl_context *cx, const sl_gateway_payment *payment,
                             struct stripe_form *form, struct stripe_question *ret) SL_MUST_CHECK;

/* One of its objects, with what an outcome needs of it. [no-suspend] */
void request_of_object(sl_context *cx, const char *collection, const char *id,
                       struct stripe_form *form, struct stripe_question *ret);

/* Its cancellation, under a key of its own. [no-suspend] */
void request_of_close(sl_context *cx, const sl_gateway_payment *payment, const char *id,
                      struct stripe_form *form, struct stripe_question *ret);

/* A request that moves nothing, under the attempt's own key: once Stripe knows it, the real one cannot come about any more.
 * [no-suspend] */
void request_of_burn(sl_context *cx, const sl_gateway_payment *payment, struct stripe_form *form,
                     struct stripe_question *ret);

#endif
