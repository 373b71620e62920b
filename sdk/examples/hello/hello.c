/*
 * hello.c: the smallest plugin: one route and one event handler.
 *
 * Build it with `make` against an installed Stripe_lite, check it with `stripe-lite plugin check hello.so`, and enable it with
 * an entry in the settings' list of plugins (see README.md).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

struct hello_params {
    const char *name;
};

static sl_status hello(sl_context *cx, const void *params)
{
    const struct hello_params *in = params;
    return sl_reply_json(cx, 200,
                         sl_json_object(cx, "message", sl_format(cx, "Hello, %s", in->name)));
}

static const sl_field hello_fields[] = { SL_STRING(struct hello_params, name, .required = true,
                                                   .max = 100, .doc = "Whom to greet"),
                                         SL_FIELDS_END };

static const sl_route routes[] = { { "GET /hello", hello, .params = hello_fields,
                                     .access = SL_ACCESS_OPEN, .summary = "Greets" },
                                   SL_ROUTES_END };

/* Runs from the job queue after the customer was committed, at least once: what it does must bear being done twice. */
static sl_status on_customer(sl_context *cx, const sl_event_view *event)
{
    const char *name = sl_value_string(sl_value_member(event->object, "name"), "whoever you are");
    sl_log(cx, SL_LOG_INFO, "hello", "customer", event->object_id, "name", name);
    return SL_OK;
}

static const sl_subscription subscriptions[] = {
    { .pattern = "customer.created", .handler = on_customer }, SL_SUBSCRIPTIONS_END
};

SL_PLUGIN(.name = "hello", .version = "1.0.0", .summary = "The smallest plugin", .routes = routes,
          .subscriptions = subscriptions)
