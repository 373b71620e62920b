/*
 * braintree_webhook.h: what Braintree tells of its own accord.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BRAINTREE_WEBHOOK_H
#define BRAINTREE_WEBHOOK_H

#include <stripe_lite/gateway.h>

/* See sl_gateway_operations. SL_E_UNSUPPORTED without keys. [no-suspend] */
sl_status braintree_webhook_verify(sl_context *cx, const sl_gateway_webhook *webhook);
/* [suspends] */
sl_status braintree_webhook_parse(sl_context *cx, const sl_gateway_webhook *webhook,
                                  sl_gateway_event *ret);

#endif
