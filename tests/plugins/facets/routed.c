/*
 * routed.c: three gateways that answer by the amount: 1 not sent, 2 unknown, 3 declined, 4 after a moment; else approved.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

#define MOMENT_MS 50

static sl_status authorize(sl_context *cx, const sl_gateway_payment *payment,
                           sl_gateway_outcome *ret)
{
    static const int32_t kinds[] = { SL_GATEWAY_APPROVED, SL_GATEWAY_NOT_SENT, SL_GATEWAY_UNKNOWN,
                                     SL_GATEWAY_DECLINED };
    ret->kind = payment->amount < 4 ? kinds[payment->amount] : SL_GATEWAY_APPROVED;
    return payment->amount == 4 ? sl_sleep(cx, MOMENT_MS) : SL_OK;
}

static sl_status retrieve(sl_context *cx, const sl_gateway_payment *payment,
                          sl_gateway_outcome *ret)
{
    (void)cx;
    (void)payment;
    ret->kind = SL_GATEWAY_UNKNOWN;
    return SL_OK;
}

/* Known without a question to anyone. */
static sl_status resolve_name(sl_context *cx, const char *name, sl_gateway_token *ret)
{
    (void)cx;
    (void)name;
    ret->token = "routed";
    return SL_OK;
}

static const sl_gateway_operations operations = {
    .struct_size = sizeof(operations),
    .authorize = authorize,
    .retrieve = retrieve,
    .resolve_name = resolve_name,
};

static const char *const euros[] = { "eur", NULL };

static const sl_gateway_type gateways[] = {
    { .name = "north", .operations = &operations, .priority = 3 },
    { .name = "south", .operations = &operations, .priority = 2 },
    { .name = "west", .operations = &operations, .currencies = euros, .priority = 1 },
    SL_GATEWAYS_END,
};

SL_PLUGIN(.name = "routed", .version = "1.0.0", .summary = "Three gateways", .gateways = gateways)
