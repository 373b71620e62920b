/*
 * order_service.h: making orders.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ORDER_SERVICE_H
#define ORDER_SERVICE_H

#include "order_model.h"

struct order_line_params {
    const char *description;
    int64_t quantity;
    int64_t unit_price; /* minor units */
};

struct order_params {
    const char *customer_id;
    const char *currency;
    sl_list lines; /* of struct order_line_params */
    const sl_map *metadata;
};

/* Adds an order with its lines and its number to the write set. 400 `resource_missing` for a customer that is not there,
 * `amount_too_large` for a total that no charge may have. [suspends] */
sl_status order_create(sl_context *cx, const struct order_params *params, struct order *ret);

#endif
