/*
 * dispute_routes.c: answering and accepting disputes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dispute_service.h"
#include "payments_routes.h"

#define ARGUMENT_LONGEST 20000

struct evidence_params {
    const char *access_activity_log;
    const char *billing_address;
    const char *cancellation_policy;
    const char *cancellation_policy_disclosure;
    const char *cancellation_rebuttal;
    const char *customer_communication;
    const char *customer_email_address;
    const char *customer_name;
    const char *customer_purchase_ip;
    const char *customer_signature;
    const char *duplicate_charge_documentation;
    const char *duplicate_charge_explanation;
    const char *duplicate_charge_id;
    const char *product_description;
    const char *receipt;
    const char *refund_policy;
    const char *refund_policy_disclosure;
    const char *refund_refusal_explanation;
    const char *service_date;
    const char *service_documentation;
    const char *shipping_address;
    const char *shipping_carrier;
    const char *shipping_date;
    const char *shipping_documentation;
    const char *shipping_tracking_number;
    const char *uncategorized_file;
    const char *uncategorized_text;
};

struct dispute_params {
    const char *id;
    struct evidence_params *evidence;
    const sl_map *metadata;
    bool submit;
};

#define EVIDENCE(NAME) SL_STRING(struct evidence_params, NAME, .unset = true)
#define ARGUMENT(NAME) \
    SL_STRING(struct evidence_params, NAME, .unset = true, .max = ARGUMENT_LONGEST)

static const char *const evidence_unsupported_params[] = { "appeal", "enhanced_evidence", NULL };

static const sl_field evidence_fields[] = {
    ARGUMENT(access_activity_log),
    EVIDENCE(billing_address),
    EVIDENCE(cancellation_policy),
    ARGUMENT(cancellation_policy_disclosure),
    ARGUMENT(cancellation_rebuttal),
    EVIDENCE(customer_communication),
    EVIDENCE(customer_email_address),
    EVIDENCE(customer_name),
    EVIDENCE(customer_purchase_ip),
    EVIDENCE(customer_signature),
    EVIDENCE(duplicate_charge_documentation),
    ARGUMENT(duplicate_charge_explanation),
    EVIDENCE(duplicate_charge_id),
    ARGUMENT(product_description),
    EVIDENCE(receipt),
    EVIDENCE(refund_policy),
    ARGUMENT(refund_policy_disclosure),
    ARGUMENT(refund_refusal_explanation),
    EVIDENCE(service_date),
    EVIDENCE(service_documentation),
    EVIDENCE(shipping_address),
    EVIDENCE(shipping_carrier),
    EVIDENCE(shipping_date),
    EVIDENCE(shipping_documentation),
    EVIDENCE(shipping_tracking_number),
    EVIDENCE(uncategorized_file),
    ARGUMENT(uncategorized_text),
    SL_UNSUPPORTED(evidence_unsupported_params, "evidence is given in its plain texts"),
    SL_FIELDS_END,
};

/* Evidence is sent when `submit` says so, by hand. */
static const char *const dispute_harmless_params[] = { "intended_submission_method", NULL };

const sl_field dispute_update_fields[] = {
    SL_ID(struct dispute_params, id, "dp", .required = true, .doc = "The dispute to answer"),
    SL_OBJECT(struct dispute_params, evidence, struct evidence_params, evidence_fields),
    SL_METADATA(struct dispute_params, metadata),
    SL_BOOL(struct dispute_params, submit, .initial = "true",
            .doc = "False: keep the evidence, send it later"),
    SL_UNUSED(dispute_harmless_params),
    SL_FIELDS_END,
};

const sl_field dispute_close_fields[] = {
    SL_ID(struct dispute_params, id, "dp", .required = true,
          .doc = "The dispute to accept as lost"),
    SL_FIELDS_END,
};

/* The texts that were given, by name; every member of the parameters' struct is one text, as its table says. */
static const sl_map *evidence_map(sl_context *cx, const struct evidence_params *evidence)
{
    if (!evidence)
        return NULL;
    sl_pair *pairs =
        sl_alloc(cx, sizeof(evidence_fields) / sizeof(evidence_fields[0]) * sizeof(*pairs));
    sl_map *map = sl_alloc(cx, sizeof(*map));
    for (const sl_field *field = evidence_fields; field->type == SL_TYPE_STRING; field++) {
        const char *text;
        memcpy(&text, (const char *)evidence + field->offset, sizeof(text));
        if (text)
            pairs[map->count++] = (sl_pair){ field->name, text };
    }
    map->pairs = pairs;
    return map;
}

static sl_status dispute_closed(sl_context *cx, const struct dispute *dispute)
{
    return sl_fail(cx, SL_E_INVALID, "charge_disputed",
                   "Dispute %s is %s and cannot be answered or accepted any more.", dispute->id,
                   dispute->status);
}

sl_status dispute_update(sl_context *cx, const void *data)
{
    const struct dispute_params *params = data;
    struct dispute dispute;
    sl_status status = sl_resource_load(cx, &dispute_resource, params->id, "id", &dispute);
    if (status != SL_OK)
        return status;
    bool answerable =
        same(dispute.status, "needs_response") || same(dispute.status, "warning_needs_response");
    if (params->evidence && !answerable)
        return dispute_closed(cx, &dispute);
    if (answerable) {
        bool submit = params->submit && (params->evidence || sl_given(cx, "submit"));
        status = dispute_evidence_add(cx, &dispute, evidence_map(cx, params->evidence), submit);
        if (status != SL_OK)
            return status;
    }
    if (params->metadata)
        dispute.metadata = sl_map_merge(cx, dispute.metadata, params->metadata);
    sl_update(cx, &disputes, &dispute,
              "status, evidence, has_evidence, submission_count, metadata");
    sl_event(cx, "charge.dispute.updated", &dispute_resource, &dispute, NULL);
    return sl_resource_reply(cx, 200, &dispute_resource, &dispute);
}

sl_status dispute_close(sl_context *cx, const void *data)
{
    const struct dispute_params *params = data;
    struct dispute dispute;
    sl_status status = sl_resource_load(cx, &dispute_resource, params->id, "id", &dispute);
    if (status != SL_OK)
        return status;
    if (!dispute_is_open(&dispute))
        return dispute_closed(cx, &dispute);
    status = dispute_end(cx, &dispute, "lost");
    return status == SL_OK ? sl_resource_reply(cx, 200, &dispute_resource, &dispute) : status;
}
