/*
 * charge_model.c: the columns of a charge, its shape on /v1 and in the Stripe_lite routes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "charge_model.h"

#include "refund_model.h"

static const sl_field charge_fields[] = {
    SL_ID(struct charge, id, "ch"),
    SL_TIMESTAMP(struct charge, created),
    SL_INT64(struct charge, version),
    SL_STRING(struct charge, status),
    SL_STRING(struct charge, state),
    SL_MONEY(struct charge, amount),
    SL_CURRENCY(struct charge, currency),
    SL_MONEY(struct charge, amount_captured),
    SL_MONEY(struct charge, amount_refunded),
    SL_BOOL(struct charge, captured),
    SL_BOOL(struct charge, voided),
    SL_BOOL(struct charge, disputed),
    SL_ID(struct charge, payment_intent, "pi"),
    SL_ID(struct charge, customer, "cus"),
    SL_ID(struct charge, payment_method, "pm"),
    SL_ID(struct charge, attempt, "pay"),
    SL_STRING(struct charge, gateway),
    SL_STRING(struct charge, gateway_reference),
    SL_ID(struct charge, balance_transaction, "txn"),
    SL_STRING(struct charge, description),
    SL_STRING(struct charge, receipt_email),
    SL_STRING(struct charge, statement_descriptor),
    SL_STRING(struct charge, statement_descriptor_suffix),
    SL_STRING(struct charge, transfer_group),
    SL_STRING(struct charge, failure_code),
    SL_STRING(struct charge, failure_message),
    SL_STRING(struct charge, decline_code),
    SL_STRING(struct charge, advice_code),
    SL_STRING(struct charge, network_code),
    SL_STRING(struct charge, fraud_report),
    SL_STRING(struct charge, action_url),
    SL_BOOL(struct charge, authenticated),
    SL_JSON(struct charge, card),
    SL_JSON(struct charge, billing_details),
    SL_JSON(struct charge, shipping),
    SL_METADATA(struct charge, metadata),
    SL_FIELDS_END,
};

const sl_table charges = SL_TABLE("charges", struct charge, charge_fields);

#define REFUNDS_SHOWN 10u

void charge_state_refresh(struct charge *charge)
{
    charge->state = charge->status;
    if (same(charge->status, "pending") && charge->action_url)
        charge->state = "requires_action";
    if (!same(charge->status, "succeeded"))
        return;
    if (charge->voided)
        charge->state = "refunded";
    else if (charge->amount_refunded > 0)
        charge->state =
            charge->amount_refunded == charge->amount_captured ? "refunded" : "partially_refunded";
}

/* Which network_status, type and sentence belong to a charge's end (Stripe's "Declines" document). */
static void outcome_write(sl_json *out, const struct charge *charge)
{
    if (same(charge->status, "pending")) {
        sl_json_null(out, "outcome");
        return;
    }
    bool failed = same(charge->status, "failed");
    bool reached = charge->gateway_reference || charge->decline_code;
    sl_json_open(out, "outcome");
    sl_json_string(out, "advice_code", charge->advice_code);
    sl_json_null(out, "network_advice_code");
    sl_json_string(out, "network_decline_code", charge->network_code);
    sl_json_string(out, "network_status",
                   !failed   ? "approved_by_network"
                   : reached ? "declined_by_network"
                             : "not_sent_to_network");
    sl_json_string(out, "reason",
                   !failed                ? NULL
                   : charge->decline_code ? charge->decline_code
                                          : charge->failure_code);
    sl_json_string(out, "risk_level", "normal");
    sl_json_string(out, "seller_message", failed ? charge->failure_message : "Payment complete.");
    sl_json_string(out, "type", failed ? "issuer_declined" : "authorized");
    sl_json_close(out);
}

static void method_details_write(sl_json *out, const struct charge *charge)
{
    if (!charge->card) {
        sl_json_null(out, "payment_method_details");
        return;
    }
    sl_json_open(out, "payment_method_details");
    sl_json_raw(out, "card", charge->card);
    sl_json_string(out, "type", "card");
    sl_json_close(out);
}

static void refunds_write(sl_json *out, const struct charge *charge)
{
    if (!charge->has_refund_rows)
        return;
    sl_json_open(out, "refunds");
    sl_json_string(out, "object", "list");
    sl_json_open_array(out, "data");
    for (uint32_t i = 0; i < charge->refund_rows.count && i < REFUNDS_SHOWN; i++)
        refund_resource.render(out, SL_ITEM(charge->refund_rows, struct refund, i));
    sl_json_close_array(out);
    sl_json_bool(out, "has_more", charge->refund_rows.count > REFUNDS_SHOWN);
    sl_json_string(out, "url",
                   sl_format(sl_json_context(out), "/v1/charges/%s/refunds", charge->id));
    sl_json_close(out);
}

