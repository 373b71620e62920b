/*
 * setup_intent_routes.c: the routes of setup intents.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "payment_intent_states.h"
#include "payments_routes.h"
#include "setup_intent_service.h"
#include "unsupported.h"

#define UPDATE_COLUMNS \
    "status, customer, payment_method, description, three_d_secure, allowed_types, excluded_types, metadata"

struct setup_params {
    const char *id;
    const char *client_secret;
    const char *customer;
    const char *payment_method;
    struct method_params *payment_method_data;
    struct method_options_params *payment_method_options;
    struct automatic_params *automatic_payment_methods;
    sl_list payment_method_types;
    sl_list allowed_payment_method_types;
    sl_list excluded_payment_method_types;
    const char *usage;
    bool confirm;
    const char *return_url;
    const char *description;
    const char *cancellation_reason;
    const sl_map *metadata;
};

static const char *const usages[] = { "off_session", "on_session", NULL };
static const char *const reasons[] = { "abandoned", "duplicate", "requested_by_customer", NULL };

#define FIELD_ID(NOUN) \
    SL_ID(struct setup_params, id, "seti", .required = true, .doc = "The setup intent to " NOUN)
#define FIELD_CLIENT_SECRET \
    SL_STRING(struct setup_params, client_secret, .doc = "Needed with a publishable key")
#define FIELDS_METHOD                                                                             \
    SL_STRING(struct setup_params, payment_method,                                                \
              .doc = "A payment method, or a test card's name"),                                  \
        SL_OBJECT(struct setup_params, payment_method_data, struct method_params,                 \
                  method_data_fields),                                                            \
        SL_OBJECT(struct setup_params, payment_method_options, struct method_options_params,      \
                  setup_method_options_fields),                                                   \
        METHOD_TYPES(struct setup_params, payment_method_types, allowable_types, .hidden = true), \
        METHOD_TYPES(struct setup_params, allowed_payment_method_types, allowable_types,          \
                     .unset = true)
#define FIELD_EXCLUDED                                                                 \
    METHOD_TYPES(struct setup_params, excluded_payment_method_types, excludable_types, \
                 .unset = true)
#define FIELDS_CONFIRMATION \
    SL_STRING(struct setup_params, return_url, .doc = "Where the customer comes back to")

static const char *const setup_unsupported_params[] = { "attach_to_self", "flow_directions",
                                                        "single_use", NULL };
#define FIELDS_NOT_HERE                                         \
    SL_UNSUPPORTED(setup_unsupported_params, WHY_NO_SUCH_STEP), \
        SL_UNSUPPORTED(elsewhere_params, WHY_ONE_ACCOUNT),      \
        SL_UNSUPPORTED(foreign_params, WHY_NO_SUCH_OBJECT), SL_UNUSED(harmless_params)

const sl_field setup_create_fields[] = {
    SL_ID(struct setup_params, customer, "cus", .doc = "Whose card it will be"),
    FIELDS_METHOD,
    FIELD_EXCLUDED,
    SL_OBJECT(struct setup_params, automatic_payment_methods, struct automatic_params,
              automatic_fields),
    SL_ENUM(struct setup_params, usage, usages),
    SL_BOOL(struct setup_params, confirm, .doc = "Confirm at once"),
    FIELDS_CONFIRMATION,
    SL_STRING(struct setup_params, description),
    SL_METADATA(struct setup_params, metadata),
    FIELDS_NOT_HERE,
    SL_FIELDS_END,
};

const sl_field setup_retrieve_fields[] = { FIELD_ID("retrieve"), FIELD_CLIENT_SECRET,
                                           SL_FIELDS_END };

const sl_field setup_update_fields[] = {
    FIELD_ID("change"),
    SL_ID(struct setup_params, customer, "cus"),
    FIELDS_METHOD,
    FIELD_EXCLUDED,
    SL_STRING(struct setup_params, description, .unset = true),
    SL_METADATA(struct setup_params, metadata),
    FIELDS_NOT_HERE,
    SL_FIELDS_END,
};

const sl_field setup_confirm_fields[] = {
    FIELD_ID("confirm"), FIELD_CLIENT_SECRET, FIELDS_METHOD,
    FIELDS_CONFIRMATION, FIELDS_NOT_HERE,     SL_FIELDS_END,
};

const sl_field setup_cancel_fields[] = {
    FIELD_ID("cancel"),
    SL_ENUM(struct setup_params, cancellation_reason, reasons),
    SL_FIELDS_END,
};

static sl_status setup_of_request(sl_context *cx, const struct setup_params *params,
                                  struct setup_intent *ret)
{
    sl_status status = sl_resource_load(cx, &setup_intent_resource, params->id, "id", ret);
    if (status != SL_OK)
        return status;
    return client_secret_check(cx, params->client_secret, ret->client_secret, "setup intent",
                               params->id);
}

sl_status setup_intent_retrieve(sl_context *cx, const void *data)
{
    struct setup_intent intent;
    sl_status status = setup_of_request(cx, data, &intent);
    return status == SL_OK ? sl_resource_reply(cx, 200, &setup_intent_resource, &intent) : status;
}

/* Applies customer, method and options to the row; `ret_method` is filled when one was named. */
static sl_status setup_change(sl_context *cx, const struct setup_params *params,
                              struct setup_intent *intent, sl_payment_method_view *ret_method)
{
    sl_status status =
        method_types_check(cx, params->payment_method_types, params->allowed_payment_method_types,
                           params->excluded_payment_method_types);
    if (status == SL_OK)
        status = return_url_check(cx, params->return_url);
    if (status != SL_OK)
        return status;
    if (params->customer)
        intent->customer = params->customer;
    if (intent->customer) {
        sl_customer_view customer = { .struct_size = sizeof(customer) };
        status = customers()->customer(cx, intent->customer, "customer", &customer);
        if (status == SL_OK && customer.deleted)
            status = sl_fail_param(cx, SL_E_INVALID, "resource_missing", "customer",
                                   "No such customer: '%s'", intent->customer);
        if (status != SL_OK)
            return status;
    }
    bool given;
    status = method_of_params(cx, params->payment_method, params->payment_method_data,
                              intent->customer, sl_default_currency(cx), &given, ret_method);
    if (status != SL_OK)
        return status;
    if (given) {
        intent->payment_method = ret_method->id;
        if (same(intent->status, STATE_REQUIRES_PAYMENT_METHOD))
            status = setup_move(cx, intent, STATE_REQUIRES_CONFIRMATION);
    }
    if (sl_given(cx, "allowed_payment_method_types"))
        intent->allowed_types = params->allowed_payment_method_types;
    if (sl_given(cx, "excluded_payment_method_types"))
        intent->excluded_types = params->excluded_payment_method_types;
    if (params->payment_method_options && params->payment_method_options->card &&
        params->payment_method_options->card->request_three_d_secure)
        intent->three_d_secure = params->payment_method_options->card->request_three_d_secure;
    if (params->return_url)
        intent->return_url = params->return_url;
    return status;
}

