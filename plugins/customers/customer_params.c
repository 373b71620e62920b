/*
 * customer_params.c: what clients may say about a customer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "customer_model.h"

#define BALANCE_MOST 99999999999

const sl_field address_fields[] = {
    SL_STRING(struct address, city, .unset = true,
              .doc = "City, district, suburb, town, or village"),
    SL_STRING(struct address, country, .unset = true,
              .doc = "Two-letter country code (ISO 3166-1 alpha-2)"),
    SL_STRING(struct address, line1, .unset = true, .doc = "Street, PO box or company"),
    SL_STRING(struct address, line2, .unset = true, .doc = "Apartment, suite, unit or building"),
    SL_STRING(struct address, postal_code, .unset = true, .doc = "ZIP or postal code"),
    SL_STRING(struct address, state, .unset = true, .doc = "State, county, province or region"),
    SL_FIELDS_END,
};

static const sl_field shipping_param_fields[] = {
    SL_OBJECT(struct shipping, address, struct address, address_fields, .required = true,
              .doc = "Where to"),
    SL_STRING(struct shipping, name, .required = true, .doc = "The recipient"),
    SL_STRING(struct shipping, phone, .unset = true, .doc = "The recipient's phone"),
    SL_FIELDS_END,
};

static const sl_field custom_field_params[] = {
    SL_STRING(struct custom_field, name, .required = true, .max = 40, .doc = "The field's name"),
    SL_STRING(struct custom_field, value, .required = true, .max = 140, .doc = "The field's value"),
    SL_FIELDS_END,
};

static const char *const tax_displays[] = { "exclude_tax", "include_inclusive_tax", NULL };
static const char *const tax_exemptions[] = { "none", "exempt", "reverse", NULL };

static const sl_field rendering_fields[] = {
    SL_ENUM(struct rendering_params, amount_tax_display, tax_displays, .unset = true,
            .doc = "How line items show tax"),
    SL_STRING(struct rendering_params, template, .unset = true,
              .doc = "The invoice rendering template"),
    SL_FIELDS_END,
};

static const sl_field invoice_settings_fields[] = {
    SL_OBJECTS(struct invoice_settings_params, custom_fields, struct custom_field,
               custom_field_params, .unset = true, .doc = "Up to four fields that invoices show"),
    SL_STRING(struct invoice_settings_params, default_payment_method, .unset = true,
              .doc = "The attached method that pays invoices"),
    SL_STRING(struct invoice_settings_params, footer, .unset = true, .doc = "The invoices' footer"),
    SL_OBJECT(struct invoice_settings_params, rendering_options, struct rendering_params,
              rendering_fields, .unset = true, .doc = "How invoices are rendered"),
    SL_FIELDS_END,
};

#define COMMON_FIELDS                                                                              \
    SL_OBJECT(struct customer_params, address, struct address, address_fields, .unset = true,      \
              .doc = "The customer's address"),                                                    \
        SL_INT64(struct customer_params, balance, .nullable = true, .min = -BALANCE_MOST,          \
                 .max = BALANCE_MOST, .doc = "Credit (negative) or debt, minor units"),            \
        SL_STRING(struct customer_params, business_name, .unset = true, .max = 150,                \
                  .doc = "The business's name"),                                                   \
        SL_STRING(struct customer_params, description, .unset = true, .doc = "Whatever you like"), \
        SL_EMAIL(struct customer_params, email, .unset = true, .max = 512, .doc = "The email"),    \
        SL_STRING(struct customer_params, individual_name, .unset = true, .max = 150,              \
                  .doc = "The person's name"),                                                     \
        SL_STRING(struct customer_params, invoice_prefix, .doc = "3 to 12 capitals or digits"),    \
        SL_OBJECT(struct customer_params, invoice_settings, struct invoice_settings_params,        \
                  invoice_settings_fields, .doc = "Defaults of the customer's invoices"),          \
        SL_METADATA(struct customer_params, metadata, .unset = true),                              \
        SL_STRING(struct customer_params, name, .unset = true,                                     \
                  .doc = "Full name or business name"),                                            \
        SL_INT64(struct customer_params, next_invoice_sequence, .nullable = true, .min = 1,        \
                 .max = 1000000000, .doc = "Number of the next invoice"),                          \
        SL_STRING(struct customer_params, phone, .unset = true, .doc = "The phone number"),        \
        SL_STRINGS(struct customer_params, preferred_locales, .unset = true,                       \
                   .doc = "Languages, the most wanted first"),                                     \
        SL_OBJECT(struct customer_params, shipping, struct shipping, shipping_param_fields,        \
                  .unset = true, .doc = "Where to ship"),                                          \
        SL_STRING(struct customer_params, source, .doc = "A card token, kept as the default"),     \
        SL_ENUM(struct customer_params, tax_exempt, tax_exemptions, .unset = true,                 \
                .doc = "Whether tax is charged"),                                                  \
        SL_BOOL(struct customer_params, validate, .hidden = true, .doc = "Taken for old clients")

/* What a tax calculation would ask for; there is none here. */
static const char *const harmless_params[] = { "tax", NULL };
static const char *const unsupported_params[] = { "cash_balance", "tax_id_data", NULL };
#define FIELDS_NOT_HERE                                                                     \
    SL_UNSUPPORTED(unsupported_params, "customers have neither cash balances nor tax ids"), \
        SL_UNUSED(harmless_params)

const sl_field customer_create_fields[] = {
    COMMON_FIELDS,
    FIELDS_NOT_HERE,
    SL_STRING(struct customer_params, payment_method, .doc = "A payment method to attach"),
    SL_STRING(struct customer_params, test_clock, .unset = true,
              .doc = "The clock the customer lives by"),
    SL_FIELDS_END,
};

const sl_field customer_update_fields[] = {
    COMMON_FIELDS,
    FIELDS_NOT_HERE,
    SL_STRING(struct customer_params, id, .doc = "The customer"),
    SL_STRING(struct customer_params, default_source, .doc = "An attached payment method"),
    SL_FIELDS_END,
};

const sl_field lite_customer_fields[] = {
    SL_STRING(struct lite_customer_params, name, .required = true, .min = 1, .max = 256,
              .doc = "Full name or business name"),
    SL_EMAIL(struct lite_customer_params, email, .required = true, .max = 512, .doc = "The email"),
    SL_STRING(struct lite_customer_params, phone, .doc = "The phone number"),
    SL_STRING(struct lite_customer_params, description, .doc = "Whatever you like"),
    SL_STRING(struct lite_customer_params, payment_info, .secret = true,
              .doc = "A token or the name of a test card, attached as default method"),
    SL_METADATA(struct lite_customer_params, metadata),
    SL_FIELDS_END,
};
