/*
 * payment_intent_service.c: payment intents are made and changed here; payment_intent_actions.c moves their money.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "payment_intent_service.h"

#include "payment_intent_states.h"

sl_status intent_move(sl_context *cx, struct payment_intent *intent, const char *to)
{
    if (!intent_may_move(intent->status, to))
        return sl_fail(cx, SL_E_INTERNAL, NULL, "Payment intent %s cannot go from %s to %s.",
                       intent->id, intent->status, to);
    intent->status = to;
    return SL_OK;
}

sl_status intent_unexpected(sl_context *cx, const struct payment_intent *intent, const char *what,
                            const char *wanted)
{
    sl_json *json;
    sl_status status = sl_resource_json(cx, &payment_intent_resource, intent, &json);
    if (status != SL_OK)
        return status;
    if (intent->open_attempt && !same(intent->status, STATE_REQUIRES_ACTION))
        status = sl_fail(cx, SL_E_INVALID, "payment_intent_unexpected_state",
                         "This PaymentIntent could not be %s because another operation on it is in "
                         "progress (status %s). Try again when its outcome is known.",
                         what, intent->status);
    else
        status =
            sl_fail(cx, SL_E_INVALID, "payment_intent_unexpected_state",
                    "This PaymentIntent's status is %s, so it could not be %s. It must have one of "
                    "these statuses: %s.",
                    intent->status, what, wanted);
    if (sl_face(cx) == SL_FACE_STRIPE)
        sl_error_attach(cx, "payment_intent", json);
    return status;
}

sl_status amount_check(sl_context *cx, int64_t amount, const char *currency)
{
    int64_t least = sl_currency_minimum(currency);
    if (amount < least)
        return sl_fail_param(cx, SL_E_INVALID, "amount_too_small", "amount",
                             "Amount must be at least %s.", money_text(cx, least, currency));
    int64_t most = sl_currency_maximum(currency);
    if (amount > most)
        return sl_fail_param(cx, SL_E_INVALID, "amount_too_large", "amount",
                             "Amount must be no more than %s.", money_text(cx, most, currency));
    return SL_OK;
}

static sl_status customer_check(sl_context *cx, const char *id)
{
    if (!id)
        return SL_OK;
    sl_customer_view customer = { .struct_size = sizeof(customer) };
    sl_status status = customers()->customer(cx, id, "customer", &customer);
    if (status != SL_OK)
        return status;
    if (customer.deleted)
        return sl_fail_param(cx, SL_E_INVALID, "resource_missing", "customer",
                             "No such customer: '%s'", id);
    return SL_OK;
}

static const char *redirects_of(const struct automatic_params *automatic)
{
    if (!automatic || !automatic->enabled)
        return NULL;
    return automatic->allow_redirects ? automatic->allow_redirects : "always";
}

static const struct card_options *card_options_of(const struct intent_params *params)
{
    return params->payment_method_options ? params->payment_method_options->card : NULL;
}

static const char *three_d_secure_of(const struct intent_params *params)
{
    const struct card_options *card = card_options_of(params);
    return card ? card->request_three_d_secure : NULL;
}

static sl_status create_check(sl_context *cx, const struct intent_params *params)
{
    sl_status status = amount_check(cx, params->amount, params->currency);
    if (status != SL_OK)
        return status;
    if (off_session_given(params) && !params->confirm)
        return sl_fail_param(
            cx, SL_E_INVALID, "payment_intent_invalid_parameter", "off_session",
            "The parameter `off_session` can only be passed when `confirm` is true.");
    if (params->error_on_requires_action && !params->confirm)
        return sl_fail_param(
            cx, SL_E_INVALID, "payment_intent_invalid_parameter", "error_on_requires_action",
            "The parameter `error_on_requires_action` can only be passed when `confirm` is true.");
    if (off_session_given(params) && params->setup_future_usage)
        return sl_fail_param(
            cx, SL_E_INVALID, "parameters_exclusive", "setup_future_usage",
            "You may only specify one of these parameters: off_session, setup_future_usage.");
    status = return_url_check(cx, params->return_url);
    return status == SL_OK ? method_types_check(cx, params->payment_method_types,
                                                params->allowed_payment_method_types,
                                                params->excluded_payment_method_types)
                           : status;
}

static void intent_fill(sl_context *cx, const struct intent_params *params,
                        struct payment_intent *intent)
{
    const char *id = sl_id(cx, "pi");
    *intent = (struct payment_intent){
        .id = id,
        .created = sl_now(cx),
        .status = STATE_REQUIRES_PAYMENT_METHOD,
        .amount = params->amount,
        .currency = params->currency,
        .capture_method = params->capture_method ? params->capture_method : "automatic_async",
        .confirmation_method =
            params->confirmation_method ? params->confirmation_method : "automatic",
        .client_secret = sl_format(cx, "%s_secret_%s", id, sl_random_text(cx, 25)),
        .customer = params->customer,
        .description = text_or_null(params->description),
        .receipt_email = text_or_null(params->receipt_email),
        .statement_descriptor = text_or_null(params->statement_descriptor),
        .statement_descriptor_suffix = text_or_null(params->statement_descriptor_suffix),
        .setup_future_usage = text_or_null(params->setup_future_usage),
        .transfer_group = text_or_null(params->transfer_group),
        .return_url = params->return_url,
        .three_d_secure = three_d_secure_of(params),
        .redirects = params->payment_method_types.count > 0 ? NULL
                     : params->automatic_payment_methods
                         ? redirects_of(params->automatic_payment_methods)
                         : "always",
        .allowed_types = params->allowed_payment_method_types,
        .excluded_types = params->excluded_payment_method_types,
        .card_options = card_options_merge(cx, NULL, card_options_of(params)),
        .amount_details = params->amount_details,
        .payment_details = params->payment_details,
        .shipping = shipping_text(cx, params->shipping),
        .metadata = params->metadata,
    };
}

sl_status intent_create(sl_context *cx, const struct intent_params *params,
                        struct payment_intent *ret, sl_payment_method_view *ret_method)
{
    sl_status status = create_check(cx, params);
    bool given = ret_method->id != NULL;
    if (status == SL_OK && !given)
        status = customer_check(cx, params->customer);
    if (status == SL_OK && !given)
        status = method_of_params(cx, params->payment_method, params->payment_method_data,
                                  params->customer, params->currency, &given, ret_method);
    if (status != SL_OK)
        return status;
    intent_fill(cx, params, ret);
    if (given) {
        ret->payment_method = ret_method->id;
        ret->status = STATE_REQUIRES_CONFIRMATION;
    }
    if (params->confirm && !given)
        return sl_fail_param(
            cx, SL_E_INVALID, "payment_intent_unexpected_state", "payment_method",
            "You cannot confirm this PaymentIntent because it's missing a payment method. "
            "Update the PaymentIntent with a payment method and then confirm it again.");
    if (!params->confirm)
        sl_insert(cx, &payment_intents, ret);
    sl_event(cx, "payment_intent.created", &payment_intent_resource, ret, NULL);
    return SL_OK;
}

/* The parameters that only an intent without money may have changed. */
static const char *settled_param_given(const sl_context *cx)
{
    static const char *const settled[] = { "amount",
                                           "currency",
                                           "customer",
                                           "payment_method",
                                           "payment_method_data",
                                           "capture_method",
                                           "setup_future_usage",
                                           "payment_method_types",
                                           "allowed_payment_method_types",
                                           "excluded_payment_method_types",
                                           "payment_method_options" };
    for (size_t i = 0; i < sizeof(settled) / sizeof(settled[0]); i++) {
        if (sl_given(cx, settled[i]))
            return settled[i];
    }
    return NULL;
}

