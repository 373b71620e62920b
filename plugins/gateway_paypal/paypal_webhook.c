/*
 * paypal_webhook.c: events of PayPal's.
 *
 * An event never settles a payment by itself: one that is about an attempt makes the host ask for the attempt.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "paypal_webhook.h"

#include <string.h>
#include <strings.h>

#include "paypal_client.h"
#include "paypal_currency.h"
#include "paypal_options.h"
#include "paypal_time.h"

#define INVALID "webhook_signature_invalid"
#define HEADER_MOST 500

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static const char *text_at(const sl_value *value, const char *path)
{
    return sl_value_string(sl_value_at(value, path), NULL);
}

/* ---- whether it is PayPal's ---- */

/* The headers of the signature, and their names in the question. */
static const struct {
    const char *header;
    const char *member;
} signature[] = {
    { "PAYPAL-TRANSMISSION-ID", "transmission_id" },
    { "PAYPAL-TRANSMISSION-TIME", "transmission_time" },
    { "PAYPAL-TRANSMISSION-SIG", "transmission_sig" },
    { "PAYPAL-CERT-URL", "cert_url" },
    { "PAYPAL-AUTH-ALGO", "auth_algo" },
};

/* https://api.paypal.com/…, https://api.sandbox.paypal.com/…: a host of PayPal's, no user, no port. */
static bool certificate_is_theirs(const char *url)
{
    static const char scheme[] = "https://";
    static const char domain[] = ".paypal.com";
    if (strncasecmp(url, scheme, strlen(scheme)) != 0)
        return false;
    const char *host = url + strlen(scheme);
    size_t length = strcspn(host, "/");
    size_t letters =
        strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.");
    return host[length] == '/' && letters == length && length > strlen(domain) &&
           strncasecmp(host + length - strlen(domain), domain, strlen(domain)) == 0;
}

static sl_status headers_check(sl_context *cx, const sl_gateway_webhook *webhook)
{
    for (size_t i = 0; i < sizeof(signature) / sizeof(signature[0]); i++) {
        const char *value = sl_webhook_header(webhook, signature[i].header);
        if (!value || !value[0] || strlen(value) > HEADER_MOST)
            return sl_fail(cx, SL_E_INVALID, INVALID, "The header %s is missing or too long.",
                           signature[i].header);
    }
    return certificate_is_theirs(sl_webhook_header(webhook, "PAYPAL-CERT-URL"))
               ? SL_OK
               : sl_fail(cx, SL_E_INVALID, INVALID,
                         "The header PAYPAL-CERT-URL names a certificate that is not PayPal's.");
}

static const sl_json *question_body(sl_context *cx, const sl_gateway_webhook *webhook)
{
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    for (size_t i = 0; i < sizeof(signature) / sizeof(signature[0]); i++)
        sl_json_string(out, signature[i].member, sl_webhook_header(webhook, signature[i].header));
    sl_json_string(out, "webhook_id", paypal_options()->webhook_id);
    sl_json_raw(out, "webhook_event", sl_copy(cx, webhook->body, webhook->body_length));
    sl_json_close(out);
    return out;
}

static sl_status body_parse(sl_context *cx, const sl_gateway_webhook *webhook,
                            const sl_value **ret_event)
{
    sl_status status = sl_json_parse(cx, webhook->body, webhook->body_length, ret_event);
    if (status != SL_OK)
        return status;
    return sl_value_type(*ret_event) == SL_VALUE_OBJECT
               ? SL_OK
               : sl_fail(cx, SL_E_INVALID, "json_invalid", "The body is not a JSON object.");
}

sl_status paypal_webhook_verify(sl_context *cx, const sl_gateway_webhook *webhook)
{
    const char *id = paypal_options()->webhook_id;
    const sl_value *event = NULL;
    if (!id || id[0] == '\0')
        return sl_fail(cx, SL_E_UNSUPPORTED, NULL,
                       "PayPal's webhooks need paypal.webhook_id (PAYPAL_WEBHOOK_ID).");
    sl_status status = headers_check(cx, webhook);
    if (status == SL_OK)
        status = body_parse(cx, webhook, &event);
    if (status != SL_OK)
        return status;
    struct paypal_answer answer;
    const struct paypal_question question = {
        .method = "POST",
        .path = "/v1/notifications/verify-webhook-signature",
        .body = question_body(cx, webhook),
    };
    paypal_ask(cx, &question, &answer);
    const char *verdict = text_at(answer.object, "verification_status");
    if (answer.kind == ANSWER_DONE && same(verdict, "SUCCESS"))
        return SL_OK;
    bool refused = answer.kind == ANSWER_REFUSED || same(verdict, "FAILURE");
    return refused ? sl_fail(cx, SL_E_INVALID, INVALID,
                             "PayPal says that this webhook is not signed by it.")
                   : sl_fail(cx, SL_E_UNAVAILABLE, NULL,
                             "PayPal could not be asked whether it signed this webhook.");
}

