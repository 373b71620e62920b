/*
 * stripe_methods.h: cards, tokens and Stripe's own ids of payment methods.
 *
 * The token of a method here is Stripe's id of it, "pm_...". A card's number goes to Stripe as it came and stays nowhere.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_METHODS_H
#define STRIPE_METHODS_H

#include <stripe_lite/gateway.h>

/* See sl_gateway_operations. [suspends], all of these */
sl_status stripe_tokenize(sl_context *cx, const sl_gateway_card *card, sl_gateway_token *ret);
sl_status stripe_resolve_name(sl_context *cx, const char *name, sl_gateway_token *ret);
sl_status stripe_attach(sl_context *cx, const char *token, const char *customer);
sl_status stripe_detach(sl_context *cx, const char *token);

#endif
