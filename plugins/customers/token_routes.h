/*
 * token_routes.h: the routes of tokens.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TOKEN_ROUTES_H
#define TOKEN_ROUTES_H

#include <stripe_lite/route.h>

extern const sl_field token_create_fields[];

/* since 1.0 [suspends] */
sl_status token_create_route(sl_context *cx, const void *params);

#endif
