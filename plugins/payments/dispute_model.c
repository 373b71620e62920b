/*
 * dispute_model.c: the columns of a dispute and its shape.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dispute_model.h"

#include "balance_transaction_model.h"

static const sl_field dispute_fields[] = {
    SL_ID(struct dispute, id, "dp"),
    SL_TIMESTAMP(struct dispute, created),
    SL_INT64(struct dispute, version),
    SL_STRING(struct dispute, status),
    SL_STRING(struct dispute, reason),
    SL_MONEY(struct dispute, amount),
    SL_CURRENCY(struct dispute, currency),
    SL_ID(struct dispute, charge, "ch"),
    SL_ID(struct dispute, payment_intent, "pi"),
    SL_ID(struct dispute, customer, "cus"),
    SL_STRING(struct dispute, brand),
    SL_TIMESTAMP(struct dispute, due_by),
    SL_INT64(struct dispute, submission_count),
    SL_BOOL(struct dispute, has_evidence),
    SL_JSON(struct dispute, evidence),
    SL_METADATA(struct dispute, metadata),
    SL_FIELDS_END,
};

const sl_table disputes = SL_TABLE("disputes", struct dispute, dispute_fields);

const char *const dispute_evidence_names[] = {
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
    NULL,
};

static void evidence_write(sl_json *out, const struct dispute *dispute)
{
    sl_context *cx = sl_json_context(out);
    const sl_value *evidence = NULL;
    if (dispute->evidence &&
        sl_json_parse(cx, dispute->evidence, strlen(dispute->evidence), &evidence) != SL_OK)
        sl_error_clear(cx);
    sl_json_open(out, "evidence");
    for (const char *const *name = dispute_evidence_names; *name; name++)
        sl_json_string(out, *name, sl_value_string(sl_value_member(evidence, *name), NULL));
    sl_json_open(out, "enhanced_evidence");
    sl_json_close(out);
    sl_json_close(out);
}

static void evidence_details_write(sl_json *out, const struct dispute *dispute)
{
    sl_json_open(out, "evidence_details");
    sl_json_time(out, "due_by", dispute->due_by);
    sl_json_open(out, "enhanced_eligibility");
    sl_json_close(out);
    sl_json_bool(out, "has_evidence", dispute->has_evidence);
    sl_json_bool(out, "past_due",
                 dispute->due_by != 0 && dispute->due_by < sl_now(sl_json_context(out)));
    sl_json_int(out, "submission_count", dispute->submission_count);
    sl_json_string(out, "submission_method",
                   dispute->submission_count > 0 ? "manual" : "not_submitted");
    sl_json_close(out);
}

static void dispute_method_write(sl_json *out, const struct dispute *dispute)
{
    const char *brand = dispute->brand ? dispute->brand : "unknown";
    sl_json_open(out, "payment_method_details");
    sl_json_open(out, "card");
    sl_json_string(out, "brand", brand);
    sl_json_string(out, "case_type",
                   strncmp(dispute->status, "warning", 7) == 0 ? "inquiry" : "chargeback");
    sl_json_string(out, "network", brand);
    sl_json_null(out, "network_reason_code");
    sl_json_close(out);
    sl_json_string(out, "type", "card");
    sl_json_close(out);
}

static void dispute_render(sl_json *out, const void *row)
{
    const struct dispute *dispute = row;
    sl_json_open(out, NULL);
    sl_json_string(out, "id", dispute->id);
    sl_json_string(out, "object", "dispute");
    sl_json_money(out, "amount", dispute->amount, dispute->currency);
    sl_json_open_array(out, "balance_transactions");
    for (uint32_t i = 0; i < dispute->movements.count; i++)
        balance_transaction_resource.render(
            out, SL_ITEM(dispute->movements, struct balance_transaction, i));
    sl_json_close_array(out);
    sl_json_reference(out, "charge", "charge", dispute->charge);
    sl_json_time(out, "created", dispute->created);
    sl_json_string(out, "currency", dispute->currency);
    sl_json_open_array(out, "enhanced_eligibility_types");
    sl_json_close_array(out);
    evidence_write(out, dispute);
    evidence_details_write(out, dispute);
    sl_json_null(out, "intended_submission_method");
    sl_json_bool(out, "is_charge_refundable",
                 same(dispute->status, "won") || strncmp(dispute->status, "warning", 7) == 0);
    sl_json_bool(out, "livemode", sl_livemode(sl_json_context(out)));
    sl_json_map(out, "metadata", dispute->metadata);
    sl_json_reference(out, "payment_intent", "payment_intent", dispute->payment_intent);
    dispute_method_write(out, dispute);
    sl_json_string(out, "reason", dispute->reason);
    sl_json_string(out, "status", dispute->status);
    sl_json_close(out);
}

static sl_status dispute_prepare(sl_context *cx, sl_list rows, const sl_expansion *wanted)
{
    (void)wanted;
    if (rows.count == 0 || SL_ITEM(rows, struct dispute, 0)->movements.count > 0)
        return SL_OK;
    const char **ids = sl_alloc(cx, rows.count * sizeof(*ids));
    for (uint32_t i = 0; i < rows.count; i++)
        ids[i] = SL_ITEM(rows, struct dispute, i)->id;
    sl_list sources = { rows.count, sizeof(*ids), ids };
    sl_list found;
    sl_status status =
        sl_select(cx, &balance_transactions, "source IN ($2) ORDER BY source, created, id",
                  SL_ARGS(sl_texts(&sources)), &found);
    if (status != SL_OK)
        return status;
    for (uint32_t i = 0; i < rows.count; i++) {
        struct dispute *dispute = SL_ITEM(rows, struct dispute, i);
        dispute->movements = (sl_list){ 0, sizeof(struct balance_transaction), NULL };
        for (uint32_t k = 0; k < found.count; k++) {
            struct balance_transaction *row = SL_ITEM(found, struct balance_transaction, k);
            if (same(row->source, dispute->id) && dispute->movements.count++ == 0)
                dispute->movements.items = row;
        }
    }
    return SL_OK;
}

static const sl_filter dispute_filters[] = {
    { .param = "charge",
      .column = "charge",
      .face = SL_FACE_STRIPE,
      .type = SL_TYPE_STRING,
      .doc = "Only the dispute of this charge" },
    { .param = "payment_intent",
      .column = "payment_intent",
      .face = SL_FACE_STRIPE,
      .type = SL_TYPE_STRING,
      .doc = "Only disputes of this payment intent" },
    SL_FILTERS_END,
};

const sl_resource dispute_resource = {
    .struct_size = sizeof(sl_resource),
    .type = "dispute",
    .id_prefix = "dp",
    .table = &disputes,
    .path = "/v1/disputes",
    .render = dispute_render,
    .prepare = dispute_prepare,
    .filters = dispute_filters,
    .scope = "disputes",
};
