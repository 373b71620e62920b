/*
 * duplicate_route.c: it declares a route that the plugin route has, with another name for its member.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

static sl_status answer(sl_context *cx, const void *params)
{
    (void)params;
    return sl_reply_json(cx, 200, sl_json_object(cx, "message", "mine"));
}

static const sl_route routes[] = {
    { .pattern = "GET /facets/greet/{who}", .handler = answer, .summary = "Greets too" },
    SL_ROUTES_END,
};

SL_PLUGIN(.name = "duplicate_route", .version = "1.0.0", .summary = "Takes a route",
          .routes = routes)
