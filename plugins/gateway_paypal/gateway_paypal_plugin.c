/*
 * gateway_paypal_plugin.c: payments through a PayPal account.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "paypal_currency.h"
#include "paypal_examples.h"
#include "paypal_operations.h"
#include "paypal_options.h"

static const sl_gateway_type gateways[] = {
    { .name = "paypal",
      .operations = &paypal_operations,
      .currencies = paypal_currencies,
      .priority = 90,
      .conformance = &paypal_conformance },
    SL_GATEWAYS_END,
};

SL_PLUGIN(.name = "gateway_paypal", .version = "1.0.0", .summary = "Payments through PayPal",
          .options = paypal_option_fields, .options_size = sizeof(struct paypal_options),
          .gateways = gateways, .start = paypal_start)
