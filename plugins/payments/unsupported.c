/*
 * unsupported.c: parameters of Stripe's that these objects do not have here, and those that make no difference.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "unsupported.h"

#include <stddef.h>

const char *const elsewhere_params[] = {
    "application_fee", "application_fee_amount", "destination",      "on_behalf_of",
    "transfer_data",   "refund_application_fee", "reverse_transfer", NULL,
};

const char *const foreign_params[] = {
    "confirmation_token", "customer_account", "hooks", "mandate", NULL,
};

const char *const harmless_params[] = {
    "mandate_data", "payment_method_configuration", "radar_options", "use_stripe_sdk", NULL,
};

const char *const method_harmless_params[] = { "radar_options", NULL };

const char *const card_option_unsupported_params[] = {
    "cvc_token",
    "moto",
    "three_d_secure",
    NULL,
};

const char *const card_option_harmless_params[] = {
    "installments",
    "mandate_options",
    "require_cvc_recollection",
    NULL,
};