static const char *redirects_of(const struct setup_params *params)
{
    if (params->payment_method_types.count > 0)
        return NULL;
    const struct automatic_params *automatic = params->automatic_payment_methods;
    if (automatic && !automatic->enabled)
        return NULL;
    return automatic && automatic->allow_redirects ? automatic->allow_redirects : "always";
}

static sl_status method_missing(sl_context *cx)
{
    return sl_fail_param(
        cx, SL_E_INVALID, "setup_intent_unexpected_state", "payment_method",
        "You cannot confirm this SetupIntent because it's missing a payment method. Confirm it "
        "with a payment method.");
}

sl_status setup_intent_create(sl_context *cx, const void *data)
{
    const struct setup_params *params = data;
    struct setup_intent *intent = sl_alloc(cx, sizeof(*intent));
    const char *id = sl_id(cx, "seti");
    *intent = (struct setup_intent){
        .id = id,
        .status = STATE_REQUIRES_PAYMENT_METHOD,
        .usage = params->usage ? params->usage : "off_session",
        .client_secret = sl_format(cx, "%s_secret_%s", id, sl_random_text(cx, 25)),
        .description = params->description,
        .redirects = redirects_of(params),
        .metadata = params->metadata,
    };
    sl_payment_method_view method = { .struct_size = sizeof(method) };
    sl_status status = setup_change(cx, params, intent, &method);
    if (status != SL_OK)
        return status;
    intent->created = sl_now(cx);
    if (params->confirm && !method.id)
        return method_missing(cx);
    sl_event(cx, "setup_intent.created", &setup_intent_resource, intent, NULL);
    if (params->confirm)
        return setup_confirm(cx, intent, &method, true);
    sl_insert(cx, &setup_intents, intent);
    return sl_resource_reply(cx, 200, &setup_intent_resource, intent);
}

