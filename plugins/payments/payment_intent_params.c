/*
 * payment_intent_params.c: the parameter tables of payment intents, and reading the nested ones.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "payment_intent_params.h"

#include "unsupported.h"

static const char *const capture_methods[] = { "automatic", "automatic_async", "manual", NULL };
static const char *const confirmation_methods[] = { "automatic", "manual", NULL };
static const char *const future_usages[] = { "off_session", "on_session", NULL };
static const char *const redirects[] = { "always", "never", NULL };
static const char *const off_sessions[] = { "true",    "false",     "True", "False",
                                            "one_off", "recurring", NULL };
static const char *const redisplays[] = { "always", "limited", "unspecified", NULL };
static const char *const cancellation_reasons[] = { "abandoned", "duplicate", "fraudulent",
                                                    "requested_by_customer", NULL };

static const sl_field address_fields[] = {
    SL_STRING(struct address_params, city, .unset = true),
    SL_STRING(struct address_params, country, .unset = true),
    SL_STRING(struct address_params, line1, .unset = true),
    SL_STRING(struct address_params, line2, .unset = true),
    SL_STRING(struct address_params, postal_code, .unset = true),
    SL_STRING(struct address_params, state, .unset = true),
    SL_FIELDS_END,
};

static const sl_field billing_fields[] = {
    SL_OBJECT(struct billing_params, address, struct address_params, address_fields, .unset = true),
    SL_EMAIL(struct billing_params, email, .unset = true),
    SL_STRING(struct billing_params, name, .unset = true),
    SL_STRING(struct billing_params, phone, .unset = true),
    SL_STRING(struct billing_params, tax_id, .unset = true),
    SL_FIELDS_END,
};

static const char *const card_harmless_params[] = { "networks", NULL };

static const sl_field card_fields[] = {
    SL_STRING(struct card_params, number, .secret = true, .doc = "The card's number; never stored"),
    SL_INT64(struct card_params, exp_month, .doc = "Month of expiry, 1 to 12"),
    SL_INT64(struct card_params, exp_year, .doc = "Year of expiry, four digits"),
    SL_STRING(struct card_params, cvc, .secret = true,
              .doc = "The card's security code; never stored"),
    SL_STRING(struct card_params, token, .doc = "A token instead of the number"),
    SL_UNUSED(card_harmless_params),
    SL_FIELDS_END,
};

const sl_field method_data_fields[] = {
    SL_STRING(struct method_params, type, .required = true, .doc = "card"),
    SL_OBJECT(struct method_params, card, struct card_params, card_fields),
    SL_OBJECT(struct method_params, billing_details, struct billing_params, billing_fields),
    SL_ENUM(struct method_params, allow_redisplay, redisplays, .doc = "May be shown again"),
    SL_METADATA(struct method_params, metadata),
    SL_UNSUPPORTED(allowable_types, WHY_CARDS_ONLY),
    SL_UNUSED(method_harmless_params),
    SL_FIELDS_END,
};

const sl_field shipping_fields[] = {
    SL_OBJECT(struct shipping_params, address, struct address_params, address_fields,
              .required = true),
    SL_STRING(struct shipping_params, carrier),
    SL_STRING(struct shipping_params, name, .required = true),
    SL_STRING(struct shipping_params, phone),
    SL_STRING(struct shipping_params, tracking_number),
    SL_FIELDS_END,
};

const sl_field method_options_fields[] = {
    SL_OBJECT(struct method_options_params, card, struct card_options, card_options_fields,
              .unset = true),
    SL_UNUSED(allowable_types), /* of methods that are never used */
    SL_FIELDS_END,
};

const sl_field setup_method_options_fields[] = {
    SL_OBJECT(struct method_options_params, card, struct card_options, setup_card_options_fields),
    SL_UNUSED(allowable_types), /* of methods that are never used */
    SL_FIELDS_END,
};

const sl_field automatic_fields[] = {
    SL_BOOL(struct automatic_params, enabled, .required = true),
    SL_ENUM(struct automatic_params, allow_redirects, redirects),
    SL_FIELDS_END,
};

#define FIELD_ID(NOUN) \
    SL_ID(struct intent_params, id, "pi", .required = true, .doc = "The payment intent to " NOUN)
#define FIELD_CLIENT_SECRET \
    SL_STRING(struct intent_params, client_secret, .doc = "Needed with a publishable key")
#define FIELDS_METHOD                                                                              \
    SL_STRING(struct intent_params, payment_method,                                                \
              .doc = "A payment method, or a test card's name"),                                   \
        SL_OBJECT(struct intent_params, payment_method_data, struct method_params,                 \
                  method_data_fields),                                                             \
        SL_OBJECT(struct intent_params, payment_method_options, struct method_options_params,      \
                  method_options_fields),                                                          \
        METHOD_TYPES(struct intent_params, payment_method_types, allowable_types, .hidden = true), \
        METHOD_TYPES(struct intent_params, allowed_payment_method_types, allowable_types),         \
        METHOD_TYPES(struct intent_params, excluded_payment_method_types, excludable_types,        \
                     .unset = true)
