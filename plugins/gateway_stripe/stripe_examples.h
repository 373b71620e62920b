/*
 * stripe_examples.h: what Stripe answers, for `stripe-lite plugin check`.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_EXAMPLES_H
#define STRIPE_EXAMPLES_H

#include <stripe_lite/conformance.h>

extern const sl_gateway_conformance stripe_conformance;

#endif
