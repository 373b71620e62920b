/*
 * stripe_options.c: the settings stripe.*.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "stripe_options.h"

#include <string.h>

const sl_field stripe_option_fields[] = {
    SL_STRING(struct stripe_options, secret_key, .secret = true,
              .doc = "Key of a Stripe account; without it this gateway takes no payments"),
    SL_STRING(struct stripe_options, publishable_key, .secret = true, .doc = "Its publishable key"),
    SL_STRING(struct stripe_options, webhook_secret, .secret = true,
              .doc = "Secrets of its webhook endpoint, separated by commas"),
    SL_STRING(struct stripe_options, api_version, .initial = "2026-10-28.endive",
              .doc = "Version of Stripe's API that is asked for"),
    SL_STRING(struct stripe_options, api_base, .initial = "https://api.stripe.com",
              .doc = "Address of Stripe's API"),
    SL_FIELDS_END,
};

static const struct stripe_options none;
static const struct stripe_options *found = &none;
static const sl_customers_service *customers;

const struct stripe_options *stripe_options(void)
{
    return found;
}

const sl_customers_service *stripe_customers(void)
{
    return customers;
}

sl_status stripe_start(sl_context *cx, sl_plugin *self)
{
    found = sl_options(self);
    customers = sl_service(cx, self, SL_CUSTOMERS_SERVICE, sizeof(sl_customers_service));
    return customers ? SL_OK : SL_E_INTERNAL;
}

bool stripe_ready(const void *options, bool livemode, bool production)
{
    const struct stripe_options *of = options;
    if (!of || !of->secret_key || of->secret_key[0] == '\0')
        return false;
    bool live_key = strncmp(of->secret_key + 2, "_live_", strlen("_live_")) == 0;
    return live_key ? livemode : !livemode || !production;
}
