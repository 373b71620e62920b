/*
 * gateway_tokens.h: cards and names as tokens, and whether a customer may keep one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GATEWAY_TOKENS_H
#define GATEWAY_TOKENS_H

#include <stripe_lite/gateway.h>

/* See sl_gateway_operations. A number that is no test card is SL_E_CARD: real cards have no business here. [no-suspend] */
sl_status gateway_tokenize(sl_context *cx, const sl_gateway_card *card, sl_gateway_token *ret);
sl_status gateway_resolve_name(sl_context *cx, const char *name, sl_gateway_token *ret);
sl_status gateway_attach(sl_context *cx, const char *token, const char *customer);

#endif
