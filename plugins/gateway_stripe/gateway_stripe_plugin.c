/*
 * gateway_stripe_plugin.c: payments through a Stripe account.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "stripe_operations.h"
#include "stripe_options.h"

static const sl_gateway_type gateways[] = {
    { .name = "stripe", .operations = &stripe_operations, .priority = 100 },
    SL_GATEWAYS_END,
};

SL_PLUGIN(.name = "gateway_stripe", .version = "1.0.0", .summary = "Payments through Stripe",
          .options = stripe_option_fields, .options_size = sizeof(struct stripe_options),
          .gateways = gateways, .start = stripe_start)