static sl_status money_change(sl_context *cx, const struct intent_params *params,
                              struct payment_intent *intent)
{
    if (params->amount != SL_NONE && sl_given(cx, "amount"))
        intent->amount = params->amount;
    if (params->currency)
        intent->currency = params->currency;
    if (sl_given(cx, "amount") || params->currency) {
        sl_status status = amount_check(cx, intent->amount, intent->currency);
        if (status != SL_OK)
            return status;
    }
    if (params->capture_method)
        intent->capture_method = params->capture_method;
    sl_status status =
        method_types_check(cx, params->payment_method_types, params->allowed_payment_method_types,
                           params->excluded_payment_method_types);
    if (status != SL_OK)
        return status;
    if (sl_given(cx, "allowed_payment_method_types"))
        intent->allowed_types = params->allowed_payment_method_types;
    if (sl_given(cx, "excluded_payment_method_types"))
        intent->excluded_types = params->excluded_payment_method_types;
    if (three_d_secure_of(params))
        intent->three_d_secure = three_d_secure_of(params);
    bool options_removed = sl_given(cx, "payment_method_options[card]") && !card_options_of(params);
    intent->card_options = card_options_merge(cx, options_removed ? NULL : intent->card_options,
                                              card_options_of(params));
    return SL_OK;
}

