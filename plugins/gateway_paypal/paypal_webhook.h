/*
 * paypal_webhook.h: events of PayPal's.
 *
 * PayPal signs with a certificate of its own; whether it did is asked of PayPal ("verify-webhook-signature"), with the body byte for
 * byte as it came. So no certificate is fetched from an address that a stranger names; what lacks a header, or names a
 * certificate elsewhere than at PayPal, is refused without asking.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYPAL_WEBHOOK_H
#define PAYPAL_WEBHOOK_H

#include <stripe_lite/gateway.h>

/* See sl_gateway_operations. [suspends] */
sl_status paypal_webhook_verify(sl_context *cx, const sl_gateway_webhook *webhook);
/* [no-suspend] */
sl_status paypal_webhook_parse(sl_context *cx, const sl_gateway_webhook *webhook,
                               sl_gateway_event *ret);

#endif
