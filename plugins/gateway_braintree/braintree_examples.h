/*
 * braintree_examples.h: what Braintree answers, for `stripe-lite plugin check`.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BRAINTREE_EXAMPLES_H
#define BRAINTREE_EXAMPLES_H

#include <stripe_lite/conformance.h>

extern const sl_gateway_conformance braintree_conformance;

#endif
