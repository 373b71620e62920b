/*
 * card_tokens.c: one card, a token at each gateway that it may be sent to.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "card_tokens.h"

#include "payment_method_model.h"

struct gathering {
    struct card_tokens *tokens;
    sl_json *others;
    bool any;
    sl_gateway_plan all;
    sl_gateway_plan now; /* those of them where a payment in this currency is tried */
    bool served;         /* one of these knows the card */
    const char *away;    /* one of these could not be asked: why */
};

static sl_status plan_make(sl_context *cx, const char *name, const char *currency,
                           sl_gateway_plan *ret)
{
    currency = currency ? currency : sl_default_currency(cx);
    *ret = (sl_gateway_plan){ .struct_size = sizeof(*ret), .count = 1 };
    return name && name[0] ? sl_gateway_choose(cx, name, currency, METHOD_CARD, &ret->gateways[0])
                           : sl_gateway_candidates(cx, currency, METHOD_CARD, ret);
}

static sl_status gathering_begin(sl_context *cx, const char *name, const char *currency,
                                 struct card_tokens *tokens, struct gathering *ret)
{
    const sl_gateway_query query = { .struct_size = sizeof(query),
                                     .name = name,
                                     .currency = currency ? currency : sl_default_currency(cx),
                                     .method = METHOD_CARD,
                                     .amount = SL_NONE };
    *ret = (struct gathering){ .tokens = tokens, .now = { .struct_size = sizeof(ret->now) } };
    sl_status status = plan_make(cx, name, currency, &ret->all);
    if (status == SL_OK && sl_gateway_route(cx, &query, &ret->now) != SL_OK) {
        ret->now.count = 0;
        sl_error_clear(cx);
    }
    return status;
}

static bool is_tried_now(const struct gathering *gathering, const sl_gateway *gateway)
{
    for (uint32_t i = 0; i < gathering->now.count; i++) {
        if (gathering->now.gateways[i] == gateway)
            return true;
    }
    return false;
}

static void token_take(sl_context *cx, struct gathering *gathering, const sl_gateway *gateway,
                       const sl_gateway_token *token)
{
    gathering->served = gathering->served || is_tried_now(gathering, gateway);
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

/* Whether the next gateway may be asked for a card that this one did not make a token of. */
static bool goes_on(sl_status status)
{
    return status != SL_E_CARD && status != SL_E_INVALID && status != SL_E_CANCELLED;
}

static void token_miss(sl_context *cx, struct gathering *gathering, const sl_gateway *gateway,
                       sl_status status)
{
    const char *why = sl_error_message(cx) ? sl_error_message(cx) : sl_status_name(status);
    bool away = goes_on(status) && status != SL_E_NOT_FOUND && status != SL_E_UNSUPPORTED;
    if (away && is_tried_now(gathering, gateway))
        gathering->away = sl_copy(cx, why, strlen(why));
    if (gathering->any && status != SL_E_NOT_FOUND)
        sl_log(cx, SL_LOG_INFO, "card not known at a further gateway", "gateway",
               sl_gateway_name(gateway), "reason", why);
}

/* A card that none knows where the payment belongs, because they do not answer, would go where the rules do not send it. */
static sl_status gathering_end(sl_context *cx, struct gathering *gathering, sl_status status)
{
    if (gathering->others) {
        sl_json_close(gathering->others);
        gathering->tokens->others = sl_json_text(gathering->others, NULL);
    }
    if (status != SL_OK)
        return status;
    sl_error_clear(cx);
    if (!gathering->any || gathering->served || !gathering->away)
        return SL_OK;
    sl_reply_header(cx, "Retry-After", "1");
    return sl_fail(cx, SL_E_UNAVAILABLE, "gateway_unavailable", "%s", gathering->away);
}

sl_status card_tokens_make(sl_context *cx, const char *name, const char *currency,
                           const sl_gateway_card *card, struct card_tokens *ret)
{
    struct gathering gathering;
    sl_status status = gathering_begin(cx, name, currency, ret, &gathering);
    const sl_gateway_plan *plan = &gathering.all;
    for (uint32_t i = 0; status == SL_OK && i < plan->count; i++) {
        sl_gateway_token token = { .struct_size = sizeof(token) };
        sl_status made = sl_gateway_tokenize(cx, plan->gateways[i], card, &token);
        if (made == SL_OK) {
            token_take(cx, &gathering, plan->gateways[i], &token);
            continue;
        }
        token_miss(cx, &gathering, plan->gateways[i], made);
        if (!gathering.any && (!goes_on(made) || i + 1 == plan->count))
            status = made;
    }
    return gathering_end(cx, &gathering, status);
}

sl_status card_tokens_resolve(sl_context *cx, const char *gateway, const char *currency,
                              const char *name, struct card_tokens *ret)
{
    struct gathering gathering;
    sl_status status = gathering_begin(cx, gateway, currency, ret, &gathering);
    const sl_gateway_plan *plan = &gathering.all;
    for (uint32_t i = 0; status == SL_OK && i < plan->count; i++) {
        sl_gateway_token token = { .struct_size = sizeof(token) };
        sl_status found = sl_gateway_resolve_name(cx, plan->gateways[i], name, &token);
        if (found == SL_OK) {
            token_take(cx, &gathering, plan->gateways[i], &token);
            continue;
        }
        token_miss(cx, &gathering, plan->gateways[i], found);
        if (found != SL_E_NOT_FOUND && !gathering.any && (!goes_on(found) || i + 1 == plan->count))
            status = found;
    }
    status = gathering_end(cx, &gathering, status);
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
