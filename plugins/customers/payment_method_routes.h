/*
 * payment_method_routes.h: the routes of payment methods.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYMENT_METHOD_ROUTES_H
#define PAYMENT_METHOD_ROUTES_H

#include <stripe_lite/resource.h>

extern const sl_field payment_method_create_fields[];
extern const sl_field payment_method_id_fields[];
extern const sl_field payment_method_update_fields[];
extern const sl_field payment_method_attach_fields[];
extern const sl_field customer_method_fields[];
extern const sl_field customer_methods_fields[];

/* since 1.0 [suspends], all of these */
sl_status payment_method_create_route(sl_context *cx, const void *params);
sl_status payment_method_show_route(sl_context *cx, const void *params);
sl_status payment_method_update_route(sl_context *cx, const void *params);
sl_status payment_method_attach_route(sl_context *cx, const void *params);
sl_status payment_method_detach_route(sl_context *cx, const void *params);
sl_status customer_method_route(sl_context *cx, const void *params);
sl_status customer_methods_route(sl_context *cx, const void *params);

#endif
