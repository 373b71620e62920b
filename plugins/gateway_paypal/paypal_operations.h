/*
 * paypal_operations.h: PayPal as the host sees it: the operations behind sl_gateway_type "paypal".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYPAL_OPERATIONS_H
#define PAYPAL_OPERATIONS_H

#include <stripe_lite/gateway.h>

extern const sl_gateway_operations paypal_operations;

#endif
