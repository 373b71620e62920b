/*
 * refund_model.c: the columns of a refund and its shapes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "refund_model.h"

static const sl_field refund_fields[] = {
    SL_ID(struct refund, id, "re"),           SL_TIMESTAMP(struct refund, created),
    SL_INT64(struct refund, version),         SL_STRING(struct refund, status),
    SL_MONEY(struct refund, amount),          SL_CURRENCY(struct refund, currency),
    SL_ID(struct refund, charge, "ch"),       SL_ID(struct refund, payment_intent, "pi"),
    SL_ID(struct refund, customer, "cus"),    SL_ID(struct refund, payment_method, "pm"),
    SL_STRING(struct refund, reason),         SL_STRING(struct refund, description),
    SL_STRING(struct refund, failure_reason), SL_ID(struct refund, balance_transaction, "txn"),
    SL_ID(struct refund, attempt, "pay"),     SL_STRING(struct refund, gateway_reference),
    SL_METADATA(struct refund, metadata),     SL_FIELDS_END,
};

const sl_table refunds = SL_TABLE("refunds", struct refund, refund_fields);

static void refund_render(sl_json *out, const void *row)
{
    const struct refund *refund = row;
    sl_json_open(out, NULL);
    sl_json_string(out, "id", refund->id);
    sl_json_string(out, "object", "refund");
    sl_json_money(out, "amount", refund->amount, refund->currency);
    sl_json_reference(out, "balance_transaction", "balance_transaction",
                      refund->balance_transaction);
    sl_json_reference(out, "charge", "charge", refund->charge);
    sl_json_time(out, "created", refund->created);
    sl_json_string(out, "currency", refund->currency);
    sl_json_reference(out, "customer", "customer", refund->customer);
    sl_json_null(out, "customer_account");
    if (refund->description)
        sl_json_string(out, "description", refund->description);
    sl_json_open(out, "destination_details");
    sl_json_open(out, "card");
    sl_json_string(out, "type", same(refund->status, "pending") ? "pending" : "refund");
    sl_json_close(out);
    sl_json_string(out, "type", "card");
    sl_json_close(out);
    if (refund->failure_reason)
        sl_json_string(out, "failure_reason", refund->failure_reason);
    sl_json_map(out, "metadata", refund->metadata);
    sl_json_reference(out, "payment_intent", "payment_intent", refund->payment_intent);
    sl_json_reference(out, "payment_method", "payment_method", refund->payment_method);
    if (same(refund->status, "pending"))
        sl_json_string(out, "pending_reason", "processing");
    sl_json_string(out, "reason", refund->reason);
    sl_json_null(out, "receipt_number");
    sl_json_null(out, "source_transfer_reversal");
    sl_json_string(out, "status", refund->status);
    sl_json_null(out, "transfer_reversal");
    sl_json_close(out);
}

void refund_render_lite(sl_json *out, const void *row)
{
    const struct refund *refund = row;
    sl_json_open(out, NULL);
    sl_json_string(out, "id", refund->id);
    sl_json_string(out, "charge_id", refund->charge);
    sl_json_money(out, "amount", refund->amount, refund->currency);
    sl_json_string(out, "currency", refund->currency);
    sl_json_string(out, "status", refund->status);
    sl_json_string(out, "reason", refund->reason);
    sl_json_string(out, "failure_reason", refund->failure_reason);
    sl_json_map(out, "metadata", refund->metadata);
    sl_json_time(out, "created_at", refund->created);
    sl_json_close(out);
}

static const sl_filter refund_filters[] = {
    { .param = "charge",
      .column = "charge",
      .face = SL_FACE_STRIPE,
      .type = SL_TYPE_STRING,
      .doc = "Only refunds of this charge" },
    { .param = "payment_intent",
      .column = "payment_intent",
      .face = SL_FACE_STRIPE,
      .type = SL_TYPE_STRING,
      .doc = "Only refunds of this payment intent" },
    SL_FILTERS_END,
};

const sl_resource refund_resource = {
    .struct_size = sizeof(sl_resource),
    .type = "refund",
    .id_prefix = "re",
    .table = &refunds,
    .path = "/v1/refunds",
    .render = refund_render,
    .render_lite = refund_render_lite,
    .filters = refund_filters,
    .customer_column = "customer",
};
