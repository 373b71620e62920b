/*
 * paypal_methods.h: payment methods in PayPal's vault: cards and PayPal accounts that were saved there.
 *
 * A card's number goes through a setup token into the vault ("Payment Method Tokens v3"), and stays nowhere here. What PayPal's
 * own script saved is named "pm_paypal_" and the vault's id. PayPal's sandbox has no names for test cards: those of Stripe's are
 * made from its test numbers and its "rejection triggers" ("Card testing"), and are unknown on the live side.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYPAL_METHODS_H
#define PAYPAL_METHODS_H

#include <stripe_lite/gateway.h>

/* See sl_gateway_operations. [suspends] */
sl_status paypal_tokenize(sl_context *cx, const sl_gateway_card *card, sl_gateway_token *ret);
sl_status paypal_resolve_name(sl_context *cx, const char *name, sl_gateway_token *ret);
sl_status paypal_detach(sl_context *cx, const char *token);

/* A setup: the vault still has the method. [suspends] */
void setup_look(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret);

#endif
