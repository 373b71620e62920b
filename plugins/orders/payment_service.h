/*
 * payment_service.h: what is recorded of an order's payments.
 *
 * The payments service alone says what became of the money. Whoever hears of a change (the confirmation, a refund, an event after a
 * crash) brings record and order to what it says now: in any order, any number of times, with the same end.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYMENT_SERVICE_H
#define PAYMENT_SERVICE_H

#include "order_model.h"
#include "payment_model.h"

/* The id of the order that an intent was made for, or NULL. [no-suspend] */
const char *payment_order_id(const sl_payment_view *view);

/* Adds the record of an intent that has succeeded or is processing to the write set, or brings the one that is there up to date,
 * and the order with it. `order` is the intent's. [suspends] */
sl_status payment_record(sl_context *cx, const sl_payment_view *view, struct order *order,
                         struct payment *ret);

/* Looks at a payment of which something was told: as payment_record, and nothing when it is no order's. [suspends] */
sl_status payment_sync(sl_context *cx, const sl_payment_view *view);

/* The handler of the events that an order's payments may have. [suspends] */
sl_status payment_told(sl_context *cx, const sl_event_view *event);

#endif
