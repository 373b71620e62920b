/*
 * paypal_options.h: the settings paypal.*, as this plugin's options.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYPAL_OPTIONS_H
#define PAYPAL_OPTIONS_H

#include <stripe_lite/stripe_lite.h>

struct paypal_options {
    const char *client_id;     /* NULL: this gateway takes no payments */
    const char *client_secret; /* as well */
    const char *webhook_id;    /* NULL: no webhooks */
    const char *api_base;
};

extern const sl_field paypal_option_fields[];

/* The options of this process; constant after start. [no-suspend] */
const struct paypal_options *paypal_options(void);
sl_status paypal_start(sl_context *cx, sl_plugin *self);

/* Whether the address is that of PayPal's live side: real money. The sandbox and whatever else is for tests. [no-suspend] */
bool paypal_is_live(const struct paypal_options *options);

/* Whether this gateway takes payments of that mode: the live side of the live mode only, so that no test moves money; the
 * sandbox of both, but in production of the test mode only. [no-suspend] */
bool paypal_ready(const void *options, bool livemode, bool production);

#endif
