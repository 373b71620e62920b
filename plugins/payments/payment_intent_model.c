/*
 * payment_intent_model.c: the columns of a payment intent and its shape on /v1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "payment_intent_model.h"

static const sl_field payment_intent_fields[] = {
    SL_ID(struct payment_intent, id, "pi"),
    SL_TIMESTAMP(struct payment_intent, created),
    SL_INT64(struct payment_intent, version),
    SL_STRING(struct payment_intent, status),
    SL_MONEY(struct payment_intent, amount),
    SL_CURRENCY(struct payment_intent, currency),
    SL_MONEY(struct payment_intent, amount_capturable),
    SL_MONEY(struct payment_intent, amount_received),
    SL_STRING(struct payment_intent, capture_method),
    SL_STRING(struct payment_intent, confirmation_method),
    SL_STRING(struct payment_intent, client_secret),
    SL_ID(struct payment_intent, customer, "cus"),
    SL_ID(struct payment_intent, payment_method, "pm"),
    SL_STRING(struct payment_intent, gateway),
    SL_STRING(struct payment_intent, description),
    SL_STRING(struct payment_intent, receipt_email),
    SL_STRING(struct payment_intent, statement_descriptor),
    SL_STRING(struct payment_intent, statement_descriptor_suffix),
    SL_STRING(struct payment_intent, setup_future_usage),
    SL_STRING(struct payment_intent, transfer_group),
    SL_STRING(struct payment_intent, return_url),
    SL_STRING(struct payment_intent, action_url),
    SL_ID(struct payment_intent, latest_charge, "ch"),
    SL_ID(struct payment_intent, open_attempt, "pay"),
    SL_STRING(struct payment_intent, cancellation_reason),
    SL_TIMESTAMP(struct payment_intent, canceled_at),
    SL_STRING(struct payment_intent, three_d_secure),
    SL_STRING(struct payment_intent, redirects),
    SL_STRINGS(struct payment_intent, allowed_types),
    SL_STRINGS(struct payment_intent, excluded_types),
    SL_OBJECT(struct payment_intent, card_options, struct card_options, card_options_columns),
    SL_OBJECT(struct payment_intent, amount_details, struct amount_details, amount_details_fields),
    SL_OBJECT(struct payment_intent, payment_details, struct payment_details,
              payment_details_fields),
    SL_JSON(struct payment_intent, last_payment_error),
    SL_JSON(struct payment_intent, shipping),
    SL_METADATA(struct payment_intent, metadata),
    SL_FIELDS_END,
};

const sl_table payment_intents =
    SL_TABLE("payment_intents", struct payment_intent, payment_intent_fields);

bool intent_captures_later(const struct payment_intent *intent)
{
    const struct card_options *card = intent->card_options;
    return same(intent->capture_method, "manual") || (card && same(card->capture_method, "manual"));
}

const char *intent_future_usage(const struct payment_intent *intent)
{
    const struct card_options *card = intent->card_options;
    if (card && card->setup_future_usage)
        return same(card->setup_future_usage, "none") ? NULL : card->setup_future_usage;
    return intent->setup_future_usage;
}

bool intent_keeps_method(const struct payment_intent *intent)
{
    return intent_future_usage(intent) != NULL;
}

void next_action_write(sl_json *out, const char *url, const char *return_url)
{
    if (!url) {
        sl_json_null(out, "next_action");
        return;
    }
    sl_json_open(out, "next_action");
    sl_json_open(out, "redirect_to_url");
    sl_json_string(out, "return_url", return_url);
    sl_json_string(out, "url", url);
    sl_json_close(out);
    sl_json_string(out, "type", "redirect_to_url");
    sl_json_close(out);
}

void automatic_methods_write(sl_json *out, const char *redirects)
{
    if (!redirects) {
        sl_json_null(out, "automatic_payment_methods");
        return;
    }
    sl_json_open(out, "automatic_payment_methods");
    sl_json_string(out, "allow_redirects", redirects);
    sl_json_bool(out, "enabled", true);
    sl_json_close(out);
}

void method_options_write(sl_json *out, const char *three_d_secure)
{
    sl_json_open(out, "payment_method_options");
    sl_json_open(out, "card");
    sl_json_null(out, "mandate_options");
    sl_json_null(out, "network");
    sl_json_string(out, "request_three_d_secure", three_d_secure ? three_d_secure : "automatic");
    sl_json_close(out);
    sl_json_close(out);
}

static void intent_options_write(sl_json *out, const struct payment_intent *intent)
{
    sl_json_open(out, "payment_method_options");
    sl_json_open(out, "card");
    sl_json_null(out, "installments");
    sl_json_null(out, "mandate_options");
    sl_json_string(out, "network", intent->card_options ? intent->card_options->network : NULL);
    card_options_write(out, intent->card_options);
    sl_json_string(out, "request_three_d_secure",
                   intent->three_d_secure ? intent->three_d_secure : "automatic");
    sl_json_close(out);
    sl_json_close(out);
}

void text_list_write(sl_json *out, const char *name, sl_list texts)
{
    if (texts.count == 0) {
        sl_json_null(out, name);
        return;
    }
    sl_json_open_array(out, name);
    for (uint32_t i = 0; i < texts.count; i++)
        sl_json_string(out, NULL, *SL_ITEM(texts, const char *, i));
    sl_json_close_array(out);
}

/* What this server has no such thing as: Stripe's documents require the members all the same. */
static void intent_absent_write(sl_json *out)
{
    static const char *const absent[] = {
        "application",      "application_fee_amount",
        "customer_account", "managed_payments",
        "on_behalf_of",     "payment_method_configuration_details",
        "payment_record",   "review",
        "source",
    };
    for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
        sl_json_null(out, absent[i]);
}

