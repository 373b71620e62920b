/*
 * payment_method_model.c: the payment method's table and rendering.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "payment_method_model.h"

const char *const redisplays[] = { "unspecified", "limited", "always", NULL };

const sl_field billing_fields[] = {
    SL_OBJECT(struct billing_params, address, struct address, address_fields, .unset = true,
              .doc = "The billing address"),
    SL_EMAIL(struct billing_params, email, .unset = true, .max = 512, .doc = "The payer's email"),
    SL_STRING(struct billing_params, name, .unset = true, .doc = "The payer's name"),
    SL_STRING(struct billing_params, phone, .unset = true, .doc = "The payer's phone"),
    SL_STRING(struct billing_params, tax_id, .unset = true, .doc = "The payer's tax id"),
    SL_FIELDS_END,
};

static const sl_field payment_method_fields[] = {
    SL_ID(struct payment_method, id, "pm"),
    SL_TIMESTAMP(struct payment_method, created),
    SL_INT64(struct payment_method, version),
    SL_STRING(struct payment_method, type),
    SL_ID(struct payment_method, customer, "cus"),
    SL_STRING(struct payment_method, gateway),
    SL_STRING(struct payment_method, token),
    SL_JSON(struct payment_method, tokens),
    SL_STRING(struct payment_method, brand),
    SL_STRING(struct payment_method, last4),
    SL_STRING(struct payment_method, fingerprint),
    SL_STRING(struct payment_method, funding),
    SL_STRING(struct payment_method, country),
    SL_STRING(struct payment_method, cvc_check),
    SL_INT64(struct payment_method, exp_month),
    SL_INT64(struct payment_method, exp_year),
    SL_STRING(struct payment_method, name),
    SL_STRING(struct payment_method, email),
    SL_STRING(struct payment_method, phone),
    SL_STRING(struct payment_method, tax_id),
    SL_STRING(struct payment_method, allow_redisplay),
    SL_BOOL(struct payment_method, detached),
    SL_OBJECT(struct payment_method, address, struct address, address_fields),
    SL_METADATA(struct payment_method, metadata),
    SL_FIELDS_END,
};
const sl_table payment_methods_table =
    SL_TABLE("payment_methods", struct payment_method, payment_method_fields);

sl_payment_method_view payment_method_view(const struct payment_method *method)
{
    return (sl_payment_method_view){
        .struct_size = sizeof(sl_payment_method_view),
        .exp_month = (int32_t)method->exp_month,
        .exp_year = (int32_t)method->exp_year,
        .id = method->id,
        .type = method->type,
        .customer = method->customer,
        .gateway = method->gateway,
        .token = method->token,
        .brand = method->brand,
        .last4 = method->last4,
        .fingerprint = method->fingerprint,
        .funding = method->funding,
        .country = method->country,
        .cvc_check = method->cvc_check,
        .postal_code = method->address ? method->address->postal_code : NULL,
        .line1 = method->address ? method->address->line1 : NULL,
        .name = method->name,
        .email = method->email,
        .phone = method->phone,
        .created = method->created,
        .tokens = method->tokens,
    };
}

void billing_details_write(sl_json *out, const struct payment_method *method)
{
    address_write(out, "address", method->address);
    sl_json_string(out, "email", method->email);
    sl_json_string(out, "name", method->name);
    sl_json_string(out, "phone", method->phone);
    sl_json_string(out, "tax_id", method->tax_id);
}

/* No gateway here compares addresses: one that was given is unchecked. */
static void checks_write(sl_json *out, const sl_payment_method_view *method)
{
    sl_json_open(out, "checks");
    sl_json_string(out, "address_line1_check", method->line1 ? "unchecked" : NULL);
    sl_json_string(out, "address_postal_code_check", method->postal_code ? "unchecked" : NULL);
    sl_json_string(out, "cvc_check", method->cvc_check);
    sl_json_close(out);
}