#define FIELD_CAPTURE_METHOD \
    SL_ENUM(struct intent_params, capture_method, capture_methods, .doc = "When the money is taken")
#define FIELDS_CONFIRMATION                                       \
    SL_ENUM(struct intent_params, off_session, off_sessions,      \
            .doc = "The customer is not there to authenticate"),  \
        SL_BOOL(struct intent_params, error_on_requires_action,   \
                .doc = "Decline instead of asking the customer"), \
        SL_STRING(struct intent_params, return_url, .doc = "Where the customer comes back to")
#define FIELD_FUTURE_USAGE                                                          \
    SL_ENUM(struct intent_params, setup_future_usage, future_usages, .unset = true, \
            .doc = "Keep the method with the customer")
#define FIELDS_TEXTS                                                                            \
    SL_STRING(struct intent_params, description, .unset = true),                                \
        SL_STRING(struct intent_params, statement_descriptor, .unset = true, .max = 22),        \
        SL_STRING(struct intent_params, statement_descriptor_suffix, .unset = true, .max = 22), \
        SL_STRING(struct intent_params, transfer_group, .unset = true),                         \
        SL_METADATA(struct intent_params, metadata)
#define FIELDS_DELIVERY                                                                    \
    SL_EMAIL(struct intent_params, receipt_email, .unset = true),                          \
        SL_OBJECT(struct intent_params, shipping, struct shipping_params, shipping_fields, \
                  .unset = true)
#define FIELDS_DETAILS                                                                            \
    SL_OBJECT(struct intent_params, amount_details, struct amount_details, amount_details_fields, \
              .unset = true, .doc = "What the amount is made of"),                                \
        SL_OBJECT(struct intent_params, payment_details, struct payment_details,                  \
                  payment_details_fields, .unset = true, .doc = "The payer's references")
#define FIELDS_NOT_HERE                                \
    SL_UNSUPPORTED(elsewhere_params, WHY_ONE_ACCOUNT), \
        SL_UNSUPPORTED(foreign_params, WHY_NO_SUCH_OBJECT), SL_UNUSED(harmless_params)

const sl_field intent_create_fields[] = {
    SL_MONEY(struct intent_params, amount, .required = true, .min = 1, .max = INT64_MAX,
             .doc = "What to charge, in the currency's minor unit"),
    SL_CURRENCY(struct intent_params, currency, .required = true, .doc = "ISO 4217"),
    SL_ID(struct intent_params, customer, "cus", .doc = "Who pays"),
    FIELDS_METHOD,
    SL_OBJECT(struct intent_params, automatic_payment_methods, struct automatic_params,
              automatic_fields),
    FIELD_CAPTURE_METHOD,
    SL_ENUM(struct intent_params, confirmation_method, confirmation_methods),
    SL_BOOL(struct intent_params, confirm, .doc = "Confirm at once"),
    FIELDS_CONFIRMATION,
    FIELD_FUTURE_USAGE,
    FIELDS_TEXTS,
    FIELDS_DELIVERY,
    FIELDS_DETAILS,
    FIELDS_NOT_HERE,
    SL_FIELDS_END,
};

const sl_field intent_update_fields[] = {
    FIELD_ID("change"),
    SL_MONEY(struct intent_params, amount, .nullable = true, .min = 1, .max = INT64_MAX),
    SL_CURRENCY(struct intent_params, currency),
    SL_ID(struct intent_params, customer, "cus"),
    FIELDS_METHOD,
    FIELD_CAPTURE_METHOD,
    FIELD_FUTURE_USAGE,
    FIELDS_TEXTS,
    FIELDS_DELIVERY,
    FIELDS_DETAILS,
    FIELDS_NOT_HERE,
    SL_FIELDS_END,
};

static const char *const confirm_unsupported_params[] = { "amount_to_confirm", NULL };

const sl_field intent_confirm_fields[] = {
    FIELD_ID("confirm"), FIELD_CLIENT_SECRET,
    FIELDS_METHOD,       FIELD_CAPTURE_METHOD,
    FIELDS_CONFIRMATION, FIELD_FUTURE_USAGE,
    FIELDS_DELIVERY,     FIELDS_DETAILS,
    FIELDS_NOT_HERE,     SL_UNSUPPORTED(confirm_unsupported_params, WHY_NO_SUCH_STEP),
    SL_FIELDS_END,
};

