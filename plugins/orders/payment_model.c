/*
 * payment_model.c: the columns of a payment's record, and its shape.
 *
 * Members of `gateway_details` stand under the short names and under those that Stripe's integrators know.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "payment_model.h"

static const sl_field payment_fields[] = {
    SL_ID(struct payment, id, "opay"),         SL_TIMESTAMP(struct payment, created),
    SL_INT64(struct payment, version),         SL_STRING(struct payment, payment_number),
    SL_ID(struct payment, order_id, "ord"),    SL_STRING(struct payment, order_number),
    SL_ID(struct payment, customer, "cus"),    SL_MONEY(struct payment, amount),
    SL_CURRENCY(struct payment, currency),     SL_STRING(struct payment, status),
    SL_MONEY(struct payment, amount_refunded), SL_ID(struct payment, payment_intent, "pi"),
    SL_STRING(struct payment, intent_status),  SL_ID(struct payment, charge, "ch"),
    SL_STRING(struct payment, gateway),        SL_STRING(struct payment, reference),
    SL_TIMESTAMP(struct payment, updated),     SL_FIELDS_END,
};

const sl_table order_payments = SL_TABLE("order_payments", struct payment, payment_fields);

bool payment_counts(const struct payment *payment)
{
    return same(payment->status, PAYMENT_COMPLETED) ||
           same(payment->status, PAYMENT_PARTIALLY_REFUNDED) ||
           same(payment->status, PAYMENT_REFUNDED);
}

static void details_write(sl_json *out, const struct payment *payment)
{
    const struct {
        const char *name;
        const char *value;
    } members[] = {
        { "gateway", payment->gateway },
        { "gateway_name", payment->gateway },
        { "payment_intent_id", payment->payment_intent },
        { "stripe_payment_intent_id", payment->payment_intent },
        { "transaction_id", payment->payment_intent },
        { "charge_id", payment->charge },
        { "stripe_charge_id", payment->charge },
        { "reference", payment->reference },
        { "status", payment->intent_status },
    };
    sl_json_open(out, "gateway_details");
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        sl_json_string(out, members[i].name, members[i].value);
    sl_json_close(out);
}

void payment_render(sl_json *out, const char *name, const struct payment *payment)
{
    sl_json_open(out, name);
    sl_json_string(out, "id", payment->id);
    sl_json_string(out, "payment_number", payment->payment_number);
    sl_json_string(out, "order_id", payment->order_id);
    sl_json_string(out, "order_number", payment->order_number);
    sl_json_string(out, "customer_id", payment->customer);
    sl_json_money(out, "amount", payment->amount, payment->currency);
    sl_json_string(out, "currency", payment->currency);
    sl_json_string(out, "status", payment->status);
    sl_json_string(out, "method", "stripe");
    sl_json_string(out, "payment_method", "stripe");
    sl_json_money(out, "amount_refunded", payment->amount_refunded, payment->currency);
    details_write(out, payment);
    sl_json_string(out, "reference_number", payment->payment_intent);
    sl_json_time(out, "created_at", payment->created);
    sl_json_time(out, "updated_at", payment->updated);
    sl_json_close(out);
}
