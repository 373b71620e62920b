/*
 * payment_intent_details.c: what a client says about a payment besides its money, kept and shown as it was said.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "payment_intent_details.h"

#include "unsupported.h"

static const char *const three_d_secure_requests[] = { "any", "automatic", "challenge", NULL };
static const char *const card_capture_methods[] = { "manual", NULL };
static const char *const card_usages[] = { "none", "off_session", "on_session", NULL };
static const char *const wishes[] = { "if_available", "never", NULL };
static const char *const credential_usages[] = { "installment", "recurring", "unscheduled", NULL };
static const char *const networks[] = {
    "amex", "cartes_bancaires", "diners",   "discover", "eftpos_au", "girocard", "interac", "jcb",
    "link", "mastercard",       "unionpay", "unknown",  "visa",      NULL
};

#define FIELD_THREE_D_SECURE                                                      \
    SL_ENUM(struct card_options, request_three_d_secure, three_d_secure_requests, \
            .doc = "Kept and shown; the gateway decides")
#define FIELDS_KEPT                                                                                \
    SL_ENUM(struct card_options, capture_method, card_capture_methods, .unset = true,              \
            .doc = "Goes before the intent's own"),                                                \
        SL_ENUM(struct card_options, setup_future_usage, card_usages, .unset = true,               \
                .doc = "Goes before the intent's own"),                                            \
        SL_ENUM(struct card_options, network, networks, .doc = "Kept and shown"),                  \
        SL_ENUM(struct card_options, request_extended_authorization, wishes,                       \
                .doc = "Kept and shown; no gateway here offers it"),                               \
        SL_ENUM(struct card_options, request_incremental_authorization, wishes,                    \
                .doc = "Kept and shown; no gateway here offers it"),                               \
        SL_ENUM(struct card_options, request_multicapture, wishes,                                 \
                .doc = "Kept and shown; no gateway here offers it"),                               \
        SL_ENUM(struct card_options, request_overcapture, wishes,                                  \
                .doc = "Kept and shown; no gateway here offers it"),                               \
        SL_ENUM(struct card_options, setup_credential_usage, credential_usages,                    \
                .doc = "Kept and shown"),                                                          \
        SL_ENUM(struct card_options, stored_credential_usage, credential_usages,                   \
                .doc = "Kept and shown"),                                                          \
        SL_STRING(struct card_options, statement_descriptor_suffix_kana, .unset = true, .max = 22, \
                  .doc = "Kept and shown"),                                                        \
        SL_STRING(struct card_options, statement_descriptor_suffix_kanji, .unset = true,           \
                  .max = 17, .doc = "Kept and shown")

const sl_field card_options_fields[] = {
    FIELD_THREE_D_SECURE,
    FIELDS_KEPT,
    SL_UNSUPPORTED(card_option_unsupported_params, WHY_NO_SUCH_STEP),
    SL_UNUSED(card_option_harmless_params),
    SL_FIELDS_END,
};

const sl_field card_options_columns[] = { FIELDS_KEPT, SL_FIELDS_END };

static const char *const setup_harmless_params[] = { "mandate_options", "network",
                                                     "setup_credential_usage", NULL };

const sl_field setup_card_options_fields[] = {
    FIELD_THREE_D_SECURE,
    SL_UNSUPPORTED(card_option_unsupported_params, WHY_NO_SUCH_STEP),
    SL_UNUSED(setup_harmless_params),
    SL_FIELDS_END,
};

static const sl_field shipping_amount_fields[] = {
    SL_INT64(struct shipping_amount, amount, .nullable = true, .unset = true, .max = 99999999,
             .doc = "Part of the amount that pays the shipping"),
    SL_STRING(struct shipping_amount, from_postal_code, .unset = true, .max = 10),
    SL_STRING(struct shipping_amount, to_postal_code, .unset = true, .max = 10),
    SL_FIELDS_END,
};

static const sl_field tax_amount_fields[] = {
    SL_INT64(struct tax_amount, total_tax_amount, .nullable = true, .max = 99999999,
             .doc = "Part of the amount that is tax"),
    SL_FIELDS_END,
};

/* Single lines are for card networks, which no gateway here tells of them. */
static const char *const amount_harmless_params[] = { "enforce_arithmetic_validation", "line_items",
                                                      NULL };

const sl_field amount_details_fields[] = {
    SL_INT64(struct amount_details, discount_amount, .nullable = true, .unset = true,
             .max = 99999999, .doc = "Kept and shown"),
    SL_OBJECT(struct amount_details, shipping, struct shipping_amount, shipping_amount_fields,
              .unset = true),
    SL_OBJECT(struct amount_details, tax, struct tax_amount, tax_amount_fields, .unset = true),
    SL_UNUSED(amount_harmless_params),
    SL_FIELDS_END,
};

const sl_field payment_details_fields[] = {
    SL_STRING(struct payment_details, customer_reference, .unset = true),
    SL_STRING(struct payment_details, order_reference, .unset = true),
    SL_FIELDS_END,
};

static const char **option_text(struct card_options *options, const sl_field *field)
{
    return (const char **)((char *)options + field->offset);
}

struct card_options *card_options_merge(sl_context *cx, const struct card_options *kept,
                                        const struct card_options *given)
{
    static const struct card_options none;
    struct card_options *merged = sl_alloc(cx, sizeof(*merged));
    struct card_options news = given ? *given : none;
    *merged = kept ? *kept : none;
    bool any = false;
    for (const sl_field *field = card_options_columns; field->type != SL_TYPE_END; field++) {
        const char **text = option_text(merged, field);
        const char *fresh = *option_text(&news, field);
        if (fresh)
            *text = text_or_null(fresh);
        any = any || *text;
    }
    return any ? merged : NULL;
}

void card_options_write(sl_json *out, const struct card_options *options)
{
    if (!options)
        return;
    struct card_options copy = *options;
    for (const sl_field *field = card_options_columns; field->type != SL_TYPE_END; field++) {
        const char *text = *option_text(&copy, field);
        if (text && !same(field->name, "network"))
            sl_json_string(out, field->name, text);
    }
}

void amount_details_write(sl_json *out, const struct amount_details *details)
{
    if (!details)
        return;
    sl_json_open(out, "amount_details");
    if (details->discount_amount != SL_NONE)
        sl_json_int(out, "discount_amount", details->discount_amount);
    if (details->shipping) {
        sl_json_open(out, "shipping");
        sl_json_fields(out, shipping_amount_fields, details->shipping);
        sl_json_close(out);
    }
    if (details->tax) {
        sl_json_open(out, "tax");
        sl_json_fields(out, tax_amount_fields, details->tax);
        sl_json_close(out);
    }
    sl_json_open(out, "tip");
    sl_json_close(out);
    sl_json_close(out);
}

void payment_details_write(sl_json *out, const struct payment_details *details)
{
    if (!details)
        return;
    sl_json_open(out, "payment_details");
    sl_json_fields(out, payment_details_fields, details);
    sl_json_close(out);
}
