/*
 * order_model.c: the columns of an order and of its lines, and the order's shape.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "order_model.h"

static const sl_field order_fields[] = {
    SL_ID(struct order, id, "ord"),
    SL_TIMESTAMP(struct order, created),
    SL_INT64(struct order, version),
    SL_STRING(struct order, order_number),
    SL_ID(struct order, customer, "cus"),
    SL_CURRENCY(struct order, currency),
    SL_MONEY(struct order, total),
    SL_STRING(struct order, status),
    SL_STRING(struct order, payment_status),
    SL_MONEY(struct order, amount_paid),
    SL_MONEY(struct order, amount_refunded),
    SL_METADATA(struct order, metadata),
    SL_FIELDS_END,
};

const sl_table orders = SL_TABLE("orders", struct order, order_fields);

static const sl_field line_fields[] = {
    SL_ID(struct order_line, id, "ordli"), SL_ID(struct order_line, order_id, "ord"),
    SL_INT64(struct order_line, position), SL_STRING(struct order_line, description),
    SL_INT64(struct order_line, quantity), SL_MONEY(struct order_line, unit_price),
    SL_MONEY(struct order_line, amount),   SL_FIELDS_END,
};

const sl_table order_lines = SL_TABLE("order_lines", struct order_line, line_fields);

void order_state_refresh(struct order *order)
{
    if (order->amount_paid == 0)
        order->payment_status = ORDER_UNPAID;
    else if (order->amount_refunded == 0)
        order->payment_status = ORDER_PAID;
    else
        order->payment_status =
            order->amount_refunded < order->amount_paid ? ORDER_PARTIALLY_REFUNDED : ORDER_REFUNDED;
    order->status = order->amount_paid == 0 ? ORDER_OPEN : ORDER_COMPLETED;
}

static void lines_write(sl_json *out, const struct order *order)
{
    sl_json_open_array(out, "lines");
    for (uint32_t i = 0; i < order->lines.count; i++) {
        const struct order_line *line = SL_ITEM(order->lines, struct order_line, i);
        sl_json_open(out, NULL);
        sl_json_string(out, "description", line->description);
        sl_json_int(out, "quantity", line->quantity);
        sl_json_money(out, "unit_price", line->unit_price, order->currency);
        sl_json_money(out, "amount", line->amount, order->currency);
        sl_json_close(out);
    }
    sl_json_close_array(out);
}

static void order_render(sl_json *out, const void *row)
{
    const struct order *order = row;
    sl_json_open(out, NULL);
    sl_json_string(out, "id", order->id);
    sl_json_string(out, "order_number", order->order_number);
    sl_json_string(out, "customer_id", order->customer);
    sl_json_string(out, "status", order->status);
    sl_json_string(out, "payment_status", order->payment_status);
    sl_json_string(out, "currency", order->currency);
    sl_json_money(out, "total", order->total, order->currency);
    sl_json_money(out, "amount_paid", order->amount_paid, order->currency);
    sl_json_money(out, "amount_refunded", order->amount_refunded, order->currency);
    lines_write(out, order);
    sl_json_map(out, "metadata", order->metadata);
    sl_json_bool(out, "livemode", sl_livemode(sl_json_context(out)));
    sl_json_time(out, "created_at", order->created);
    sl_json_close(out);
}

/* Hands each order its own stretch of `found`, which is ordered by order. */
static void lines_share(sl_list rows, sl_list found)
{
    for (uint32_t i = 0; i < rows.count; i++) {
        struct order *order = SL_ITEM(rows, struct order, i);
        order->has_lines = true;
        order->lines = (sl_list){ 0, sizeof(struct order_line), NULL };
        for (uint32_t k = 0; k < found.count; k++) {
            struct order_line *line = SL_ITEM(found, struct order_line, k);
            if (same(line->order_id, order->id) && order->lines.count++ == 0)
                order->lines.items = line;
        }
    }
}

static sl_status order_prepare(sl_context *cx, sl_list rows, const sl_expansion *wanted)
{
    (void)wanted;
    if (rows.count == 0 || SL_ITEM(rows, struct order, 0)->has_lines)
        return SL_OK; /* who makes an order has its lines */
    const char **ids = sl_alloc(cx, rows.count * sizeof(*ids));
    for (uint32_t i = 0; i < rows.count; i++)
        ids[i] = SL_ITEM(rows, struct order, i)->id;
    sl_list wanted_ids = { rows.count, sizeof(*ids), ids };
    sl_list found;
    sl_status status = sl_select(cx, &order_lines, "order_id IN ($2) ORDER BY order_id, position",
                                 SL_ARGS(sl_texts(&wanted_ids)), &found);
    if (status == SL_OK)
        lines_share(rows, found);
    return status;
}

static const char *const statuses[] = { ORDER_OPEN, ORDER_COMPLETED, NULL };
static const char *const payment_statuses[] = { ORDER_UNPAID, ORDER_PAID, ORDER_PARTIALLY_REFUNDED,
                                                ORDER_REFUNDED, NULL };

static const sl_filter order_filters[] = {
    { .param = "customer_id",
      .column = "customer",
      .face = SL_FACE_LITE,
      .type = SL_TYPE_STRING,
      .doc = "Only orders of this customer" },
    { .param = "status",
      .column = "status",
      .face = SL_FACE_LITE,
      .type = SL_TYPE_ENUM,
      .values = statuses,
      .doc = "Only orders in this state" },
    { .param = "payment_status",
      .column = "payment_status",
      .face = SL_FACE_LITE,
      .type = SL_TYPE_ENUM,
      .values = payment_statuses,
      .doc = "Only orders that are paid so far" },
    { .param = "order_number",
      .column = "order_number",
      .face = SL_FACE_LITE,
      .type = SL_TYPE_STRING,
      .doc = "Only the order of this number" },
    SL_FILTERS_END,
};

const sl_resource order_resource = {
    .struct_size = sizeof(sl_resource),
    .type = "order",
    .id_prefix = "ord",
    .table = &orders,
    .lite_path = "/api/v1/orders",
    .lite_plural = "orders",
    .lite_missing = "Order not found",
    .render = order_render,
    .render_lite = order_render,
    .prepare = order_prepare,
    .filters = order_filters,
    .customer_column = "customer",
    .scope = "sales",
};

sl_status order_load(sl_context *cx, const char *id, const char *param, struct order *ret)
{
    sl_status status = sl_resource_load(cx, &order_resource, id, NULL, ret);
    return status == SL_E_NOT_FOUND
               ? sl_fail_param(cx, SL_E_NOT_FOUND, "resource_missing", param, "Order not found")
               : status;
}
