/*
 * order_routes.h: orders as clients make them; reading them is the resource's.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ORDER_ROUTES_H
#define ORDER_ROUTES_H

#include "orders.h"

extern const sl_field order_create_fields[];
sl_status order_create_route(sl_context *cx, const void *params);

#endif
