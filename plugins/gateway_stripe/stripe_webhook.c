/*
 * stripe_webhook.c: events of Stripe's.
 *
 * An event never settles a payment by itself: one that is about an attempt makes the host ask for the attempt.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "stripe_webhook.h"

#include <string.h>
#include <strings.h>

#include <stripe_lite/crypto.h>

#include "stripe_currency.h"
#include "stripe_options.h"
#include "stripe_outcome.h"

#define TOLERANCE 300
#define SECRETS_MOST 16

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static const char *text_at(const sl_value *value, const char *path)
{
    return sl_value_string(sl_value_at(value, path), NULL);
}

static const char *header(const sl_gateway_webhook *webhook, const char *name)
{
    for (const sl_pair *one = webhook->headers; one && one->name; one++) {
        if (strcasecmp(one->name, name) == 0)
            return one->value;
    }
    return NULL;
}

static void secrets_split(sl_context *cx, const char *text, const char **ret)
{
    size_t count = 0;
    while (text && *text && count < SECRETS_MOST) {
        text += strspn(text, ", ");
        size_t length = strcspn(text, ", ");
        if (length > 0)
            ret[count++] = sl_copy(cx, text, length);
        text += length;
    }
    ret[count] = NULL;
}

sl_status stripe_webhook_verify(sl_context *cx, const sl_gateway_webhook *webhook)
{
    const char *secrets[SECRETS_MOST + 1];
    secrets_split(cx, stripe_options()->webhook_secret, secrets);
    if (!secrets[0])
        return sl_fail(cx, SL_E_UNSUPPORTED, NULL,
                       "Stripe's webhooks need stripe.webhook_secret (STRIPE_WEBHOOK_SECRET).");
    const char *signature = header(webhook, "Stripe-Signature");
    if (signature && sl_signature_verify(cx, signature, secrets, webhook->body,
                                         webhook->body_length, TOLERANCE))
        return SL_OK;
    return sl_fail(cx, SL_E_INVALID, "signature_verification_failed",
                   signature ? "The signature in Stripe-Signature does not fit."
                             : "The header Stripe-Signature is missing.");
}

/* Payments, charges, refunds and setups carry our attempt's id; those that somebody else made at Stripe do not. */
static void attempt_read(const sl_value *object, sl_gateway_notice *notice)
{
    const char *attempt = text_at(object, "metadata." METADATA_ATTEMPT);
    if (!attempt)
        return;
    notice->kind = "attempt";
    notice->attempt = attempt;
    notice->reference = text_at(object, "id");
}

static void dispute_read(const char *type, const sl_value *object, sl_gateway_notice *notice)
{
    const char *payment = text_at(object, "payment_intent");
    if (!payment)
        payment = text_at(object, "payment_intent.id");
    bool created = strcmp(type, "charge.dispute.created") == 0;
    if (!payment || (!created && strcmp(type, "charge.dispute.closed") != 0))
        return;
    notice->kind = created ? "dispute.created" : "dispute.closed";
    notice->reference = payment;
    notice->reason = text_at(object, "reason");
    notice->status = text_at(object, "status");
    const char *currency = text_at(object, "currency");
    int64_t amount = sl_value_int(sl_value_member(object, "amount"), 0);
    if (!currency || !stripe_amount_read(amount, currency, &notice->amount))
        notice->amount = 0;
}

sl_status stripe_webhook_parse(sl_context *cx, const sl_gateway_webhook *webhook,
                               sl_gateway_event *ret)
{
    const sl_value *event = NULL;
    sl_status status = sl_json_parse(cx, webhook->body, webhook->body_length, &event);
    if (status != SL_OK)
        return status;
    const char *id = text_at(event, "id");
    const char *type = text_at(event, "type");
    const sl_value *object = sl_value_at(event, "data.object");
    if (!id || !type || sl_value_type(object) != SL_VALUE_OBJECT)
        return sl_fail(cx, SL_E_INVALID, NULL, "The body is no event of Stripe's.");
    ret->id = id;
    ret->type = type;
    ret->created = sl_value_int(sl_value_member(event, "created"), 0);
    ret->notice = (sl_gateway_notice){ .struct_size = sizeof(sl_gateway_notice) };
    if (begins(type, "charge.dispute."))
        dispute_read(type, object, &ret->notice);
    else if (begins(type, "payment_intent.") || begins(type, "setup_intent.") ||
             begins(type, "charge.") || begins(type, "refund."))
        attempt_read(object, &ret->notice);
    return SL_OK;
}
