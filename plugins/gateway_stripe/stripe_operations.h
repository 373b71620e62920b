/*
 * stripe_operations.h: Stripe as the host sees it: the operations behind sl_gateway_type "stripe".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_OPERATIONS_H
#define STRIPE_OPERATIONS_H

#include <stripe_lite/gateway.h>

extern const sl_gateway_operations stripe_operations;

#endif
