/*
 * setup_intent_model.c: the columns of a setup intent and its shape.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "setup_intent_model.h"

#include "payment_intent_model.h"

static const sl_field setup_intent_fields[] = {
    SL_ID(struct setup_intent, id, "seti"),
    SL_TIMESTAMP(struct setup_intent, created),
    SL_INT64(struct setup_intent, version),
    SL_STRING(struct setup_intent, status),
    SL_STRING(struct setup_intent, usage),
    SL_STRING(struct setup_intent, client_secret),
    SL_ID(struct setup_intent, customer, "cus"),
    SL_ID(struct setup_intent, payment_method, "pm"),
    SL_STRING(struct setup_intent, description),
    SL_STRING(struct setup_intent, return_url),
    SL_STRING(struct setup_intent, action_url),
    SL_ID(struct setup_intent, open_attempt, "pay"),
    SL_STRING(struct setup_intent, cancellation_reason),
    SL_STRING(struct setup_intent, three_d_secure),
    SL_STRING(struct setup_intent, redirects),
    SL_STRINGS(struct setup_intent, allowed_types),
    SL_STRINGS(struct setup_intent, excluded_types),
    SL_JSON(struct setup_intent, last_setup_error),
    SL_METADATA(struct setup_intent, metadata),
    SL_FIELDS_END,
};

const sl_table setup_intents = SL_TABLE("setup_intents", struct setup_intent, setup_intent_fields);

static void setup_absent_write(sl_json *out)
{
    static const char *const absent[] = {
        "application",        "flow_directions",
        "latest_attempt",     "mandate",
        "on_behalf_of",       "payment_method_configuration_details",
        "single_use_mandate",
    };
    for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
        sl_json_null(out, absent[i]);
}

static void setup_intent_render(sl_json *out, const void *row)
{
    const struct setup_intent *intent = row;
    sl_json_open(out, NULL);
    sl_json_string(out, "id", intent->id);
    sl_json_string(out, "object", "setup_intent");
    text_list_write(out, "allowed_payment_method_types", intent->allowed_types);
    setup_absent_write(out);
    automatic_methods_write(out, intent->redirects);
    sl_json_string(out, "cancellation_reason", intent->cancellation_reason);
    sl_json_string(out, "client_secret", intent->client_secret);
    sl_json_time(out, "created", intent->created);
    sl_json_reference(out, "customer", "customer", intent->customer);
    sl_json_string(out, "description", intent->description);
    text_list_write(out, "excluded_payment_method_types", intent->excluded_types);
    sl_json_raw(out, "last_setup_error", intent->last_setup_error);
    sl_json_bool(out, "livemode", sl_livemode(sl_json_context(out)));
    sl_json_map(out, "metadata", intent->metadata);
    next_action_write(out, intent->action_url, intent->return_url);
    sl_json_reference(out, "payment_method", "payment_method", intent->payment_method);
    method_options_write(out, intent->three_d_secure);
    sl_json_open_array(out, "payment_method_types");
    sl_json_string(out, NULL, "card");
    sl_json_close_array(out);
    sl_json_string(out, "status", intent->status);
    sl_json_string(out, "usage", intent->usage);
    sl_json_close(out);
}

static const char *const unsupported_filters[] = { "attach_to_self", "customer_account", NULL };

static const sl_filter setup_intent_filters[] = {
    { .param = "customer",
      .column = "customer",
      .face = SL_FACE_STRIPE,
      .type = SL_TYPE_STRING,
      .doc = "Only intents of this customer" },
    { .param = "payment_method",
      .column = "payment_method",
      .face = SL_FACE_STRIPE,
      .type = SL_TYPE_STRING,
      .doc = "Only intents with this payment method" },
    { .param = "",
      .face = SL_FACE_STRIPE,
      .type = SL_TYPE_UNSUPPORTED,
      .values = unsupported_filters,
      .doc = "this server has no such objects" },
    SL_FILTERS_END,
};

const sl_resource setup_intent_resource = {
    .struct_size = sizeof(sl_resource),
    .flags = SL_RESOURCE_NO_RETRIEVE,
    .type = "setup_intent",
    .id_prefix = "seti",
    .table = &setup_intents,
    .path = "/v1/setup_intents",
    .render = setup_intent_render,
    .filters = setup_intent_filters,
    .customer_column = "customer",
};
