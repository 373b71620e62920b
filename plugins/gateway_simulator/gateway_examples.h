/*
 * gateway_examples.h: what the simulator answers to, for `stripe-lite plugin check`.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GATEWAY_EXAMPLES_H
#define GATEWAY_EXAMPLES_H

#include <stripe_lite/conformance.h>

extern const sl_gateway_conformance simulator_conformance;

#endif
