/*
 * gateway_operations.h: the simulator as the host sees it: the operations behind sl_gateway_type "simulator".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GATEWAY_OPERATIONS_H
#define GATEWAY_OPERATIONS_H

#include <stripe_lite/gateway.h>

extern const sl_gateway_operations simulator_operations;

#endif
