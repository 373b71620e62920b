/*
 * card_tokens.h: one card, a token at each gateway that it may be sent to.
 *
 * A token is its gateway's own: where routing rules name several gateways, a card is made known to all of them when it comes,
 * because later nobody has its number. The first that takes it decides what is known of the card; that another does not take it
 * only means that it cannot be charged there.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CARD_TOKENS_H
#define CARD_TOKENS_H

#include <stripe_lite/stripe_lite.h>

struct card_tokens {
    const sl_gateway *gateway;
    sl_gateway_token token;
    const char *others; /* {"<gateway>": "<token>"}, or NULL */
};

/* Of a card, at the gateway `name` or at those for `currency` (NULL: the configured one). The failure is the first gateway's that
 * could have taken it. [suspends] */
sl_status card_tokens_make(sl_context *cx, const char *name, const char *currency,
                           const sl_gateway_card *card, struct card_tokens *ret) SL_MUST_CHECK;

/* Of a card's name ("pm_card_visa"); SL_E_NOT_FOUND when no gateway knows it. [no-suspend] */
sl_status card_tokens_resolve(sl_context *cx, const char *gateway, const char *currency,
                              const char *name, struct card_tokens *ret) SL_MUST_CHECK;

/* Whether all gateways that such a card would be sent to only play. [no-suspend] */
sl_status card_gateways_play(sl_context *cx, const char *name, const char *currency,
                             bool *ret) SL_MUST_CHECK;

/* Tells the further gateways whose customer's the card is; one that refuses is not charged later. [suspends] */
void card_tokens_attach(sl_context *cx, const char *others, const char *customer);

#endif
