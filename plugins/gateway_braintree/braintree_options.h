/*
 * braintree_options.h: the settings braintree.*, as this plugin's options.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BRAINTREE_OPTIONS_H
#define BRAINTREE_OPTIONS_H

#include <stripe_lite/stripe_lite.h>

struct braintree_options {
    const char *merchant_id;
    const char *public_key;
    const char *private_key; /* NULL: this gateway takes no payments */
    const char *merchant_accounts;
    const char *api_version;
    const char *api_base;
};

extern const sl_field braintree_option_fields[];

/* The options of this process; constant after start. [no-suspend] */
const struct braintree_options *braintree_options(void);
sl_status braintree_start(sl_context *cx, sl_plugin *self);

/* Which of the merchant's accounts takes a currency: "" is its default one. NULL when none is named, for an amount at Braintree has
 * no currency but that of the account. [no-suspend] */
const char *braintree_account(sl_context *cx, const char *currency);

/* Whether this gateway takes payments of that mode: at Braintree's production address of the live mode only, so that no test moves
 * money; elsewhere of both, but in production of the test mode only. [no-suspend] */
bool braintree_ready(const void *options, bool livemode, bool production);

#endif