const sl_field intent_capture_fields[] = {
    FIELD_ID("capture"),
    SL_MONEY(struct intent_params, amount_to_capture, .nullable = true, .min = 1, .max = INT64_MAX,
             .doc = "Default: all that is capturable; the rest is released"),
    SL_BOOL(struct intent_params, final_capture, .initial = "true", .hidden = true),
    SL_STRING(struct intent_params, statement_descriptor, .max = 22),
    SL_STRING(struct intent_params, statement_descriptor_suffix, .max = 22),
    SL_METADATA(struct intent_params, metadata),
    FIELDS_DETAILS,
    FIELDS_NOT_HERE,
    SL_FIELDS_END,
};

const sl_field intent_cancel_fields[] = {
    FIELD_ID("cancel"),
    SL_ENUM(struct intent_params, cancellation_reason, cancellation_reasons),
    SL_FIELDS_END,
};

const sl_field intent_retrieve_fields[] = {
    FIELD_ID("retrieve"),
    FIELD_CLIENT_SECRET,
    SL_FIELDS_END,
};

bool off_session_given(const struct intent_params *params)
{
    return params->off_session && strcasecmp(params->off_session, "false") != 0;
}

const char *shipping_text(sl_context *cx, const struct shipping_params *shipping)
{
    static const struct address_params nowhere;
    if (!shipping)
        return NULL;
    const struct address_params *address = shipping->address ? shipping->address : &nowhere;
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_open(out, "address");
    sl_json_string(out, "city", text_or_null(address->city));
    sl_json_string(out, "country", text_or_null(address->country));
    sl_json_string(out, "line1", text_or_null(address->line1));
    sl_json_string(out, "line2", text_or_null(address->line2));
    sl_json_string(out, "postal_code", text_or_null(address->postal_code));
    sl_json_string(out, "state", text_or_null(address->state));
    sl_json_close(out);
    sl_json_string(out, "carrier", shipping->carrier);
    sl_json_string(out, "name", shipping->name);
    sl_json_string(out, "phone", shipping->phone);
    sl_json_string(out, "tracking_number", shipping->tracking_number);
    sl_json_close(out);
    return sl_json_text(out, NULL);
}

sl_status method_owner_check(sl_context *cx, const sl_payment_method_view *method,
                             const char *customer)
{
    if (!method->customer || same(method->customer, customer))
        return SL_OK;
    if (customer)
        return sl_fail_param(
            cx, SL_E_INVALID, "resource_missing", "payment_method",
            "The customer does not have a payment method with the ID %s. The payment "
            "method supplied must belong to the customer.",
            method->id);
    return sl_fail_param(
        cx, SL_E_INVALID, "payment_intent_invalid_parameter", "payment_method",
        "The payment method %s belongs to a customer. Please include that customer in "
        "the `customer` parameter.",
        method->id);
}

static sl_status method_create(sl_context *cx, const struct method_params *data,
                               const char *currency, sl_payment_method_view *ret)
{
    static const struct card_params no_card;
    static const struct billing_params no_billing;
    static const struct address_params nowhere;
    const struct card_params *card = data->card ? data->card : &no_card;
    const struct billing_params *billing =
        data->billing_details ? data->billing_details : &no_billing;
    const struct address_params *address = billing->address ? billing->address : &nowhere;
    const sl_method_draft draft = {
        .struct_size = sizeof(sl_method_draft),
        .exp_month = card->exp_month < 0 || card->exp_month > 99 ? 99 : (int32_t)card->exp_month,
        .exp_year = card->exp_year < 0 || card->exp_year > 9999 ? 0 : (int32_t)card->exp_year,
        .type = data->type,
        .number = card->number,
        .cvc = card->cvc,
        .token = card->token,
        .currency = currency,
        .param = "payment_method_data",
        .name = billing->name,
        .email = text_or_null(billing->email),
        .phone = billing->phone,
        .city = address->city,
        .country = address->country,
        .line1 = address->line1,
        .line2 = address->line2,
        .postal_code = address->postal_code,
        .state = address->state,
        .metadata = data->metadata,
        .tax_id = billing->tax_id,
        .allow_redisplay = data->allow_redisplay,
    };
    return customers()->create(cx, &draft, ret);
}

sl_status method_of_params(sl_context *cx, const char *payment_method,
                           const struct method_params *data, const char *customer,
                           const char *currency, bool *ret_given, sl_payment_method_view *ret)
{
    *ret_given = payment_method || data;
    if (!*ret_given)
        return SL_OK;
    ret->struct_size = sizeof(*ret);
    if (payment_method && data)
        return sl_fail_param(cx, SL_E_INVALID, "parameters_exclusive", "payment_method",
                             "You may only specify one of these parameters: payment_method, "
                             "payment_method_data.");
    if (data)
        return method_create(cx, data, currency, ret);
    const sl_method_request request = {
        .struct_size = sizeof(sl_method_request),
        .value = payment_method,
        .customer = customer,
        .currency = currency,
        .param = "payment_method",
    };
    sl_status status = customers()->resolve(cx, &request, ret);
    return status == SL_OK ? method_owner_check(cx, ret, customer) : status;
}
