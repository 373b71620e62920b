/*
 * no_handler.c: a route of it has no handler.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

static const sl_route routes[] = {
    { .pattern = "GET /facets/nothing", .summary = "Nothing" },
    SL_ROUTES_END,
};

SL_PLUGIN(.name = "no_handler", .version = "1.0.0", .summary = "Half a route", .routes = routes)
