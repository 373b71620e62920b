/*
 * gateway_stripe_plugin.c: payments through a Stripe account.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "stripe_examples.h"
#include "stripe_operations.h"
#include "stripe_options.h"
#include "stripe_return.h"

static const char *const needs[] = { SL_CUSTOMERS_SERVICE, NULL };

static const sl_gateway_type gateways[] = {
    { .name = "stripe",
      .operations = &stripe_operations,
      .priority = 100,
      .conformance = &stripe_conformance },
    SL_GATEWAYS_END,
};

static const sl_route routes[] = {
    { "GET /gateway_stripe/return/{ticket}", return_page, return_fields, .access = SL_ACCESS_OPEN,
      .flags = SL_ROUTE_PAGE | SL_ROUTE_HIDDEN,
      .summary = "Where a customer comes back to from Stripe" },
    SL_ROUTES_END,
};

SL_PLUGIN(.name = "gateway_stripe", .version = "1.0.0", .summary = "Payments through Stripe",
          .options = stripe_option_fields, .options_size = sizeof(struct stripe_options),
          .routes = routes, .gateways = gateways, .needs = needs, .start = stripe_start)