/* What this server has no such thing as: Stripe's documents require the members all the same. */
static void charge_absent_write(sl_json *out)
{
    static const char *const absent[] = {
        "application",
        "application_fee",
        "application_fee_amount",
        "failure_balance_transaction",
        "on_behalf_of",
        "receipt_number",
        "receipt_url",
        "review",
        "source",
        "source_transfer",
        "transfer_data",
    };
    for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
        sl_json_null(out, absent[i]);
}

static void charge_texts_write(sl_json *out, const struct charge *charge)
{
    sl_json_string(out, "calculated_statement_descriptor", charge->statement_descriptor);
    sl_json_string(out, "description", charge->description);
    sl_json_string(out, "failure_code", charge->failure_code);
    sl_json_string(out, "failure_message", charge->failure_message);
    sl_json_open(out, "fraud_details");
    if (charge->fraud_report)
        sl_json_string(out, "user_report", charge->fraud_report);
    sl_json_close(out);
    sl_json_map(out, "metadata", charge->metadata);
    sl_json_string(out, "receipt_email", charge->receipt_email);
    sl_json_raw(out, "shipping", charge->shipping);
    sl_json_string(out, "statement_descriptor", charge->statement_descriptor);
    sl_json_string(out, "statement_descriptor_suffix", charge->statement_descriptor_suffix);
    sl_json_string(out, "transfer_group", charge->transfer_group);
}

static void billing_details_write(sl_json *out, const struct charge *charge)
{
    if (charge->billing_details) {
        sl_json_raw(out, "billing_details", charge->billing_details);
        return;
    }
    static const char *const members[] = { "address", "email", "name", "phone", "tax_id" };
    sl_json_open(out, "billing_details");
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        sl_json_null(out, members[i]);
    sl_json_close(out);
}

static void charge_render(sl_json *out, const void *row)
{
    const struct charge *charge = row;
    sl_json_open(out, NULL);
    sl_json_string(out, "id", charge->id);
    sl_json_string(out, "object", "charge");
    sl_json_money(out, "amount", charge->amount, charge->currency);
    sl_json_money(out, "amount_captured", charge->amount_captured, charge->currency);
    sl_json_money(out, "amount_refunded", charge->amount_refunded, charge->currency);
    charge_absent_write(out);
    sl_json_reference(out, "balance_transaction", "balance_transaction",
                      charge->balance_transaction);
    billing_details_write(out, charge);
    sl_json_bool(out, "captured", charge->captured);
    sl_json_time(out, "created", charge->created);
    sl_json_string(out, "currency", charge->currency);
    sl_json_reference(out, "customer", "customer", charge->customer);
    sl_json_bool(out, "disputed", charge->disputed);
    sl_json_bool(out, "livemode", sl_livemode(sl_json_context(out)));
    charge_texts_write(out, charge);
    outcome_write(out, charge);
    sl_json_bool(out, "paid", same(charge->status, "succeeded"));
    sl_json_reference(out, "payment_intent", "payment_intent", charge->payment_intent);
    sl_json_string(out, "payment_method", charge->payment_method);
    method_details_write(out, charge);
    sl_json_bool(out, "refunded", same(charge->state, "refunded"));
    refunds_write(out, charge);
    sl_json_string(out, "status", charge->status);
    sl_json_close(out);
}

static void charge_render_lite(sl_json *out, const void *row)
{
    const struct charge *charge = row;
    sl_json_open(out, NULL);
    sl_json_string(out, "id", charge->id);
    sl_json_string(out, "customer_id", charge->customer);
    sl_json_money(out, "amount", charge->amount, charge->currency);
    sl_json_string(out, "currency", charge->currency);
    sl_json_string(out, "payment_method", charge->payment_method);
    sl_json_string(out, "status", charge->state);
    sl_json_money(out, "amount_captured", charge->amount_captured, charge->currency);
    sl_json_money(out, "amount_refunded", charge->amount_refunded, charge->currency);
    sl_json_open_array(out, "refunds");
    for (uint32_t i = 0; i < charge->refund_rows.count; i++)
        refund_render_lite(out, SL_ITEM(charge->refund_rows, struct refund, i));
    sl_json_close_array(out);
    sl_json_string(out, "failure_code", charge->failure_code);
    sl_json_string(out, "failure_message", charge->failure_message);
    sl_json_string(out, "decline_code", charge->decline_code);
    sl_json_string(out, "gateway", charge->gateway);
    sl_json_string(out, "gateway_reference", charge->gateway_reference);
    sl_json_string(out, "payment_intent", charge->payment_intent);
    sl_json_bool(out, "disputed", charge->disputed);
    sl_json_string(out, "description", charge->description);
    sl_json_map(out, "metadata", charge->metadata);
    sl_json_time(out, "created_at", charge->created);
    sl_json_close(out);
}

