/*
 * braintree_vault.h: cards that were kept: the single-use name they came by, and what pays in its place.
 *
 * A token of ours is what Braintree calls the payment method, with a mark in front: single-use or of its vault. A single-use one
 * pays once; when it is attached to a customer Braintree's vault keeps it under another id, which is remembered here.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BRAINTREE_VAULT_H
#define BRAINTREE_VAULT_H

#include <stripe_lite/stripe_lite.h>

struct braintree_method {
    const char *id;
    int64_t created;
    int64_t version;
    const char *vaulted;
};

extern const sl_table braintree_methods_table;

/* The token for a payment method of Braintree's. Names for tests, which are the same for everybody, become one of their own.
 * [no-suspend] */
const char *vault_token(sl_context *cx, const char *method, bool multi_use);

/* What Braintree is to be asked with for a token. SL_E_UNAVAILABLE with the error filled. [suspends] */
sl_status vault_method(sl_context *cx, const char *token, const char **ret_method) SL_MUST_CHECK;

/* The single-use method that is still to be kept; NULL when it is kept already. SL_E_UNAVAILABLE. [suspends] */
sl_status vault_single(sl_context *cx, const char *token, const char **ret_method) SL_MUST_CHECK;

/* Remembers which one of the vault pays for a token; commits beside `cx`. SL_E_UNAVAILABLE. [suspends] */
sl_status vault_remember(sl_context *cx, const char *token, const char *vaulted) SL_MUST_CHECK;

#endif
