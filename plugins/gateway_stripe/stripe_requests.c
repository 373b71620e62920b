/*
 * stripe_requests.c: requests to Stripe.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "stripe_requests.h"

#include <string.h>

#include "stripe_currency.h"
#include "stripe_customer.h"
#include "stripe_outcome.h"
#include "stripe_return.h"

#define METADATA_MOST 50 /* Stripe's, ours included */
#define METADATA_OURS "stripe_lite_"
#define EXPAND "latest_charge.balance_transaction"

static bool is(const sl_gateway_payment *payment, const char *operation)
{
    return payment->operation && strcmp(payment->operation, operation) == 0;
}

const char *object_collection(const sl_gateway_payment *payment)
{
    return payment->setup ? "/v1/setup_intents" : "/v1/payment_intents";
}

const char *request_collection(const sl_gateway_payment *payment)
{
    return is(payment, "refund") ? "/v1/refunds" : object_collection(payment);
}

static void post(const sl_gateway_payment *payment, const char *path, struct stripe_form *form,
                 struct stripe_question *ret)
{
    *ret = (struct stripe_question){
        .method = "POST", .path = path, .form = form, .idempotency_key = payment->idempotency_key
    };
}

static sl_status amount_add(sl_context *cx, const sl_gateway_payment *payment,
                            struct stripe_form *form, const char *name)
{
    int64_t amount;
    if (!stripe_amount_of(payment->amount, payment->currency, &amount))
        return sl_fail_param(
            cx, SL_E_INVALID, "parameter_invalid_integer", "amount",
            "Stripe cannot move this amount of %s: it has a fraction that Stripe does not take.",
            payment->currency);
    form_number(form, name, amount);
    return SL_OK;
}

static void metadata_add(sl_context *cx, const sl_gateway_payment *payment,
                         struct stripe_form *form)
{
    const sl_map *map = payment->metadata;
    for (uint32_t i = 0; map && i < map->count && i + 1 < METADATA_MOST; i++) {
        if (strncmp(map->pairs[i].name, METADATA_OURS, strlen(METADATA_OURS)) != 0)
            form_text(form, sl_format(cx, "metadata[%s]", map->pairs[i].name), map->pairs[i].value);
    }
    form_text(form, "metadata[" METADATA_ATTEMPT "]", payment->attempt);
}

/* What a payment and a setup share: the card, whose it is, where the customer comes back to. */
static sl_status confirmation_add(sl_context *cx, const sl_gateway_payment *payment,
                                  struct stripe_form *form)
{
    const char *customer = payment->customer_token;
    sl_status status = SL_OK;
    if (!customer && payment->customer)
        status = customer_ensure(cx, payment->customer, &customer);
    if (status != SL_OK)
        return status;
    form_flag(form, "confirm", true);
    form_text(form, "payment_method", payment->token);
    form_text(form, "payment_method_types[]", "card");
    form_text(form, "customer", customer);
    form_text(form, "description", payment->description);
    if (!payment->off_session)
        form_text(form, "return_url", return_address(cx, payment));
    metadata_add(cx, payment, form);
    return SL_OK;
}

static sl_status authorize_request(sl_context *cx, const sl_gateway_payment *payment,
                                   struct stripe_form *form, struct stripe_question *ret)
{
    post(payment, request_collection(payment), form, ret);
    if (payment->setup)
        return confirmation_add(cx, payment, form);
    sl_status status = amount_add(cx, payment, form, "amount");
    form_text(form, "currency", payment->currency);
    form_text(form, "capture_method", payment->capture ? "automatic" : "manual");
    if (payment->off_session)
        form_flag(form, "off_session", true);
    form_text(form, "setup_future_usage", payment->setup_future_usage);
    /* A card payment has the account's own descriptor, and what is added to it. */
    form_text(form, "statement_descriptor_suffix", payment->statement_descriptor);
    if (status == SL_OK)
        status = confirmation_add(cx, payment, form);
    form_text(form, "expand[]", EXPAND);
    return status;
}

static sl_status capture_request(sl_context *cx, const sl_gateway_payment *payment,
                                 struct stripe_form *form, struct stripe_question *ret)
{
    post(payment, sl_format(cx, "/v1/payment_intents/%s/capture", payment->original), form, ret);
    sl_status status = amount_add(cx, payment, form, "amount_to_capture");
    form_text(form, "expand[]", EXPAND);
    return status;
}

static sl_status void_request(sl_context *cx, const sl_gateway_payment *payment,
                              struct stripe_form *form, struct stripe_question *ret)
{
    post(payment, sl_format(cx, "%s/%s/cancel", object_collection(payment), payment->original),
         form, ret);
    return SL_OK;
}

/* The reasons of Stripe's that a refund's may be. */
static const char *refund_reason(const char *reason)
{
    static const char *const reasons[] = { "duplicate", "fraudulent", "requested_by_customer" };
    for (size_t i = 0; reason && i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (strcmp(reasons[i], reason) == 0)
            return reason;
    }
    return NULL;
}

static sl_status refund_request(sl_context *cx, const sl_gateway_payment *payment,
                                struct stripe_form *form, struct stripe_question *ret)
{
    post(payment, request_collection(payment), form, ret);
    form_text(form, "payment_intent", payment->original);
    form_text(form, "reason", refund_reason(payment->description));
    metadata_add(cx, payment, form);
    return amount_add(cx, payment, form, "amount");
}

sl_status request_of_payment(sl_context *cx, const sl_gateway_payment *payment,
                             struct stripe_form *form, struct stripe_question *ret)
{
    form_init(cx, form);
    bool later = !is(payment, "authorize");
    if (later && !payment->original)
        return sl_fail(cx, SL_E_INVALID, "resource_missing",
                       "Stripe's payment intent of this payment is not known.");
    if (is(payment, "capture"))
        return capture_request(cx, payment, form, ret);
    if (is(payment, "refund"))
        return refund_request(cx, payment, form, ret);
    return later ? void_request(cx, payment, form, ret) : authorize_request(cx, payment, form, ret);
}

void request_of_object(sl_context *cx, const char *collection, const char *id,
                       struct stripe_form *form, struct stripe_question *ret)
{
    form_init(cx, form);
    if (strcmp(collection, "/v1/payment_intents") == 0)
        form_text(form, "expand[]", EXPAND);
    *ret =
        (struct stripe_question){ .method = "GET",
                                  .path = sl_format(cx, "%s/%s", collection, sl_url_encode(cx, id)),
                                  .form = form };
}

void request_of_close(sl_context *cx, const sl_gateway_payment *payment, const char *id,
                      struct stripe_form *form, struct stripe_question *ret)
{
    form_init(cx, form);
    post(payment, sl_format(cx, "%s/%s/cancel", request_collection(payment), sl_url_encode(cx, id)),
         form, ret);
    ret->idempotency_key = sl_format(cx, "%s_c", payment->attempt);
}

void request_of_burn(sl_context *cx, const sl_gateway_payment *payment, struct stripe_form *form,
                     struct stripe_question *ret)
{
    form_init(cx, form);
    post(payment, "/v1/payment_intents", form, ret);
    if (amount_add(cx, payment, form, "amount") != SL_OK)
        sl_error_clear(cx);
    form_text(form, "currency", payment->currency);
    form_text(form, "payment_method_types[]", "card");
    form_text(form, "metadata[" METADATA_CLOSED "]", payment->attempt);
}
