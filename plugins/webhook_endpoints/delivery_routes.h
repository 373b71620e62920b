/*
 * delivery_routes.h: the routes that send again, and their parameters.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef DELIVERY_ROUTES_H
#define DELIVERY_ROUTES_H

#include "delivery_service.h"

extern const sl_field delivery_resend_fields[];
extern const sl_field event_retry_fields[];

/* [suspends] */
sl_status delivery_resend_route(sl_context *cx, const void *params);
sl_status event_retry_route(sl_context *cx, const void *params);

#endif