sl_status setup_intent_update(sl_context *cx, const void *data)
{
    const struct setup_params *params = data;
    struct setup_intent intent;
    sl_status status = setup_of_request(cx, params, &intent);
    if (status != SL_OK)
        return status;
    bool settled = params->customer || params->payment_method || params->payment_method_data ||
                   params->payment_method_options || sl_given(cx, "payment_method_types") ||
                   sl_given(cx, "allowed_payment_method_types") ||
                   sl_given(cx, "excluded_payment_method_types");
    if (settled && (!intent_may_change(intent.status) || intent.open_attempt))
        return setup_unexpected(cx, &intent, "updated");
    sl_payment_method_view method = { .struct_size = sizeof(method) };
    if (settled)
        status = setup_change(cx, params, &intent, &method);
    if (status != SL_OK)
        return status;
    text_given(cx, "description", params->description, &intent.description);
    if (params->metadata)
        intent.metadata = sl_map_merge(cx, intent.metadata, params->metadata);
    sl_update(cx, &setup_intents, &intent, UPDATE_COLUMNS);
    return sl_resource_reply(cx, 200, &setup_intent_resource, &intent);
}

/* The customer may have come back from the authentication: the gateway knows. */
static sl_status setup_action_look(sl_context *cx, const struct setup_intent *intent)
{
    struct attempt attempt;
    sl_status status = sl_find(cx, &payment_attempts, intent->open_attempt, &attempt);
    if (status == SL_E_NOT_FOUND)
        return sl_fail(cx, SL_E_INTERNAL, NULL, "The attempt of setup intent %s is missing.",
                       intent->id);
    sl_gateway_outcome *outcome = sl_alloc(cx, sizeof(*outcome));
    if (status == SL_OK)
        status = attempt_ask(cx, &attempt, outcome);
    if (status != SL_OK)
        return status;
    if (outcome->kind == SL_GATEWAY_UNKNOWN || outcome->kind == SL_GATEWAY_NOT_SENT ||
        outcome->kind == SL_GATEWAY_UNSUPPORTED)
        return sl_resource_reply(cx, 200, &setup_intent_resource, intent);
    struct settlement settlement = { .id = attempt.id, .outcome = outcome };
    return sl_retry(cx, attempt_record, &settlement);
}

/* A commit beside the request's own, which still may be refused or fail: its key is to be free then, not to wait for an answer. */
static sl_status action_give_up(sl_context *cx, struct setup_intent *intent)
{
    sl_context *aside = sl_context_aside(cx);
    sl_status status = setup_action_give_up(aside, intent);
    if (status == SL_OK)
        status = setup_move(aside, intent, STATE_REQUIRES_PAYMENT_METHOD);
    if (status == SL_OK)
        sl_update(aside, &setup_intents, intent, "status, open_attempt, action_url");
    if (status == SL_OK)
        status = sl_commit(aside);
    return failure_of(cx, aside, status);
}

sl_status setup_intent_confirm(sl_context *cx, const void *data)
{
    const struct setup_params *params = data;
    struct setup_intent *intent = sl_alloc(cx, sizeof(*intent));
    sl_status status = setup_of_request(cx, params, intent);
    if (status != SL_OK)
        return status;
    bool waits = same(intent->status, STATE_REQUIRES_ACTION) && intent->open_attempt;
    if (waits && !params->payment_method && !params->payment_method_data)
        return setup_action_look(cx, intent);
    if (!intent_may_confirm(intent->status) || (intent->open_attempt && !waits))
        return setup_unexpected(cx, intent, "confirmed");
    if (waits) {
        status = action_give_up(cx, intent);
        if (status != SL_OK)
            return status;
    }
    sl_payment_method_view method = { .struct_size = sizeof(method) };
    status = setup_change(cx, params, intent, &method);
    if (status == SL_OK && !method.id && !intent->payment_method)
        return method_missing(cx);
    if (status == SL_OK && !method.id)
        status = customers()->method(cx, intent->payment_method, "payment_method", &method);
    if (status == SL_OK)
        status = method_owner_check(cx, &method, intent->customer);
    return status == SL_OK ? setup_confirm(cx, intent, &method, false) : status;
}

sl_status setup_intent_cancel(sl_context *cx, const void *data)
{
    const struct setup_params *params = data;
    struct setup_intent *intent = sl_alloc(cx, sizeof(*intent));
    sl_status status = sl_resource_load(cx, &setup_intent_resource, params->id, "id", intent);
    if (status != SL_OK)
        return status;
    bool waits = same(intent->status, STATE_REQUIRES_ACTION) && intent->open_attempt;
    if (!intent_may_cancel(intent->status) || (intent->open_attempt && !waits))
        return setup_unexpected(cx, intent, "canceled");
    if (waits)
        status = setup_action_give_up(cx, intent);
    if (status == SL_OK)
        status = setup_move(cx, intent, STATE_CANCELED);
    if (status != SL_OK)
        return status;
    intent->cancellation_reason = params->cancellation_reason;
    sl_update(cx, &setup_intents, intent, "status, open_attempt, action_url, cancellation_reason");
    sl_event(cx, "setup_intent.canceled", &setup_intent_resource, intent, NULL);
    return sl_resource_reply(cx, 200, &setup_intent_resource, intent);
}
