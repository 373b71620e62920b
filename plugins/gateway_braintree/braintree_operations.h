/*
 * braintree_operations.h: Braintree as the host sees it: the operations behind sl_gateway_type "braintree".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BRAINTREE_OPERATIONS_H
#define BRAINTREE_OPERATIONS_H

#include <stripe_lite/gateway.h>

extern const sl_gateway_operations braintree_operations;

#endif
