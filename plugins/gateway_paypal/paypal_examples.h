/*
 * paypal_examples.h: PayPal as `stripe-lite plugin check` plays it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYPAL_EXAMPLES_H
#define PAYPAL_EXAMPLES_H

#include <stripe_lite/conformance.h>

extern const sl_gateway_conformance paypal_conformance;

#endif
