/*
 * payment_routes.c: paying an order: the key for browsers, an intent, its confirmation.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "payment_routes.h"

#include "payment_service.h"

struct intent_params {
    const char *order_id;
    const char *amount; /* the number's own text: its currency may be the order's */
    const char *currency;
    const char *customer_id;
    const char *description;
    const char *receipt_email;
    const sl_map *metadata;
};

struct confirm_params {
    const char *payment_intent_id;
    const char *order_id;
};

const sl_field intent_create_fields[] = {
    SL_ID(struct intent_params, order_id, "ord", .doc = "The order to pay"),
    SL_JSON(struct intent_params, amount,
            .doc = "In the currency's major unit; the order's total when absent"),
    SL_CURRENCY(struct intent_params, currency, .doc = "Default: the order's"),
    SL_ID(struct intent_params, customer_id, "cus", .doc = "Who pays; default: the order's"),
    SL_STRING(struct intent_params, description, .max = 1000),
    SL_EMAIL(struct intent_params, receipt_email, .doc = "Where the receipt goes"),
    SL_METADATA(struct intent_params, metadata),
    SL_FIELDS_END,
};

const sl_field payment_confirm_fields[] = {
    SL_ID(struct confirm_params, payment_intent_id, "pi", .required = true,
          .doc = "The payment intent that the customer confirmed"),
    SL_ID(struct confirm_params, order_id, "ord", .required = true, .doc = "The order it pays"),
    SL_FIELDS_END,
};

sl_status stripe_config_route(sl_context *cx, const void *params)
{
    (void)params;
    return sl_reply_json(cx, 200, sl_json_object(cx, "publishable_key", sl_publishable_key(cx)));
}

/* ---- an intent ---- */

static sl_status order_terms_check(sl_context *cx, const struct intent_params *params,
                                   const struct order *order, int64_t amount)
{
    if (order->amount_paid > 0)
        return sl_fail_param(cx, SL_E_INVALID, "order_already_paid", "order_id",
                             "Order %s is paid already.", order->order_number);
    if (params->currency && !same(params->currency, order->currency))
        return sl_fail_param(cx, SL_E_INVALID, "currency_mismatch", "currency",
                             "Order %s is in %s, not in %s.", order->order_number, order->currency,
                             params->currency);
    if (amount != SL_NONE && amount != order->total)
        return sl_fail_param(cx, SL_E_INVALID, "amount_mismatch", "amount",
                             "The amount is not the total of order %s.", order->order_number);
    if (params->customer_id && order->customer && !same(params->customer_id, order->customer))
        return sl_fail_param(cx, SL_E_INVALID, "customer_mismatch", "customer_id",
                             "Order %s is another customer's.", order->order_number);
    return SL_OK;
}

static const sl_map *intent_metadata(sl_context *cx, const sl_map *given, const struct order *order)
{
    const sl_pair pairs[] = { { "order_id", order->id }, { "order_number", order->order_number } };
    const sl_map own = { .count = 2, .pairs = pairs };
    return sl_map_merge(cx, given, &own);
}

/* What the order says about its payment, over what the client said. */
static sl_status order_terms(sl_context *cx, const struct intent_params *params,
                             sl_payment_order *terms)
{
    struct order *order = sl_alloc(cx, sizeof(*order));
    sl_status status = order_load(cx, params->order_id, "order_id", order);
    int64_t amount = SL_NONE;
    if (status == SL_OK)
        status = amount_read(cx, params->amount,
                             params->currency ? params->currency : order->currency, &amount);
    if (status == SL_OK)
        status = order_terms_check(cx, params, order, amount);
    if (status != SL_OK)
        return status;
    terms->amount = order->total;
    terms->currency = order->currency;
    terms->customer = order->customer ? order->customer : params->customer_id;
    terms->metadata = intent_metadata(cx, params->metadata, order);
    if (!terms->description)
        terms->description = sl_format(cx, "Payment for order %s", order->order_number);
    return SL_OK;
}

