/*
 * balance_transaction_model.c: the table of balance changes and their rendering.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "balance_transaction_model.h"

static const sl_field balance_transaction_fields[] = {
    SL_ID(struct balance_transaction, id, "cbtxn"),
    SL_TIMESTAMP(struct balance_transaction, created),
    SL_INT64(struct balance_transaction, version),
    SL_ID(struct balance_transaction, customer, "cus"),
    SL_STRING(struct balance_transaction, type),
    SL_INT64(struct balance_transaction, amount),
    SL_STRING(struct balance_transaction, currency),
    SL_INT64(struct balance_transaction, ending_balance),
    SL_STRING(struct balance_transaction, description),
    SL_STRING(struct balance_transaction, invoice),
    SL_STRING(struct balance_transaction, credit_note),
    SL_STRING(struct balance_transaction, checkout_session),
    SL_METADATA(struct balance_transaction, metadata),
    SL_FIELDS_END,
};
const sl_table balance_transactions_table = SL_TABLE(
    "customer_balance_transactions", struct balance_transaction, balance_transaction_fields);

static void balance_transaction_render(sl_json *out, const void *row)
{
    const struct balance_transaction *transaction = row;
    sl_json_open(out, NULL);
    sl_json_string(out, "id", transaction->id);
    sl_json_string(out, "object", "customer_balance_transaction");
    sl_json_int(out, "amount", transaction->amount);
    sl_json_reference(out, "checkout_session", "checkout.session", transaction->checkout_session);
    sl_json_time(out, "created", transaction->created);
    sl_json_reference(out, "credit_note", "credit_note", transaction->credit_note);
    sl_json_string(out, "currency", transaction->currency);
    sl_json_reference(out, "customer", "customer", transaction->customer);
    sl_json_null(out, "customer_account");
    sl_json_string(out, "description", transaction->description);
    sl_json_int(out, "ending_balance", transaction->ending_balance);
    sl_json_reference(out, "invoice", "invoice", transaction->invoice);
    sl_json_bool(out, "livemode", sl_livemode(sl_json_context(out)));
    sl_json_map(out, "metadata", transaction->metadata);
    sl_json_string(out, "type", transaction->type);
    sl_json_close(out);
}

/* Served below its customer; see balance_transaction_routes.c. */
const sl_resource balance_transaction_resource = {
    .struct_size = sizeof(sl_resource),
    .type = "customer_balance_transaction",
    .id_prefix = "cbtxn",
    .table = &balance_transactions_table,
    .noun = "customer balance transaction",
    .render = balance_transaction_render,
    .customer_column = "customer",
};