/* Hands each charge its own stretch of `found`, which is ordered by charge. */
static void refunds_share(sl_list rows, sl_list found)
{
    for (uint32_t i = 0; i < rows.count; i++) {
        struct charge *charge = SL_ITEM(rows, struct charge, i);
        charge->has_refund_rows = true;
        charge->refund_rows = (sl_list){ 0, sizeof(struct refund), NULL };
        for (uint32_t k = 0; k < found.count; k++) {
            struct refund *refund = SL_ITEM(found, struct refund, k);
            if (!same(refund->charge, charge->id))
                continue;
            if (charge->refund_rows.count++ == 0)
                charge->refund_rows.items = refund;
        }
    }
}

static sl_status charge_prepare(sl_context *cx, sl_list rows, const sl_expansion *wanted)
{
    if (rows.count == 0 || (sl_face(cx) == SL_FACE_STRIPE && !sl_expansion_has(wanted, "refunds")))
        return SL_OK;
    if (SL_ITEM(rows, struct charge, 0)->has_refund_rows)
        return SL_OK; /* whoever renders has them already, with those not yet committed */
    const char **ids = sl_alloc(cx, rows.count * sizeof(*ids));
    for (uint32_t i = 0; i < rows.count; i++)
        ids[i] = SL_ITEM(rows, struct charge, i)->id;
    sl_list wanted_ids = { rows.count, sizeof(*ids), ids };
    sl_list found;
    sl_status status =
        sl_select(cx, &refunds, "charge IN ($2) ORDER BY charge, created DESC, id DESC",
                  SL_ARGS(sl_texts(&wanted_ids)), &found);
    if (status == SL_OK)
        refunds_share(rows, found);
    return status;
}

static const char *const charge_states[] = {
    "pending", "succeeded", "failed", "requires_action", "refunded", "partially_refunded", NULL
};

static const sl_filter charge_filters[] = {
    { .param = "customer",
      .column = "customer",
      .face = SL_FACE_STRIPE,
      .type = SL_TYPE_STRING,
      .doc = "Only charges of this customer" },
    { .param = "payment_intent",
      .column = "payment_intent",
      .face = SL_FACE_STRIPE,
      .type = SL_TYPE_STRING,
      .doc = "Only charges of this payment intent" },
    { .param = "transfer_group",
      .column = "transfer_group",
      .face = SL_FACE_STRIPE,
      .type = SL_TYPE_STRING,
      .doc = "Only charges of this transfer group" },
    { .param = "customer_id",
      .column = "customer",
      .face = SL_FACE_LITE,
      .type = SL_TYPE_STRING,
      .doc = "Only charges of this customer" },
    { .param = "status",
      .column = "state",
      .face = SL_FACE_LITE,
      .type = SL_TYPE_ENUM,
      .values = charge_states,
      .doc = "Only charges in this state" },
    SL_FILTERS_END,
};

static const sl_search_field charge_search[] = {
    { .name = "amount", .column = "amount", .type = SL_TYPE_MONEY },
    { .name = "created", .column = "created", .type = SL_TYPE_TIMESTAMP },
    { .name = "currency", .column = "currency", .type = SL_TYPE_STRING },
    { .name = "customer", .column = "customer", .type = SL_TYPE_STRING },
    { .name = "status", .column = "status", .type = SL_TYPE_STRING },
    SL_SEARCH_END,
};

const sl_resource charge_resource = {
    .struct_size = sizeof(sl_resource),
    .type = "charge",
    .id_prefix = "ch",
    .table = &charges,
    .path = "/v1/charges",
    .lite_path = "/payments",
    .lite_plural = "payments",
    .lite_missing = "Charge not found.",
    .render = charge_render,
    .render_lite = charge_render_lite,
    .prepare = charge_prepare,
    .filters = charge_filters,
    .search = charge_search,
    .customer_column = "customer",
    .scope = "charges",
};

sl_status charge_load(sl_context *cx, const char *id, const char *param, struct charge *ret)
{
    return sl_resource_load(cx, &charge_resource, id, param, ret);
}
