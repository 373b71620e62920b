/*
 * endpoint_routes.h: the routes of endpoints and their parameters.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENDPOINT_ROUTES_H
#define ENDPOINT_ROUTES_H

#include "endpoint_service.h"

extern const sl_field endpoint_create_fields[];
extern const sl_field endpoint_update_fields[];
extern const sl_field endpoint_id_fields[];
extern const sl_field endpoint_roll_fields[];

/* [suspends], all of these */
sl_status endpoint_create_route(sl_context *cx, const void *params);
sl_status endpoint_update_route(sl_context *cx, const void *params);
sl_status endpoint_delete_route(sl_context *cx, const void *params);
sl_status endpoint_roll_route(sl_context *cx, const void *params);

#endif
