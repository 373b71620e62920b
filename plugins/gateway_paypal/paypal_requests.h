/*
 * paypal_requests.h: an operation as a request to PayPal, and what an attempt is called there.
 *
 * The attempt's id is PayPal-Request-Id, `invoice_id` and, of the payment, `custom_id`. One attempt is always the same request.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYPAL_REQUESTS_H
#define PAYPAL_REQUESTS_H

#include "paypal_client.h"

#define PAYPAL_ORDERS "/v2/checkout/orders"
#define PAYPAL_VAULT "/v3/vault/payment-tokens"

/* Payment tokens as this plugin keeps them: "card:8kk8451t", "paypal:8kk8451t". */
#define TOKEN_CARD "card:"
#define TOKEN_WALLET "paypal:"

/* The id of PayPal's in a token of ours; NULL when it is none. [no-suspend] */
const char *token_vault_id(const char *token);

/* The order that is paid at once. SL_E_INVALID with the error filled: nothing to ask for. [no-suspend] */
sl_status request_of_order(sl_context *cx, const sl_gateway_payment *payment,
                           struct paypal_question *ret);

/* A capture, void or refund of what the order lists. SL_E_INVALID with the error filled when it lists nothing of the kind.
 * [no-suspend] */
sl_status request_on_order(sl_context *cx, const sl_gateway_payment *payment, const sl_value *order,
                           struct paypal_question *ret);

/* An order under the payment's key that nobody pays: it shows what the key made, and uses it up when that is nothing.
 * [no-suspend] */
sl_status request_of_probe(sl_context *cx, const sl_gateway_payment *payment,
                           struct paypal_question *ret);

/* [no-suspend] */
void request_of_object(sl_context *cx, const char *collection, const char *id,
                       struct paypal_question *ret);

#endif