static void intent_money_write(sl_json *out, const struct payment_intent *intent)
{
    sl_json_money(out, "amount", intent->amount, intent->currency);
    sl_json_money(out, "amount_capturable", intent->amount_capturable, intent->currency);
    sl_json_money(out, "amount_received", intent->amount_received, intent->currency);
    sl_json_string(out, "currency", intent->currency);
}

static void payment_intent_render(sl_json *out, const void *row)
{
    const struct payment_intent *intent = row;
    sl_json_open(out, NULL);
    sl_json_string(out, "id", intent->id);
    sl_json_string(out, "object", "payment_intent");
    intent_money_write(out, intent);
    intent_absent_write(out);
    amount_details_write(out, intent->amount_details);
    text_list_write(out, "allowed_payment_method_types", intent->allowed_types);
    automatic_methods_write(out, intent->redirects);
    sl_json_time(out, "canceled_at", intent->canceled_at);
    sl_json_string(out, "cancellation_reason", intent->cancellation_reason);
    sl_json_string(out, "capture_method", intent->capture_method);
    sl_json_string(out, "client_secret", intent->client_secret);
    sl_json_string(out, "confirmation_method", intent->confirmation_method);
    sl_json_time(out, "created", intent->created);
    sl_json_reference(out, "customer", "customer", intent->customer);
    sl_json_string(out, "description", intent->description);
    text_list_write(out, "excluded_payment_method_types", intent->excluded_types);
    sl_json_raw(out, "last_payment_error", intent->last_payment_error);
    sl_json_reference(out, "latest_charge", "charge", intent->latest_charge);
    sl_json_bool(out, "livemode", sl_livemode(sl_json_context(out)));
    sl_json_map(out, "metadata", intent->metadata);
    next_action_write(out, intent->action_url, intent->return_url);
    payment_details_write(out, intent->payment_details);
    sl_json_reference(out, "payment_method", "payment_method", intent->payment_method);
    intent_options_write(out, intent);
    sl_json_open_array(out, "payment_method_types");
    sl_json_string(out, NULL, "card");
    sl_json_close_array(out);
    sl_json_null(out, "processing");
    sl_json_string(out, "receipt_email", intent->receipt_email);
    sl_json_string(out, "setup_future_usage", intent->setup_future_usage);
    sl_json_raw(out, "shipping", intent->shipping);
    sl_json_string(out, "statement_descriptor", intent->statement_descriptor);
    sl_json_string(out, "statement_descriptor_suffix", intent->statement_descriptor_suffix);
    sl_json_string(out, "status", intent->status);
    sl_json_string(out, "transfer_group", intent->transfer_group);
    sl_json_close(out);
}

static const char *const unsupported_filters[] = { "customer_account", NULL };

static const sl_filter payment_intent_filters[] = {
    { .param = "customer",
      .column = "customer",
      .face = SL_FACE_STRIPE,
      .type = SL_TYPE_STRING,
      .doc = "Only intents of this customer" },
    { .param = "",
      .face = SL_FACE_STRIPE,
      .type = SL_TYPE_UNSUPPORTED,
      .values = unsupported_filters,
      .doc = "this server has no such objects" },
    SL_FILTERS_END,
};

static const sl_search_field payment_intent_search[] = {
    { .name = "amount", .column = "amount", .type = SL_TYPE_MONEY },
    { .name = "created", .column = "created", .type = SL_TYPE_TIMESTAMP },
    { .name = "currency", .column = "currency", .type = SL_TYPE_STRING },
    { .name = "customer", .column = "customer", .type = SL_TYPE_STRING },
    { .name = "status", .column = "status", .type = SL_TYPE_STRING },
    SL_SEARCH_END,
};

const sl_resource payment_intent_resource = {
    .struct_size = sizeof(sl_resource),
    .flags = SL_RESOURCE_NO_RETRIEVE,
    .type = "payment_intent",
    .id_prefix = "pi",
    .table = &payment_intents,
    .path = "/v1/payment_intents",
    .render = payment_intent_render,
    .filters = payment_intent_filters,
    .search = payment_intent_search,
    .customer_column = "customer",
};

sl_status payment_intent_load(sl_context *cx, const char *id, const char *param,
                              struct payment_intent *ret)
{
    return sl_resource_load(cx, &payment_intent_resource, id, param, ret);
}

/* The method as it was; one that is gone is left out. */
static sl_status error_method_write(sl_context *cx, sl_json *out, const char *id)
{
    if (!id)
        return SL_OK;
    sl_json *method;
    sl_status status = customers()->method_json(cx, id, &method);
    if (status == SL_OK) {
        sl_json_json(out, "payment_method", method);
        return SL_OK;
    }
    if (status != SL_E_INVALID && status != SL_E_NOT_FOUND)
        return status;
    sl_error_clear(cx);
    return SL_OK;
}

sl_status payment_error_text(sl_context *cx, const struct payment_error *error,
                             const char **ret_json)
{
    const char *type = error->type ? error->type : "card_error";
    const struct {
        const char *name;
        const char *value;
    } members[] = {
        { "advice_code", error->advice_code },
        { "charge", error->charge },
        { "code", error->code },
        { "decline_code", error->decline_code },
        { "message", error->message },
        { "network_decline_code", error->network_code },
    };
    int32_t face = sl_face_set(cx, SL_FACE_STRIPE); /* it is shown on /v1, whoever is served now */
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        if (members[i].value)
            sl_json_string(out, members[i].name, members[i].value);
    }
    sl_status status = error_method_write(cx, out, error->payment_method);
    sl_json_string(out, "type", type);
    sl_json_close(out);
    *ret_json = sl_json_text(out, NULL);
    (void)sl_face_set(cx, face);
    return status;
}
