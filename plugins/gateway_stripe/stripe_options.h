/*
 * stripe_options.h: the settings stripe.*, as this plugin's options.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_OPTIONS_H
#define STRIPE_OPTIONS_H

#include <stripe_lite/services/customers.h>
#include <stripe_lite/stripe_lite.h>

struct stripe_options {
    const char *secret_key;      /* NULL: this gateway takes no payments */
    const char *publishable_key; /* for those who show it to browsers */
    const char *webhook_secret;  /* several, separated by commas; NULL: no webhooks */
    const char *api_version;
    const char *api_base;
};

extern const sl_field stripe_option_fields[];

/* The options of this process; constant after start. [no-suspend] */
const struct stripe_options *stripe_options(void);
/* "customers/1". [no-suspend] */
const sl_customers_service *stripe_customers(void);
sl_status stripe_start(sl_context *cx, sl_plugin *self);

/* Whether this gateway takes payments of that mode: with a live key of the live mode only, so that no test moves money; with a
 * test key of both, but in production of the test mode only. [no-suspend] */
bool stripe_ready(const void *options, bool livemode, bool production);

#endif
