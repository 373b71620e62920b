/*
 * order_routes.c: parse, call, render.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "order_routes.h"

#include "order_service.h"

#define QUANTITY_MOST 1000000000

static const sl_field line_fields[] = {
    SL_STRING(struct order_line_params, description, .required = true, .min = 1, .max = 500,
              .doc = "What is sold"),
    SL_INT64(struct order_line_params, quantity, .initial = "1", .min = 1, .max = QUANTITY_MOST,
             .doc = "How many; 1 when absent"),
    SL_MONEY(struct order_line_params, unit_price, .required = true, .min = 0, .max = INT64_MAX,
             .doc = "What one costs, in the currency's major unit: 19.99"),
    SL_FIELDS_END,
};

const sl_field order_create_fields[] = {
    SL_ID(struct order_params, customer_id, "cus", .doc = "Who buys"),
    SL_CURRENCY(struct order_params, currency, .doc = "Default: the configured one"),
    SL_OBJECTS(struct order_params, lines, struct order_line_params, line_fields, .required = true,
               .doc = "What is sold: 1 to 100 lines"),
    SL_METADATA(struct order_params, metadata),
    SL_FIELDS_END,
};

sl_status order_create_route(sl_context *cx, const void *params)
{
    struct order *order = sl_alloc(cx, sizeof(*order));
    sl_status status = order_create(cx, params, order);
    return status == SL_OK ? sl_resource_reply(cx, 200, &order_resource, order) : status;
}
