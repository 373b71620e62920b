/*
 * card_tokens.c: one card, a token at each gateway that it may be sent to.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "card_tokens.h"

#include "payment_method_model.h"

static sl_status plan_make(sl_context *cx, const char *name, const char *currency,
                           sl_gateway_plan *ret)
{
    currency = currency ? currency : sl_default_currency(cx);
    *ret = (sl_gateway_plan){ .struct_size = sizeof(*ret), .count = 1 };
    return name && name[0] ? sl_gateway_choose(cx, name, currency, METHOD_CARD, &ret->gateways[0])
                           : sl_gateway_candidates(cx, currency, METHOD_CARD, ret);
}

struct gathering {
    struct card_tokens *tokens;
    sl_json *others;
    bool any;
};

static void token_take(sl_context *cx, struct gathering *gathering, const sl_gateway *gateway,
                       const sl_gateway_token *token)
{
    if (!gathering->any) {
        gathering->any = true;
        *gathering->tokens = (struct card_tokens){ .gateway = gateway, .token = *token };
        return;
    }
    if (!gathering->others) {
        gathering->others = sl_json_new(cx);
        sl_json_open(gathering->others, NULL);
    }
    sl_json_string(gathering->others, sl_gateway_name(gateway), token->token);
}

static void gathering_end(struct gathering *gathering)
{
    if (!gathering->others)
        return;
    sl_json_close(gathering->others);
    gathering->tokens->others = sl_json_text(gathering->others, NULL);
}

/* Whether the next gateway may be asked for a card that this one did not make a token of. */
static bool goes_on(sl_status status)
{
    return status != SL_E_CARD && status != SL_E_INVALID && status != SL_E_CANCELLED;
}

sl_status card_tokens_make(sl_context *cx, const char *name, const char *currency,
                           const sl_gateway_card *card, struct card_tokens *ret)
{
    sl_gateway_plan plan;
    struct gathering gathering = { .tokens = ret };
    sl_status status = plan_make(cx, name, currency, &plan);
    for (uint32_t i = 0; status == SL_OK && i < plan.count; i++) {
        sl_gateway_token token = { .struct_size = sizeof(token) };
        sl_status made = sl_gateway_tokenize(cx, plan.gateways[i], card, &token);
        if (made == SL_OK)
            token_take(cx, &gathering, plan.gateways[i], &token);
        else if (gathering.any)
            sl_log(cx, SL_LOG_INFO, "card not known at a further gateway", "gateway",
                   sl_gateway_name(plan.gateways[i]), "reason",
                   sl_error_message(cx) ? sl_error_message(cx) : "");
        else if (!goes_on(made) || i + 1 == plan.count)
            status = made;
    }
    if (status == SL_OK && gathering.any)
        sl_error_clear(cx);
    gathering_end(&gathering);
    return status;
}

sl_status card_tokens_resolve(sl_context *cx, const char *gateway, const char *currency,
                              const char *name, struct card_tokens *ret)
{
    sl_gateway_plan plan;
    struct gathering gathering = { .tokens = ret };
    sl_status status = plan_make(cx, gateway, currency, &plan);
    for (uint32_t i = 0; status == SL_OK && i < plan.count; i++) {
        sl_gateway_token token = { .struct_size = sizeof(token) };
        sl_status found = sl_gateway_resolve_name(cx, plan.gateways[i], name, &token);
        if (found == SL_OK)
            token_take(cx, &gathering, plan.gateways[i], &token);
        else if (found != SL_E_NOT_FOUND && !gathering.any &&
                 (!goes_on(found) || i + 1 == plan.count))
            status = found;
    }
    if (status == SL_OK)
        sl_error_clear(cx);
    gathering_end(&gathering);
    return status == SL_OK && !gathering.any ? SL_E_NOT_FOUND : status;
}

sl_status card_gateways_play(sl_context *cx, const char *name, const char *currency, bool *ret)
{
    sl_gateway_plan plan;
    sl_status status = plan_make(cx, name, currency, &plan);
    *ret = true;
    for (uint32_t i = 0; status == SL_OK && i < plan.count; i++)
        *ret = *ret && sl_gateway_can(plan.gateways[i], SL_GATEWAY_TEST_ONLY);
    return status;
}

void card_tokens_attach(sl_context *cx, const char *others, const char *customer)
{
    const sl_value *tokens = NULL;
    if (!others || sl_json_parse(cx, others, strlen(others), &tokens) != SL_OK)
        return;
    for (uint32_t i = 0; i < sl_value_count(tokens); i++) {
        const sl_gateway *gateway = NULL;
        const char *name = NULL;
        const char *token = sl_value_string(sl_value_item(tokens, i, &name), "");
        sl_status status = sl_gateway_choose(cx, name, NULL, METHOD_CARD, &gateway);
        if (status == SL_OK)
            status = sl_gateway_attach(cx, gateway, token, customer);
        if (status != SL_OK)
            sl_log(cx, SL_LOG_WARNING, "card not attached at a further gateway", "gateway", name,
                   "reason", sl_error_message(cx) ? sl_error_message(cx) : "");
        sl_error_clear(cx);
    }
}
