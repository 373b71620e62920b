/*
 * braintree_methods.h: cards, and Braintree's own ids of payment methods.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BRAINTREE_METHODS_H
#define BRAINTREE_METHODS_H

#include <stripe_lite/gateway.h>

/* See sl_gateway_operations. [suspends], all of these */
sl_status braintree_tokenize(sl_context *cx, const sl_gateway_card *card, sl_gateway_token *ret);
sl_status braintree_resolve_name(sl_context *cx, const char *name, sl_gateway_token *ret);
sl_status braintree_attach(sl_context *cx, const char *token, const char *customer);
sl_status braintree_detach(sl_context *cx, const char *token);

/* An attempt without money: the card is verified and kept. [suspends] */
void setup_run(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret);

#endif
