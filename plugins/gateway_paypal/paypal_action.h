/*
 * paypal_action.h: orders that the customer has to do something for: authenticate a card (3-D Secure), approve at PayPal.
 *
 * Such an order is completed by this server once the customer is done, or given up by it, never both: a row in paypal_orders says
 * which was chosen, and whoever comes second reads it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYPAL_ACTION_H
#define PAYPAL_ACTION_H

#include "paypal_outcome.h"

/* Makes `ret`, what an order says that nobody has paid, the outcome of completing it when the customer is done; leaves it as it is
 * while he is not. [suspends] */
void action_finish(sl_context *cx, const sl_gateway_payment *payment, const sl_value *order,
                   sl_gateway_outcome *ret);

/* A void of an order, by PayPal's id, that nobody has paid or that has expired. [suspends] */
void action_give_up(sl_context *cx, const char *order, sl_gateway_outcome *ret);

#endif
