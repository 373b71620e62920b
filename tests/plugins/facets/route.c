/*
 * route.c: a plugin with one open route.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

struct greet_params {
    const char *name;
};

static const sl_field greet_fields[] = {
    SL_STRING(struct greet_params, name, .required = true, .max = 100, .doc = "Whom to greet"),
    SL_FIELDS_END,
};

static sl_status greet(sl_context *cx, const void *params)
{
    const struct greet_params *in = params;
    return sl_reply_json(cx, 200,
                         sl_json_object(cx, "message", sl_format(cx, "Hello, %s", in->name)));
}

static const sl_route routes[] = {
    { .pattern = "GET /facets/greet/{name}",
      .handler = greet,
      .params = greet_fields,
      .access = SL_ACCESS_OPEN,
      .summary = "Greets" },
    SL_ROUTES_END,
};

SL_PLUGIN(.name = "route", .version = "1.2.3", .summary = "One route", .routes = routes)