static sl_status free_terms(sl_context *cx, const struct intent_params *params,
                            sl_payment_order *terms)
{
    terms->currency = params->currency ? params->currency : sl_default_currency(cx);
    terms->customer = params->customer_id;
    terms->metadata = params->metadata;
    sl_status status = amount_read(cx, params->amount, terms->currency, &terms->amount);
    if (status != SL_OK || terms->amount != SL_NONE)
        return status;
    return sl_fail_param(cx, SL_E_UNPROCESSABLE, "parameter_missing", "amount",
                         "An amount is needed where there is no order.");
}

/* The service would name the parameter as /v1 does. */
static sl_status customer_check(sl_context *cx, const char *id)
{
    sl_customer_view customer = { .struct_size = sizeof(customer) };
    sl_status status = id ? customers()->customer(cx, id, "customer_id", &customer) : SL_OK;
    if (status == SL_OK && customer.deleted)
        return sl_fail_param(cx, SL_E_INVALID, "resource_missing", "customer_id",
                             "No such customer: '%s'", id);
    return status;
}

static sl_status intent_reply(sl_context *cx, const sl_payment_view *view)
{
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_string(out, "client_secret", view->client_secret);
    sl_json_string(out, "payment_intent_id", view->intent);
    sl_json_string(out, "publishable_key", sl_publishable_key(cx));
    sl_json_money(out, "amount", view->amount, view->currency);
    sl_json_string(out, "currency", view->currency);
    sl_json_close(out);
    return sl_reply_json(cx, 200, out);
}

sl_status intent_create_route(sl_context *cx, const void *data)
{
    const struct intent_params *params = data;
    sl_payment_order terms = {
        .struct_size = sizeof(terms),
        .description = params->description,
        .receipt_email = params->receipt_email,
    };
    sl_status status =
        params->order_id ? order_terms(cx, params, &terms) : free_terms(cx, params, &terms);
    if (status == SL_OK)
        status = customer_check(cx, terms.customer);
    sl_payment_view view = { .struct_size = sizeof(view) };
    if (status == SL_OK)
        status = payments()->create(cx, &terms, &view);
    return status == SL_OK ? intent_reply(cx, &view) : status;
}

/* ---- its confirmation ---- */

static sl_status view_check(sl_context *cx, const sl_payment_view *view, const struct order *order)
{
    if (!same(payment_order_id(view), order->id))
        return sl_fail_param(cx, SL_E_INVALID, "payment_intent_mismatch", "payment_intent_id",
                             "Payment intent %s was not made for order %s.", view->intent,
                             order->order_number);
    if (!same(view->status, "succeeded") && !same(view->status, "processing"))
        return sl_fail_param(cx, SL_E_INVALID, "payment_intent_unexpected_state",
                             "payment_intent_id", "Payment not successful. Status: %s",
                             view->status);
    bool whole = same(view->status, "processing") || view->amount_received == order->total;
    if (whole && view->amount == order->total && same(view->currency, order->currency))
        return SL_OK;
    return sl_fail_param(cx, SL_E_INVALID, "payment_intent_mismatch", "payment_intent_id",
                         "Payment intent %s is not over the total of order %s.", view->intent,
                         order->order_number);
}

sl_status payment_confirm_route(sl_context *cx, const void *data)
{
    const struct confirm_params *params = data;
    struct order *order = sl_alloc(cx, sizeof(*order));
    struct payment *payment = sl_alloc(cx, sizeof(*payment));
    sl_payment_view view = { .struct_size = sizeof(view) };
    sl_status status =
        payments()->inquire(cx, params->payment_intent_id, "payment_intent_id", &view);
    if (status == SL_OK)
        status = order_load(cx, params->order_id, "order_id", order);
    if (status == SL_OK)
        status = view_check(cx, &view, order);
    if (status == SL_OK)
        status = payment_record(cx, &view, order, payment);
    if (status != SL_OK)
        return status;
    sl_json *out = sl_json_new(cx);
    payment_render(out, NULL, payment);
    return sl_reply_json(cx, 200, out);
}
