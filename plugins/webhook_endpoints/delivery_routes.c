/*
 * delivery_routes.c: parse, call, render.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "delivery_routes.h"

struct delivery_params {
    const char *id;
};

struct retry_params {
    const char *id;
    const char *webhook_endpoint;
};

const sl_field delivery_resend_fields[] = {
    SL_ID(struct delivery_params, id, "whd", .doc = "The delivery"),
    SL_FIELDS_END,
};

/* What Stripe's command line says besides. */
static const char *const unused[] = { "account", "for_stripecli", NULL };

const sl_field event_retry_fields[] = {
    SL_ID(struct retry_params, id, "evt", .doc = "The event"),
    SL_ID(struct retry_params, webhook_endpoint, "we",
          .doc = "The endpoint that gets it; absent: all that want it"),
    SL_UNUSED(unused),
    SL_FIELDS_END,
};

sl_status delivery_resend_route(sl_context *cx, const void *params)
{
    const struct delivery_params *in = params;
    struct delivery delivery = { 0 };
    sl_status status = delivery_resend(cx, in->id, &delivery);
    return status == SL_OK ? sl_resource_reply(cx, 200, &delivery_resource, &delivery) : status;
}

sl_status event_retry_route(sl_context *cx, const void *params)
{
    const struct retry_params *in = params;
    const char *type = NULL;
    const char *text = NULL;
    size_t length = 0;
    uint32_t count = 0;
    sl_status status = event_resend(cx, in->id, in->webhook_endpoint, &count);
    if (status == SL_OK)
        status = sl_event_json(cx, in->id, count, &type, &text, &length);
    return status == SL_OK ? sl_reply_body(cx, 200, "application/json", text, length) : status;
}