static sl_status method_change(sl_context *cx, const struct intent_params *params,
                               struct payment_intent *intent, sl_payment_method_view *ret_method)
{
    if (params->customer) {
        sl_status status = customer_check(cx, params->customer);
        if (status != SL_OK)
            return status;
        intent->customer = params->customer;
    }
    bool given;
    sl_status status =
        method_of_params(cx, text_or_null(params->payment_method), params->payment_method_data,
                         intent->customer, intent->currency, &given, ret_method);
    if (status != SL_OK || !given)
        return status;
    intent->payment_method = ret_method->id;
    intent->last_payment_error = NULL;
    if (same(intent->status, STATE_REQUIRES_PAYMENT_METHOD))
        return intent_move(cx, intent, STATE_REQUIRES_CONFIRMATION);
    return SL_OK;
}

void intent_details_take(sl_context *cx, const struct intent_params *params,
                         struct payment_intent *intent)
{
    if (sl_given(cx, "amount_details"))
        intent->amount_details = params->amount_details;
    if (sl_given(cx, "payment_details"))
        intent->payment_details = params->payment_details;
}

sl_status intent_change(sl_context *cx, const struct intent_params *params,
                        struct payment_intent *intent, sl_payment_method_view *ret_method)
{
    const char *settled = settled_param_given(cx);
    if (settled && (!intent_may_change(intent->status) || intent->open_attempt))
        return sl_fail_param(
            cx, SL_E_INVALID, "payment_intent_unexpected_state", settled,
            "This PaymentIntent's %s could not be updated because it has a status of %s. "
            "It may only be updated while the status is one of: "
            "requires_payment_method, requires_confirmation.",
            settled, intent->status);
    sl_status status = return_url_check(cx, params->return_url);
    if (status == SL_OK)
        status = method_change(cx, params, intent, ret_method);
    if (status == SL_OK)
        status = money_change(cx, params, intent);
    if (status != SL_OK)
        return status;
    text_given(cx, "setup_future_usage", params->setup_future_usage, &intent->setup_future_usage);
    text_given(cx, "description", params->description, &intent->description);
    text_given(cx, "receipt_email", params->receipt_email, &intent->receipt_email);
    text_given(cx, "statement_descriptor", params->statement_descriptor,
               &intent->statement_descriptor);
    text_given(cx, "statement_descriptor_suffix", params->statement_descriptor_suffix,
               &intent->statement_descriptor_suffix);
    text_given(cx, "transfer_group", params->transfer_group, &intent->transfer_group);
    text_given(cx, "return_url", params->return_url, &intent->return_url);
    if (sl_given(cx, "shipping"))
        intent->shipping = shipping_text(cx, params->shipping);
    intent_details_take(cx, params, intent);
    if (params->metadata)
        intent->metadata = sl_map_merge(cx, intent->metadata, params->metadata);
    return SL_OK;
}
