/*
 * balance_transaction_routes.c: parse, call, render.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "balance_transaction_routes.h"

#include "balance_transaction_service.h"
#include "customer_service.h"

#define AMOUNT_MOST 99999999999

const sl_field balance_create_fields[] = {
    SL_ID(struct balance_create_params, id, "cus", .doc = "The customer"),
    SL_INT64(struct balance_create_params, amount, .required = true, .min = -AMOUNT_MOST,
             .max = AMOUNT_MOST, .doc = "Minor units; negative is a credit to the customer"),
    SL_CURRENCY(struct balance_create_params, currency, .required = true,
                .doc = "The customer's currency"),
    SL_STRING(struct balance_create_params, description, .unset = true, .max = 350,
              .doc = "Whatever you like"),
    SL_METADATA(struct balance_create_params, metadata, .unset = true),
    SL_FIELDS_END,
};

struct balance_list_params {
    const char *id;
    const char *invoice;
    SL_LIST_MEMBERS;
};
const sl_field balance_list_fields[] = {
    SL_ID(struct balance_list_params, id, "cus", .doc = "The customer"),
    SL_STRING(struct balance_list_params, invoice, .query = true, .doc = "Of this invoice"),
    SL_LIST_FIELDS(struct balance_list_params),
    SL_FIELDS_END,
};

struct balance_show_params {
    const char *customer;
    const char *id;
};
const sl_field balance_show_fields[] = {
    SL_ID(struct balance_show_params, customer, "cus", .doc = "The customer"),
    SL_ID(struct balance_show_params, id, "cbtxn", .doc = "The transaction"),
    SL_FIELDS_END,
};

const sl_field balance_update_fields[] = {
    SL_ID(struct balance_update_params, customer, "cus", .doc = "The customer"),
    SL_ID(struct balance_update_params, id, "cbtxn", .doc = "The transaction"),
    SL_STRING(struct balance_update_params, description, .unset = true, .max = 350,
              .doc = "Whatever you like"),
    SL_METADATA(struct balance_update_params, metadata, .unset = true),
    SL_FIELDS_END,
};

static sl_status balance_reply(sl_context *cx, sl_status status,
                               const struct balance_transaction *transaction)
{
    return status == SL_OK ? sl_resource_reply(cx, 200, &balance_transaction_resource, transaction)
                           : status;
}

sl_status balance_create_route(sl_context *cx, const void *params)
{
    struct balance_transaction transaction;
    return balance_reply(cx, balance_transaction_create(cx, params, &transaction), &transaction);
}

sl_status balance_show_route(sl_context *cx, const void *params)
{
    const struct balance_show_params *in = params;
    struct balance_transaction transaction;
    return balance_reply(cx, balance_transaction_load(cx, in->customer, in->id, &transaction),
                         &transaction);
}

sl_status balance_update_route(sl_context *cx, const void *params)
{
    struct balance_transaction transaction;
    return balance_reply(cx, balance_transaction_update(cx, params, &transaction), &transaction);
}

sl_status balance_list_route(sl_context *cx, const void *params)
{
    const struct balance_list_params *in = params;
    struct customer customer;
    sl_status status = customer_load(cx, in->id, "id", &customer);
    if (status != SL_OK)
        return status;
    if (in->invoice)
        return sl_resource_list(cx, &balance_transaction_resource, "customer = $2 AND invoice = $3",
                                SL_ARGS(sl_text(customer.id), sl_text(in->invoice)));
    return sl_resource_list(cx, &balance_transaction_resource, "customer = $2",
                            SL_ARGS(sl_text(customer.id)));
}
