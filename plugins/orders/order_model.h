/*
 * order_model.h: the rows of an order and its lines, its resource and its shape.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ORDER_MODEL_H
#define ORDER_MODEL_H

#include "orders.h"

#define ORDER_OPEN "open"
#define ORDER_COMPLETED "completed" /* it was paid */

#define ORDER_UNPAID "unpaid"
#define ORDER_PAID "paid"
#define ORDER_PARTIALLY_REFUNDED "partially_refunded"
#define ORDER_REFUNDED "refunded"

struct order {
    const char *id;
    int64_t created;
    int64_t version;
    const char *order_number;
    const char *customer;
    const char *currency;
    int64_t total;
    const char *status;
    const char *payment_status;
    int64_t amount_paid;     /* by payments that are completed */
    int64_t amount_refunded; /* of it, with refunds that are under way */
    const sl_map *metadata;
    /* not columns: what `prepare` loads */
    sl_list lines; /* in their order */
    bool has_lines;
};

struct order_line {
    const char *id;
    const char *order_id;
    int64_t position;
    const char *description;
    int64_t quantity;
    int64_t unit_price;
    int64_t amount;
};

extern const sl_table orders;
extern const sl_table order_lines;
extern const sl_resource order_resource;

/* Loads an order or fails with 404 "Order not found", naming `param`. [suspends] */
sl_status order_load(sl_context *cx, const char *id, const char *param, struct order *ret);

/* Sets both states to what the amounts make them. [no-suspend] */
void order_state_refresh(struct order *order);

#endif
