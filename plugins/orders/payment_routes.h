/*
 * payment_routes.h: paying an order: the key for browsers, an intent, its confirmation, refunds.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYMENT_ROUTES_H
#define PAYMENT_ROUTES_H

#include "orders.h"

extern const sl_field intent_create_fields[];
extern const sl_field payment_confirm_fields[];
extern const sl_field payment_refund_fields[];
extern const sl_field refund_create_fields[];

sl_status stripe_config_route(sl_context *cx, const void *params);
sl_status intent_create_route(sl_context *cx, const void *data);
sl_status payment_confirm_route(sl_context *cx, const void *data);
sl_status payment_refund_route(sl_context *cx, const void *data);
sl_status refund_create_route(sl_context *cx, const void *data);

#endif