void card_details_write(sl_json *out, const sl_payment_method_view *method)
{
    sl_json_string(out, "brand", method->brand);
    checks_write(out, method);
    sl_json_string(out, "country", method->country);
    sl_json_int(out, "exp_month", method->exp_month);
    sl_json_int(out, "exp_year", method->exp_year);
    sl_json_string(out, "fingerprint", method->fingerprint);
    sl_json_string(out, "funding", method->funding);
    sl_json_null(out, "installments");
    sl_json_string(out, "last4", method->last4);
    sl_json_null(out, "mandate");
    sl_json_string(out, "network", method->brand);
    sl_json_null(out, "wallet");
}

static void card_write(sl_json *out, const struct payment_method *method)
{
    sl_payment_method_view view = payment_method_view(method);
    sl_json_open(out, "card");
    sl_json_string(out, "brand", method->brand);
    checks_write(out, &view);
    sl_json_string(out, "country", method->country);
    sl_json_string(out, "display_brand", method->brand);
    sl_json_int(out, "exp_month", method->exp_month);
    sl_json_int(out, "exp_year", method->exp_year);
    sl_json_string(out, "fingerprint", method->fingerprint);
    sl_json_string(out, "funding", method->funding);
    sl_json_null(out, "generated_from");
    sl_json_string(out, "last4", method->last4);
    sl_json_open(out, "networks");
    sl_json_open_array(out, "available");
    sl_json_string(out, NULL, method->brand);
    sl_json_close_array(out);
    sl_json_null(out, "preferred");
    sl_json_close(out);
    sl_json_null(out, "regulated_status");
    sl_json_open(out, "three_d_secure_usage");
    sl_json_bool(out, "supported", true);
    sl_json_close(out);
    sl_json_null(out, "wallet");
    sl_json_close(out);
}

static void payment_method_render(sl_json *out, const void *row)
{
    const struct payment_method *method = row;
    sl_json_open(out, NULL);
    sl_json_string(out, "id", method->id);
    sl_json_string(out, "object", "payment_method");
    sl_json_string(out, "allow_redisplay", method->allow_redisplay);
    sl_json_open(out, "billing_details");
    billing_details_write(out, method);
    sl_json_close(out);
    card_write(out, method);
    /* Unix seconds in both faces: payments answered on the short routes hold methods as /v1 shows them. */
    sl_json_int(out, "created", method->created);
    sl_json_reference(out, "customer", "customer", method->customer);
    sl_json_null(out, "customer_account");
    sl_json_bool(out, "livemode", sl_livemode(sl_json_context(out)));
    sl_json_map(out, "metadata", method->metadata);
    sl_json_string(out, "type", method->type);
    sl_json_close(out);
}

const char *payment_method_words(sl_context *cx, const struct payment_method *method)
{
    return sl_format(cx, "%s ending in %s", method->brand ? method->brand : METHOD_CARD,
                     method->last4);
}

static const char *const unsupported_filters[] = { "customer_account", NULL };

static const sl_filter payment_method_filters[] = {
    { "customer", "customer", -1, SL_TYPE_STRING, NULL, "Whose" },
    { "type", "type", -1, SL_TYPE_STRING, NULL, "Of this type: card" },
    { "allow_redisplay", "allow_redisplay", -1, SL_TYPE_ENUM, redisplays, "May be shown again" },
    { "", NULL, -1, SL_TYPE_UNSUPPORTED, unsupported_filters, "this server has no such objects" },
    SL_FILTERS_END,
};

/* Unattached methods are in no list; they are found by their id alone. */
const sl_resource payment_method_resource = {
    .struct_size = sizeof(sl_resource),
    .flags = SL_RESOURCE_WHERE_LIST | SL_RESOURCE_NO_RETRIEVE,
    .type = "payment_method",
    .id_prefix = "pm",
    .table = &payment_methods_table,
    .path = "/v1/payment_methods",
    .noun = "PaymentMethod",
    .render = payment_method_render,
    .filters = payment_method_filters,
    .customer_column = "customer",
    .where = "customer IS NOT NULL",
};
