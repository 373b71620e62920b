/*
 * gateway.c: a gateway that answers by the amount; it lacks operations on purpose.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

#include <string.h>

static sl_status authorize(sl_context *cx, const sl_gateway_payment *payment,
                           sl_gateway_outcome *ret)
{
    switch (payment->amount) {
    case 1:
        return SL_OK; /* no outcome at all */
    case 2:
        return sl_fail(cx, SL_E_INTERNAL, NULL, "The adapter stumbled.");
    case 3:
        ret->kind = SL_GATEWAY_NEVER_HAPPENED;
        return SL_OK;
    case 4:
        ret->kind = SL_GATEWAY_DECLINED;
        return SL_OK;
    case 5:
        ret->kind = SL_GATEWAY_REQUIRES_ACTION;
        return SL_OK;
    case 6:
        ret->kind = 77;
        return SL_OK;
    default:
        ret->kind = SL_GATEWAY_APPROVED;
        ret->reference =
            sl_format(cx, "ref_%s_%lld", payment->attempt, (long long)sl_time_left(cx));
        return SL_OK;
    }
}

static sl_status retrieve(sl_context *cx, const sl_gateway_payment *payment,
                          sl_gateway_outcome *ret)
{
    (void)cx;
    (void)payment;
    ret->kind = SL_GATEWAY_NEVER_HAPPENED;
    return SL_OK;
}

/* An adapter that makes a token of the number itself must be caught. */
static sl_status tokenize(sl_context *cx, const sl_gateway_card *card, sl_gateway_token *ret)
{
    ret->token = strcmp(card->cvc ? card->cvc : "", "999") == 0
                     ? sl_format(cx, "tok_%s", card->number)
                     : "tok_visa";
    ret->last4 = sl_copy(cx, card->number + strlen(card->number) - 4, 4);
    return SL_OK;
}

static const sl_gateway_operations operations = {
    .struct_size = sizeof(operations),
    .flags = SL_GATEWAY_CAN_PARTIAL_CAPTURE | SL_GATEWAY_TEST_ONLY,
    .authorize = authorize,
    .retrieve = retrieve,
    .tokenize = tokenize,
};

static const char *const euros[] = { "eur", NULL };

static const sl_gateway_type gateways[] = {
    { .name = "plain", .operations = &operations, .priority = 1 },
    { .name = "euros", .operations = &operations, .currencies = euros, .priority = 5 },
    SL_GATEWAYS_END,
};

SL_PLUGIN(.name = "gateway", .version = "1.0.0", .summary = "Two gateways", .gateways = gateways)
