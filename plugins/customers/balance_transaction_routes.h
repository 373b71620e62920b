/*
 * balance_transaction_routes.h: the routes of customers' balances.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BALANCE_TRANSACTION_ROUTES_H
#define BALANCE_TRANSACTION_ROUTES_H

#include <stripe_lite/route.h>

extern const sl_field balance_create_fields[];
extern const sl_field balance_list_fields[];
extern const sl_field balance_show_fields[];
extern const sl_field balance_update_fields[];

/* since 1.0 [suspends], all of these */
sl_status balance_create_route(sl_context *cx, const void *params);
sl_status balance_list_route(sl_context *cx, const void *params);
sl_status balance_show_route(sl_context *cx, const void *params);
sl_status balance_update_route(sl_context *cx, const void *params);

#endif
