/*
 * order_service.c: making orders.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "order_service.h"

#define LINES_MOST 100

static sl_status customer_check(sl_context *cx, const char *id)
{
    if (!id)
        return SL_OK;
    sl_customer_view customer = { .struct_size = sizeof(customer) };
    sl_status status = customers()->customer(cx, id, "customer_id", &customer);
    if (status == SL_OK && customer.deleted)
        return sl_fail_param(cx, SL_E_INVALID, "resource_missing", "customer_id",
                             "No such customer: '%s'", id);
    return status;
}

static sl_status too_large(sl_context *cx, const char *currency)
{
    char most[32];
    sl_money_to_major(sl_currency_maximum(currency), currency, most);
    return sl_fail_param(cx, SL_E_INVALID, "amount_too_large", "lines",
                         "The total of an order must be no more than %s %s.", most, currency);
}

/* The lines as rows, summed up; false when the sum is more than can be charged. */
static bool lines_make(sl_context *cx, const struct order_params *params, struct order *order)
{
    struct order_line *rows = sl_alloc(cx, params->lines.count * sizeof(*rows));
    for (uint32_t i = 0; i < params->lines.count; i++) {
        const struct order_line_params *line = SL_ITEM(params->lines, struct order_line_params, i);
        rows[i] = (struct order_line){
            .id = sl_id(cx, "ordli"),
            .order_id = order->id,
            .position = i,
            .description = line->description,
            .quantity = line->quantity,
            .unit_price = line->unit_price,
        };
        if (!sl_money_multiply(line->unit_price, line->quantity, &rows[i].amount) ||
            !sl_money_add(order->total, rows[i].amount, &order->total))
            return false;
    }
    order->lines = (sl_list){ params->lines.count, sizeof(*rows), rows };
    order->has_lines = true;
    return order->total <= sl_currency_maximum(order->currency);
}

sl_status order_create(sl_context *cx, const struct order_params *params, struct order *ret)
{
    if (params->lines.count == 0 || params->lines.count > LINES_MOST)
        return sl_fail_param(cx, SL_E_UNPROCESSABLE, "parameter_invalid", "lines",
                             "An order has 1 to %d lines, not %u.", LINES_MOST,
                             params->lines.count);
    sl_status status = customer_check(cx, params->customer_id);
    if (status != SL_OK)
        return status;
    *ret = (struct order){
        .id = sl_id(cx, "ord"),
        .created = sl_now(cx),
        .customer = params->customer_id,
        .currency = params->currency ? params->currency : sl_default_currency(cx),
        .metadata = params->metadata,
    };
    order_state_refresh(ret);
    if (!lines_make(cx, params, ret))
        return too_large(cx, ret->currency);
    ret->order_number = document_number(cx, "ORD");
    sl_insert(cx, &orders, ret);
    for (uint32_t i = 0; i < ret->lines.count; i++)
        sl_insert(cx, &order_lines, SL_ITEM(ret->lines, struct order_line, i));
    return SL_OK;
}
