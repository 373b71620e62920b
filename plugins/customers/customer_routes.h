/*
 * customer_routes.h: the routes of customers, in both faces.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CUSTOMER_ROUTES_H
#define CUSTOMER_ROUTES_H

#include <stripe_lite/route.h>

struct customer_id_params {
    const char *id;
};
extern const sl_field customer_id_fields[];

/* since 1.0 [suspends], all of these */
sl_status customer_create_route(sl_context *cx, const void *params);
sl_status customer_create_lite_route(sl_context *cx, const void *params);
sl_status customer_show_route(sl_context *cx, const void *params);
sl_status customer_show_lite_route(sl_context *cx, const void *params);
sl_status customer_update_route(sl_context *cx, const void *params);
sl_status customer_delete_route(sl_context *cx, const void *params);

#endif
