/*
 * balance_transaction_model.c: the columns of a balance transaction and its shape.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "balance_transaction_model.h"

static const sl_field balance_transaction_fields[] = {
    SL_ID(struct balance_transaction, id, "txn"),
    SL_TIMESTAMP(struct balance_transaction, created),
    SL_INT64(struct balance_transaction, version),
    SL_STRING(struct balance_transaction, type),
    SL_STRING(struct balance_transaction, reporting_category),
    SL_STRING(struct balance_transaction, status),
    SL_MONEY(struct balance_transaction, amount),
    SL_MONEY(struct balance_transaction, fee),
    SL_MONEY(struct balance_transaction, net),
    SL_CURRENCY(struct balance_transaction, currency),
    SL_TIMESTAMP(struct balance_transaction, available_on),
    SL_STRING(struct balance_transaction, source),
    SL_STRING(struct balance_transaction, source_type),
    SL_STRING(struct balance_transaction, description),
    SL_ID(struct balance_transaction, payout, "po"),
    SL_FIELDS_END,
};

const sl_table balance_transactions =
    SL_TABLE("balance_transactions", struct balance_transaction, balance_transaction_fields);

static void fee_details_write(sl_json *out, const struct balance_transaction *row)
{
    sl_json_open_array(out, "fee_details");
    if (row->fee != 0) {
        sl_json_open(out, NULL);
        sl_json_money(out, "amount", row->fee, row->currency);
        sl_json_null(out, "application");
        sl_json_string(out, "currency", row->currency);
        sl_json_string(out, "description", "Processing fees");
        sl_json_string(out, "type", "stripe_fee");
        sl_json_close(out);
    }
    sl_json_close_array(out);
}

static void balance_transaction_render(sl_json *out, const void *data)
{
    const struct balance_transaction *row = data;
    sl_json_open(out, NULL);
    sl_json_string(out, "id", row->id);
    sl_json_string(out, "object", "balance_transaction");
    sl_json_money(out, "amount", row->amount, row->currency);
    sl_json_time(out, "available_on", row->available_on);
    sl_json_string(out, "balance_type", "payments");
    sl_json_time(out, "created", row->created);
    sl_json_string(out, "currency", row->currency);
    sl_json_string(out, "description", row->description);
    sl_json_null(out, "exchange_rate");
    sl_json_money(out, "fee", row->fee, row->currency);
    fee_details_write(out, row);
    sl_json_money(out, "net", row->net, row->currency);
    sl_json_string(out, "reporting_category", row->reporting_category);
    if (row->source && row->source_type)
        sl_json_reference(out, "source", row->source_type, row->source);
    else
        sl_json_string(out, "source", row->source);
    sl_json_string(out, "status", row->status);
    sl_json_string(out, "type", row->type);
    sl_json_close(out);
}

static const sl_filter balance_transaction_filters[] = {
    { .param = "type",
      .column = "type",
      .face = SL_FACE_STRIPE,
      .type = SL_TYPE_STRING,
      .doc = "Only transactions of this type" },
    { .param = "source",
      .column = "source",
      .face = SL_FACE_STRIPE,
      .type = SL_TYPE_STRING,
      .doc = "Only transactions of this object" },
    { .param = "currency",
      .column = "currency",
      .face = SL_FACE_STRIPE,
      .type = SL_TYPE_STRING,
      .doc = "Only transactions in this currency" },
    { .param = "payout",
      .column = "payout",
      .face = SL_FACE_STRIPE,
      .type = SL_TYPE_STRING,
      .doc = "Only transactions that this payout paid out" },
    SL_FILTERS_END,
};

const sl_resource balance_transaction_resource = {
    .struct_size = sizeof(sl_resource),
    .type = "balance_transaction",
    .id_prefix = "txn",
    .table = &balance_transactions,
    .path = "/v1/balance_transactions",
    .noun = "balance transaction",
    .render = balance_transaction_render,
    .filters = balance_transaction_filters,
    .scope = "balance_transactions",
};
