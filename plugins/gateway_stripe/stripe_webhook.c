/*
 * stripe_webhook.c: events of Stripe's.
 *
 * An event never settles a payment of ours by itself: one that is about an attempt makes the host ask for the attempt. Whatever it tells
 * besides, the host takes from its object.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "stripe_webhook.h"

#include <string.h>

#include "stripe_options.h"
#include "stripe_outcome.h"

#define TOLERANCE 300

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static const char *text_at(const sl_value *value, const char *path)
{
    return sl_value_string(sl_value_at(value, path), NULL);
}

sl_status stripe_webhook_verify(sl_context *cx, const sl_gateway_webhook *webhook)
{
    const char *secrets = stripe_options()->webhook_secret;
    if (!secrets || secrets[0] == '\0')
        return sl_fail(cx, SL_E_UNSUPPORTED, NULL,
                       "Stripe's webhooks need stripe.webhook_secret (STRIPE_WEBHOOK_SECRET).");
    return sl_webhook_signature_check(cx, webhook, "Stripe-Signature", secrets, TOLERANCE);
}

/* Payments, charges, refunds and setups carry our attempt's id; those that somebody else made at Stripe do not. */
static void attempt_read(const char *type, const sl_value *object, sl_gateway_notice *notice)
{
    const char *attempt = text_at(object, "metadata." METADATA_ATTEMPT);
    if (!attempt)
        return;
    notice->kind = "attempt";
    notice->attempt = attempt;
    bool charge = begins(type, "charge.") && !begins(type, "charge.refund.");
    notice->reference = text_at(object, charge ? "payment_intent" : "id");
}

sl_status stripe_webhook_parse(sl_context *cx, const sl_gateway_webhook *webhook,
                               sl_gateway_event *ret)
{
    sl_status status = sl_webhook_event_read(cx, webhook, ret);
    if (status != SL_OK)
        return status;
    const char *type = ret->type;
    if (begins(type, "payment_intent.") || begins(type, "setup_intent.") ||
        begins(type, "charge.") || begins(type, "refund."))
        attempt_read(type, ret->object, &ret->notice);
    return SL_OK;
}
