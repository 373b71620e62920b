/*
 * lite_routes.c: the short routes: charge a customer, refund a charge, in major units.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "payment_intent_service.h"
#include "payments_routes.h"
#include "refund_service.h"

struct lite_charge_params {
    const char *customer_id;
    int64_t amount;
    const char *currency;
    const char *payment_method;
    const char *description;
    const char *gateway;
    const char *return_url;
    const sl_map *metadata;
};

struct lite_refund_params {
    const char *charge_id;
    const char *amount; /* the number's own text: its currency is the charge's */
    const char *reason;
    const sl_map *metadata;
};

static const char *const reasons[] = { "duplicate", "fraudulent", "requested_by_customer", NULL };

const sl_field lite_charge_fields[] = {
    SL_ID(struct lite_charge_params, customer_id, "cus", .required = true, .doc = "Who pays"),
    SL_MONEY(struct lite_charge_params, amount, .required = true, .min = 1, .max = INT64_MAX,
             .doc = "What to charge, in the currency's major unit: 19.99"),
    SL_STRING(struct lite_charge_params, payment_method, .required = true, .min = 1,
              .doc = "A payment method, a token, a test card's name, or \"default\""),
    SL_CURRENCY(struct lite_charge_params, currency, .doc = "Default: the configured one"),
    SL_STRING(struct lite_charge_params, description),
    SL_STRING(struct lite_charge_params, gateway, .doc = "Which gateway moves the money"),
    SL_STRING(struct lite_charge_params, return_url,
              .doc = "Where an authentication leads back to"),
    SL_METADATA(struct lite_charge_params, metadata),
    SL_FIELDS_END,
};

const sl_field lite_refund_fields[] = {
    SL_ID(struct lite_refund_params, charge_id, "ch", .required = true,
          .doc = "The charge to refund"),
    SL_JSON(struct lite_refund_params, amount,
            .doc = "In the charge's major unit; default: what is left"),
    SL_ENUM(struct lite_refund_params, reason, reasons),
    SL_METADATA(struct lite_refund_params, metadata),
    SL_FIELDS_END,
};

static sl_status lite_method(sl_context *cx, const struct lite_charge_params *params,
                             const char *currency, sl_payment_method_view *ret)
{
    const sl_method_request request = {
        .struct_size = sizeof(sl_method_request),
        .flags = SL_METHOD_LITE,
        .value = params->payment_method,
        .customer = params->customer_id,
        .gateway = params->gateway,
        .currency = currency,
        .param = "payment_method",
    };
    sl_status status = customers()->resolve(cx, &request, ret);
    return status == SL_OK ? method_owner_check(cx, ret, params->customer_id) : status;
}

sl_status lite_charge_create(sl_context *cx, const void *data)
{
    const struct lite_charge_params *params = data;
    const char *currency = params->currency ? params->currency : sl_default_currency(cx);
    sl_customer_view customer = { .struct_size = sizeof(customer) };
    sl_status status = customers()->customer(cx, params->customer_id, "customer_id", &customer);
    if (status != SL_OK)
        return status;
    if (customer.deleted)
        return sl_fail_param(cx, SL_E_INVALID, "resource_missing", "customer_id",
                             "No such customer: '%s'", params->customer_id);
    status = amount_check(cx, params->amount, currency);
    if (status != SL_OK)
        return status;
    sl_payment_method_view method = { .struct_size = sizeof(method) };
    status = lite_method(cx, params, currency, &method);
    if (status != SL_OK)
        return status;
    const struct intent_params order = {
        .amount = params->amount,
        .currency = currency,
        .customer = params->customer_id,
        .capture_method = "automatic",
        .confirm = true,
        .description = params->description,
        .return_url = params->return_url,
        .metadata = params->metadata,
    };
    struct payment_intent *intent = sl_alloc(cx, sizeof(*intent));
    status = intent_create(cx, &order, intent, &method);
    if (status != SL_OK)
        return status;
    intent->gateway = params->gateway;
    const struct intent_confirmation how = {
        .answer = ANSWER_LITE_CHARGE,
        .early_charge = true,
        .is_new = true,
    };
    return intent_confirm(cx, intent, &method, &how);
}

static sl_status refund_amount(sl_context *cx, const struct lite_refund_params *params,
                               const char *currency, int64_t *ret)
{
    *ret = SL_NONE;
    if (!params->amount || same(params->amount, "null"))
        return SL_OK;
    const char *text = params->amount;
    sl_status status = (text[0] >= '0' && text[0] <= '9') || text[0] == '-'
                           ? sl_money_from_major(text, strlen(text), currency, ret)
                           : SL_E_INVALID;
    if (status == SL_OK && *ret > 0)
        return SL_OK;
    return sl_fail_param(cx, SL_E_UNPROCESSABLE, "parameter_invalid_integer", "amount",
                         "Input should be an amount of %s greater than 0, with at most %d decimals",
                         currency, (int)sl_currency_exponent(currency));
}

sl_status lite_charge_refund(sl_context *cx, const void *data)
{
    const struct lite_refund_params *params = data;
    struct charge *charge = sl_alloc(cx, sizeof(*charge));
    sl_status status = charge_load(cx, params->charge_id, NULL, charge);
    if (status == SL_E_NOT_FOUND)
        return sl_fail_param(cx, SL_E_NOT_FOUND, "resource_missing", "charge_id",
                             "Charge not found.");
    if (status != SL_OK)
        return status;
    struct refund_order order = {
        .answer = ANSWER_LITE_REFUND,
        .reason = params->reason,
        .metadata = params->metadata,
    };
    status = refund_amount(cx, params, charge->currency, &order.amount);
    return status == SL_OK ? charge_refund(cx, charge, &order) : status;
}
