/*
 * webhook_receive_routes.c: what comes from gateways: verified, read, stored, answered.
 *
 * Nothing of a request is looked at before its signature. Stripe's is checked here, so that it needs no adapter; the adapter, when
 * there is one, says what an event is about.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "webhook_receive_routes.h"

#include "webhook_event_service.h"

const sl_field gateway_params_fields[] = {
    SL_STRING(struct gateway_params, gateway, .doc = "Name of the gateway"),
    SL_FIELDS_END,
};

static sl_status received_reply(sl_context *cx, const char *type)
{
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_bool(out, "received", true);
    sl_json_string(out, "event_type", type);
    sl_json_close(out);
    return sl_reply_json(cx, 200, out);
}

static sl_status event_accept(sl_context *cx, const sl_gateway_event *event)
{
    sl_status status = received_reply(cx, event->type);
    return status == SL_OK ? webhook_event_accept(cx, event, false) : status;
}

static void refusal_count(const char *gateway)
{
    sl_metric_add("stripe_lite_webhooks_refused_total", "gateway", gateway, 1);
}

/* The adapter knows our payments in Stripe's objects; without it each object stands for itself. */
static sl_status stripe_read(sl_context *cx, const sl_gateway_webhook *webhook,
                             sl_gateway_event *ret)
{
    const sl_gateway *gateway = NULL;
    sl_status status = sl_gateway_find(cx, STRIPE, &gateway);
    if (status == SL_OK)
        status = sl_gateway_parse_webhook(cx, gateway, webhook, ret);
    if (status == SL_E_NOT_FOUND || status == SL_E_UNSUPPORTED) {
        sl_error_clear(cx);
        status = sl_webhook_event_read(cx, webhook, ret);
        ret->gateway = STRIPE;
    }
    return status;
}

sl_status stripe_receive(sl_context *cx, const void *params)
{
    (void)params;
    const char *secrets = webhooks_options()->stripe_webhook_secret;
    if (!secrets)
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL,
                       "Webhooks of Stripe are not taken: stripe.webhook_secret is not set.");
    const sl_gateway_webhook *webhook = sl_request_webhook(cx);
    sl_status status =
        sl_webhook_signature_check(cx, webhook, "Stripe-Signature", secrets, TOLERANCE);
    if (status != SL_OK) {
        refusal_count(STRIPE);
        return status;
    }
    sl_gateway_event event = { .struct_size = sizeof(event) };
    status = stripe_read(cx, webhook, &event);
    return status == SL_OK ? event_accept(cx, &event) : status;
}

sl_status gateway_receive(sl_context *cx, const void *params)
{
    const struct gateway_params *in = params;
    if (same(in->gateway, STRIPE))
        return stripe_receive(cx, params);
    const sl_gateway *gateway = NULL;
    const sl_gateway_webhook *webhook = sl_request_webhook(cx);
    sl_status status = sl_gateway_find(cx, in->gateway, &gateway);
    if (status == SL_OK)
        status = sl_gateway_verify_webhook(cx, gateway, webhook);
    if (status == SL_E_INVALID)
        refusal_count(in->gateway);
    sl_gateway_event event = { .struct_size = sizeof(event) };
    if (status == SL_OK)
        status = sl_gateway_parse_webhook(cx, gateway, webhook, &event);
    return status == SL_OK ? event_accept(cx, &event) : status;
}
