/*
 * webhook_receive_routes.h: the open routes that gateways and other systems send to.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WEBHOOK_RECEIVE_ROUTES_H
#define WEBHOOK_RECEIVE_ROUTES_H

#include "webhooks.h"

struct gateway_params {
    const char *gateway;
};
extern const sl_field gateway_params_fields[];

/* POST /stripe/webhook and its other names. [suspends] */
sl_status stripe_receive(sl_context *cx, const void *params);

/* POST /webhooks/{gateway}. [suspends] */
sl_status gateway_receive(sl_context *cx, const void *params);

/* POST /webhooks/. [suspends] */
sl_status lite_receive(sl_context *cx, const void *params);

#endif
