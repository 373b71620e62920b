/*
 * stripe_webhook.h: what Stripe tells of its own accord.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_WEBHOOK_H
#define STRIPE_WEBHOOK_H

#include <stripe_lite/gateway.h>

/* See sl_gateway_operations. SL_E_UNSUPPORTED without a secret. [no-suspend] */
sl_status stripe_webhook_verify(sl_context *cx, const sl_gateway_webhook *webhook);
sl_status stripe_webhook_parse(sl_context *cx, const sl_gateway_webhook *webhook,
                               sl_gateway_event *ret);

#endif
