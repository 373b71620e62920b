/*
 * charge_routes.c: charges of /v1: made from a token in one call, changed, captured.
 *
 * A charge made here has a payment intent of its own underneath, as every charge has.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "charge_service.h"
#include "payment_intent_service.h"
#include "payments_routes.h"
#include "unsupported.h"

struct fraud_params {
    const char *user_report;
};

struct charge_params {
    const char *id;
    int64_t amount;
    const char *currency;
    const char *source;
    const char *payment_method;
    const char *customer;
    bool capture;
    const char *description;
    const char *receipt_email;
    const char *statement_descriptor;
    const char *statement_descriptor_suffix;
    const char *transfer_group;
    struct shipping_params *shipping;
    struct fraud_params *fraud_details;
    const sl_map *metadata;
};

static const char *const reports[] = { "", "fraudulent", "safe", NULL };

static const sl_field fraud_fields[] = {
    SL_ENUM(struct fraud_params, user_report, reports, .required = true, .unset = true),
    SL_FIELDS_END,
};

#define FIELD_ID(NOUN) \
    SL_ID(struct charge_params, id, "ch", .required = true, .doc = "The charge to " NOUN)

#define FIELDS_NOT_HERE \
    SL_UNSUPPORTED(elsewhere_params, WHY_ONE_ACCOUNT), SL_UNUSED(harmless_params)

const sl_field charge_create_fields[] = {
    SL_MONEY(struct charge_params, amount, .required = true, .min = 1, .max = INT64_MAX),
    SL_CURRENCY(struct charge_params, currency, .required = true),
    SL_STRING(struct charge_params, source,
              .doc = "A token, a test card's name, or a method of the customer"),
    SL_STRING(struct charge_params, payment_method, .hidden = true),
    SL_ID(struct charge_params, customer, "cus", .doc = "Who pays; alone: with its default method"),
    SL_BOOL(struct charge_params, capture, .initial = "true", .doc = "False: authorize only"),
    SL_STRING(struct charge_params, description),
    SL_EMAIL(struct charge_params, receipt_email),
    SL_STRING(struct charge_params, statement_descriptor, .max = 22),
    SL_STRING(struct charge_params, statement_descriptor_suffix, .max = 22),
    SL_STRING(struct charge_params, transfer_group),
    SL_OBJECT(struct charge_params, shipping, struct shipping_params, shipping_fields),
    SL_METADATA(struct charge_params, metadata),
    FIELDS_NOT_HERE,
    SL_FIELDS_END,
};

const sl_field charge_update_fields[] = {
    FIELD_ID("change"),
    SL_ID(struct charge_params, customer, "cus", .doc = "Only where the charge has none"),
    SL_STRING(struct charge_params, description, .unset = true),
    SL_EMAIL(struct charge_params, receipt_email, .unset = true),
    SL_STRING(struct charge_params, transfer_group, .unset = true),
    SL_OBJECT(struct charge_params, shipping, struct shipping_params, shipping_fields),
    SL_OBJECT(struct charge_params, fraud_details, struct fraud_params, fraud_fields),
    SL_METADATA(struct charge_params, metadata),
    SL_FIELDS_END,
};

const sl_field charge_capture_fields[] = {
    FIELD_ID("capture"),
    SL_MONEY(struct charge_params, amount, .nullable = true, .min = 1, .max = INT64_MAX,
             .doc = "Default: all of it; the rest is released"),
    SL_STRING(struct charge_params, statement_descriptor, .max = 22),
    SL_STRING(struct charge_params, statement_descriptor_suffix, .max = 22),
    SL_EMAIL(struct charge_params, receipt_email),
    SL_STRING(struct charge_params, transfer_group),
    FIELDS_NOT_HERE,
    SL_FIELDS_END,
};

static sl_status charge_source(sl_context *cx, const struct charge_params *params,
                               const char **ret_method)
{
    *ret_method = params->source ? params->source : params->payment_method;
    if (*ret_method)
        return SL_OK;
    if (!params->customer)
        return sl_fail_param(cx, SL_E_INVALID, "parameter_missing", "source",
                             "Must provide source or customer.");
    sl_customer_view customer = { .struct_size = sizeof(customer) };
    sl_status status = customers()->customer(cx, params->customer, "customer", &customer);
    if (status != SL_OK)
        return status;
    if (!customer.default_payment_method)
        return sl_fail(cx, SL_E_CARD, "missing",
                       "Cannot charge a customer that has no active card");
    *ret_method = customer.default_payment_method;
    return SL_OK;
}

sl_status charge_create(sl_context *cx, const void *data)
{
    const struct charge_params *params = data;
    const char *source;
    sl_status status = charge_source(cx, params, &source);
    if (status != SL_OK)
        return status;
    const struct intent_params order = {
        .amount = params->amount,
        .currency = params->currency,
        .customer = params->customer,
        .payment_method = source,
        .confirm = true,
        .capture_method = params->capture ? "automatic" : "manual",
        .description = params->description,
        .receipt_email = params->receipt_email,
        .statement_descriptor = params->statement_descriptor,
        .statement_descriptor_suffix = params->statement_descriptor_suffix,
        .transfer_group = params->transfer_group,
        .shipping = params->shipping,
        .metadata = params->metadata,
    };
    struct payment_intent *intent = sl_alloc(cx, sizeof(*intent));
    sl_payment_method_view method = { .struct_size = sizeof(method) };
    status = intent_create(cx, &order, intent, &method);
    if (status != SL_OK)
        return status;
    const struct intent_confirmation how = {
        .answer = ANSWER_CHARGE,
        .error_on_action = true,
        .is_new = true,
    };
    return intent_confirm(cx, intent, &method, &how);
}

static sl_status charge_customer_set(sl_context *cx, struct charge *charge, const char *id)
{
    if (same(charge->customer, id))
        return SL_OK;
    if (charge->customer)
        return sl_fail_param(cx, SL_E_INVALID, "charge_invalid_parameter", "customer",
                             "Charge %s belongs to a customer already.", charge->id);
    sl_customer_view customer = { .struct_size = sizeof(customer) };
    sl_status status = customers()->customer(cx, id, "customer", &customer);
    charge->customer = id;
    return status;
}

sl_status charge_update(sl_context *cx, const void *data)
{
    const struct charge_params *params = data;
    struct charge charge;
    sl_status status = charge_load(cx, params->id, "id", &charge);
    if (status == SL_OK && params->customer)
        status = charge_customer_set(cx, &charge, params->customer);
    if (status != SL_OK)
        return status;
    text_given(cx, "description", params->description, &charge.description);
    text_given(cx, "receipt_email", params->receipt_email, &charge.receipt_email);
    text_given(cx, "transfer_group", params->transfer_group, &charge.transfer_group);
    if (params->fraud_details)
        charge.fraud_report = text_or_null(params->fraud_details->user_report);
    if (params->shipping)
        charge.shipping = shipping_text(cx, params->shipping);
    if (params->metadata)
        charge.metadata = sl_map_merge(cx, charge.metadata, params->metadata);
    sl_update(
        cx, &charges, &charge,
        "customer, description, receipt_email, transfer_group, fraud_report, shipping, metadata");
    sl_event(cx, "charge.updated", &charge_resource, &charge, NULL);
    return sl_resource_reply(cx, 200, &charge_resource, &charge);
}

sl_status charge_capture(sl_context *cx, const void *data)
{
    const struct charge_params *params = data;
    struct charge charge;
    sl_status status = charge_load(cx, params->id, "id", &charge);
    if (status != SL_OK)
        return status;
    if (charge.captured)
        return sl_fail(cx, SL_E_INVALID, "charge_already_captured",
                       "Charge %s has already been captured.", charge.id);
    if (!same(charge.status, "succeeded") || charge.voided)
        return sl_fail(cx, SL_E_INVALID, "charge_expired_for_capture",
                       "Charge %s could not be captured: it is not authorized any more.",
                       charge.id);
    if (params->amount != SL_NONE && params->amount > charge.amount)
        return sl_fail_param(cx, SL_E_INVALID, "amount_too_large", "amount",
                             "Amount %s is more than was authorized (%s).",
                             money_text(cx, params->amount, charge.currency),
                             money_text(cx, charge.amount, charge.currency));
    struct payment_intent *intent = sl_alloc(cx, sizeof(*intent));
    status = payment_intent_load(cx, charge.payment_intent, "payment_intent", intent);
    if (status != SL_OK)
        return status;
    if (params->statement_descriptor)
        intent->statement_descriptor = params->statement_descriptor;
    if (params->statement_descriptor_suffix)
        intent->statement_descriptor_suffix = params->statement_descriptor_suffix;
    if (params->receipt_email || params->transfer_group) {
        text_given(cx, "receipt_email", params->receipt_email, &charge.receipt_email);
        text_given(cx, "transfer_group", params->transfer_group, &charge.transfer_group);
        sl_update(cx, &charges, &charge, "receipt_email, transfer_group");
    }
    return intent_capture(cx, intent, params->amount, ANSWER_CHARGE);
}
