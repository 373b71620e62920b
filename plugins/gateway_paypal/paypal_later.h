/*
 * paypal_later.h: captures, voids and refunds: what comes after a payment, on the order that it made.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYPAL_LATER_H
#define PAYPAL_LATER_H

#include "paypal_outcome.h"

/* The order that the operation is on. False: it could not be read, and `ret` says why. [suspends] */
bool later_order(sl_context *cx, const sl_gateway_payment *payment, struct paypal_answer *ret);

/* Carries the operation out, once, under its key. [suspends] */
void later_operate(sl_context *cx, const sl_gateway_payment *payment, const sl_value *order,
                   sl_gateway_outcome *ret);

/* Nothing was asked for yet: whatever is wrong, no money moved. [no-suspend] */
void refuse(sl_context *cx, sl_status status, sl_gateway_outcome *ret);

#endif
