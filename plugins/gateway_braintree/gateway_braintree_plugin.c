/*
 * gateway_braintree_plugin.c: payments through a Braintree account.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "braintree_examples.h"
#include "braintree_operations.h"
#include "braintree_options.h"

static const sl_gateway_type gateways[] = {
    { .name = "braintree",
      .operations = &braintree_operations,
      .priority = 80,
      .conformance = &braintree_conformance },
    SL_GATEWAYS_END,
};

SL_PLUGIN(.name = "gateway_braintree", .version = "1.0.0", .summary = "Payments through Braintree",
          .options = braintree_option_fields, .options_size = sizeof(struct braintree_options),
          .gateways = gateways, .start = braintree_start)