/* ---- what it tells ---- */

/* The invoice_id is the attempt's that moved the money; what has none has the payment's as its custom_id. */
static void attempt_read(const sl_value *object, sl_gateway_notice *notice)
{
    const char *attempt = text_at(object, "invoice_id");
    if (!attempt)
        attempt = text_at(object, "custom_id");
    if (!attempt)
        return;
    notice->kind = "attempt";
    notice->attempt = attempt;
    notice->reference = text_at(object, "supplementary_data.related_ids.order_id");
}

static void refund_read(const sl_value *object, sl_gateway_notice *notice)
{
    attempt_read(object, notice);
    notice->reference = notice->attempt ? text_at(object, "id") : NULL;
}

static void order_read(const sl_value *object, sl_gateway_notice *notice)
{
    notice->attempt = text_at(object, "purchase_units.0.custom_id");
    notice->reference = text_at(object, "id");
    if (notice->attempt)
        notice->kind = "attempt";
}

static const struct {
    const char *theirs;
    const char *ours;
} reasons[] = {
    { "MERCHANDISE_OR_SERVICE_NOT_RECEIVED", "product_not_received" },
    { "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED", "product_unacceptable" },
    { "UNAUTHORISED", "fraudulent" },
    { "CREDIT_NOT_PROCESSED", "credit_not_processed" },
    { "DUPLICATE_TRANSACTION", "duplicate" },
    { "CANCELED_RECURRING_BILLING", "subscription_canceled" },
};

/* The outcomes after which the money is the seller's; any other leaves it with the payer. Source: dispute_outcome.outcome_code. */
static const char *const won[] = { "RESOLVED_SELLER_FAVOUR", "RESOLVED_WITH_PAYOUT",
                                   "CANCELED_BY_BUYER", "DENIED", "NONE" };

static const char *reason_of(const char *theirs)
{
    for (size_t i = 0; theirs && i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (strcmp(reasons[i].theirs, theirs) == 0)
            return reasons[i].ours;
    }
    return "general";
}

static const char *ending_of(const char *outcome)
{
    for (size_t i = 0; outcome && i < sizeof(won) / sizeof(won[0]); i++) {
        if (strcmp(won[i], outcome) == 0)
            return "won";
    }
    return "lost";
}

static void dispute_read(const char *type, const sl_value *object, sl_gateway_notice *notice)
{
    bool created = same(type, "CUSTOMER.DISPUTE.CREATED");
    const sl_value *transaction = sl_value_at(object, "disputed_transactions.0");
    const sl_value *amount = sl_value_member(object, "dispute_amount");
    const char *attempt = text_at(transaction, "invoice_number");
    if (!attempt)
        attempt = text_at(transaction, "custom");
    const char *capture = text_at(transaction, "seller_transaction_id");
    if ((!attempt && !capture) || (!created && !same(type, "CUSTOMER.DISPUTE.RESOLVED")))
        return;
    notice->kind = created ? "dispute.created" : "dispute.closed";
    notice->attempt = attempt;
    notice->reference = capture;
    notice->reason = reason_of(text_at(object, "reason"));
    notice->status =
        created ? "needs_response" : ending_of(text_at(object, "dispute_outcome.outcome_code"));
    if (!paypal_amount_read(amount, text_at(amount, "currency_code"), &notice->amount))
        notice->amount = 0;
}

static void resource_read(const char *type, const sl_value *object, sl_gateway_notice *notice)
{
    if (begins(type, "CUSTOMER.DISPUTE."))
        dispute_read(type, object, notice);
    else if (begins(type, "CHECKOUT.ORDER."))
        order_read(object, notice);
    else if (same(type, "PAYMENT.CAPTURE.REFUNDED") || same(type, "PAYMENT.CAPTURE.REVERSED") ||
             begins(type, "PAYMENT.REFUND."))
        refund_read(object, notice);
    else if (begins(type, "PAYMENT.CAPTURE.") || begins(type, "PAYMENT.AUTHORIZATION."))
        attempt_read(object, notice);
}

sl_status paypal_webhook_parse(sl_context *cx, const sl_gateway_webhook *webhook,
                               sl_gateway_event *ret)
{
    const sl_value *event = NULL;
    sl_status status = body_parse(cx, webhook, &event);
    if (status != SL_OK)
        return status;
    const sl_value *resource = sl_value_member(event, "resource");
    ret->id = text_at(event, "id");
    ret->type = text_at(event, "event_type");
    if (!ret->id || !ret->type)
        return sl_fail(cx, SL_E_INVALID, "json_invalid",
                       "The event has no id and event_type as texts.");
    ret->created = paypal_time_read(text_at(event, "create_time"));
    ret->livemode = ret->livemode_given = paypal_is_live(paypal_options());
    ret->object = resource;
    ret->notice.amount = SL_NONE;
    resource_read(ret->type, resource, &ret->notice);
    return SL_OK;
}
