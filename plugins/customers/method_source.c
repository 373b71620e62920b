/*
 * method_source.c: from what a client names or types to a payment method.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "method_source.h"

#include "card_check.h"

/* A card typed into a Stripe_lite route comes without its expiry; only test-only gateways are given one. */
#define BARE_NUMBER_YEARS 2
#define ID_LETTERS 24u /* after the prefix, as sl_id makes them */

static const char *param_of(sl_context *cx, const char *prefix, const char *name)
{
    return prefix ? sl_format(cx, "%s[card][%s]", prefix, name) : name;
}

sl_status card_tokenize(sl_context *cx, const sl_method_draft *draft, struct card_tokens *ret)
{
    struct card_fault fault =
        card_check(draft->number, draft->exp_month, draft->exp_year, draft->cvc, sl_now(cx));
    if (fault.code)
        return sl_fail_param(cx, SL_E_CARD, fault.code, param_of(cx, draft->param, fault.param),
                             "%s", fault.message);
    char digits[CARD_DIGITS_MOST + 1];
    (void)card_digits(draft->number, digits);
    const sl_gateway_card card = {
        .struct_size = sizeof(card),
        .exp_month = draft->exp_month,
        .exp_year = (int32_t)card_full_year(draft->exp_year),
        .number = digits,
        .cvc = draft->cvc,
    };
    sl_status status = card_tokens_make(cx, draft->gateway, draft->currency, &card, ret);
    explicit_bzero(digits, sizeof(digits));
    return status;
}

sl_status method_missing(sl_context *cx, const char *value, const char *param)
{
    bool in_path = !param || same(param, "id");
    const char *shown = card_looks_like_number(value) ? "(a card number)" : value;
    return sl_fail_param(cx, in_path ? SL_E_NOT_FOUND : SL_E_INVALID, "resource_missing",
                         in_path ? "id" : param, "No such PaymentMethod: '%s'", shown ? shown : "");
}

/* ---- new methods ---- */

static void method_begin(sl_context *cx, const char *gateway, struct method_source *ret)
{
    ret->is_new = true;
    ret->method = (struct payment_method){
        .id = sl_id(cx, "pm"),
        .created = sl_now(cx),
        .type = METHOD_CARD,
        .gateway = gateway,
        .allow_redisplay = "unspecified",
    };
}

static void method_of_gateway_token(sl_context *cx, const struct card_tokens *tokens,
                                    struct method_source *ret)
{
    struct payment_method *method = &ret->method;
    const sl_gateway_token *token = &tokens->token;
    method_begin(cx, sl_gateway_name(tokens->gateway), ret);
    method->token = token->token;
    method->tokens = tokens->others;
    method->brand = token->brand;
    method->last4 = token->last4;
    method->fingerprint = token->fingerprint;
    method->funding = token->funding;
    method->country = token->country;
    method->cvc_check = token->cvc_check;
    method->exp_month = token->exp_month;
    method->exp_year = token->exp_year;
}

static sl_status method_of_token(sl_context *cx, const struct token *token, const char *param,
                                 struct method_source *ret)
{
    if (token->used)
        return sl_fail_param(cx, SL_E_INVALID, "token_already_used", param,
                             "You cannot use a Stripe token more than once: %s.", token->id);
    struct payment_method *method = &ret->method;
    method_begin(cx, token->gateway, ret);
    method->token = token->token;
    method->tokens = token->tokens;
    method->brand = token->brand;
    method->last4 = token->last4;
    method->fingerprint = token->fingerprint;
    method->funding = token->funding;
    method->country = token->country;
    method->cvc_check = token->cvc_check;
    method->exp_month = token->exp_month;
    method->exp_year = token->exp_year;
    method->name = token->name;
    method->address = token->address;
    ret->token = *token;
    return SL_OK;
}

/* ---- finding ---- */

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Stored ids have one underscore; names as "pm_card_visa" have more and need no look into the database. */
static bool may_be_stored(const char *value, const char *prefix)
{
    return begins(value, prefix) && !strchr(value + strlen(prefix), '_');
}

static sl_status stored_find(sl_context *cx, const sl_method_request *request,
                             struct method_source *ret)
{
    if (may_be_stored(request->value, "pm_")) {
        sl_status status = sl_find(cx, &payment_methods_table, request->value, &ret->method);
        const char *confined = sl_caller_customer(cx);
        if (status == SL_OK && confined && !same(confined, ret->method.customer))
            return method_missing(cx, request->value, request->param);
        return status;
    }
    /* "tok_visa" is a name: what is stored was made here, and is longer. */
    if (may_be_stored(request->value, "tok_") &&
        strlen(request->value) >= strlen("tok_") + ID_LETTERS) {
        struct token token = { 0 };
        sl_status status = sl_find(cx, &tokens_table, request->value, &token);
        return status == SL_OK ? method_of_token(cx, &token, request->param, ret) : status;
    }
    return SL_E_NOT_FOUND;
}

static sl_status name_find(sl_context *cx, const sl_method_request *request,
                           struct method_source *ret)
{
    bool lite = request->flags & SL_METHOD_LITE;
    bool name = begins(request->value, "pm_") || begins(request->value, "tok_") ||
                (lite && begins(request->value, "card_"));
    if (!name)
        return SL_E_NOT_FOUND;
    struct card_tokens tokens = { .gateway = NULL };
    sl_status status =
        card_tokens_resolve(cx, request->gateway, request->currency, request->value, &tokens);
    if (status == SL_OK)
        method_of_gateway_token(cx, &tokens, ret);
    return status;
}

static sl_status bare_number_find(sl_context *cx, const sl_method_request *request,
                                  struct method_source *ret)
{
    bool playing;
    sl_status status = card_gateways_play(cx, request->gateway, request->currency, &playing);
    if (status != SL_OK)
        return status;
    if (!playing)
        return sl_fail_param(cx, SL_E_CARD, "invalid_number", request->param,
                             "Card numbers are taken by a test gateway only: send a token.");
    const sl_method_draft draft = {
        .struct_size = sizeof(draft),
        .gateway = request->gateway,
        .currency = request->currency,
        .number = request->value,
        .exp_month = 12,
        .exp_year = (int32_t)card_year(sl_now(cx)) + BARE_NUMBER_YEARS,
    };
    struct card_tokens tokens = { .gateway = NULL };
    status = card_tokenize(cx, &draft, &tokens);
    /* The one parameter that holds a bare number is at fault, whatever it is called. */
    if (status == SL_E_CARD && sl_error_code(cx) && !sl_error_decline_code(cx)) {
        const char *code = sl_error_code(cx);
        const char *message = sl_format(cx, "%s", sl_error_message(cx));
        return sl_fail_param(cx, SL_E_CARD, code, request->param, "%s", message);
    }
    if (status == SL_OK)
        method_of_gateway_token(cx, &tokens, ret);
    return status;
}

static sl_status default_find(sl_context *cx, const sl_method_request *request,
                              struct method_source *ret)
{
    struct customer customer = { 0 };
    sl_status status = SL_E_NOT_FOUND;
    if (request->customer)
        status =
            sl_resource_load(cx, &customer_resource, request->customer, "customer_id", &customer);
    if (status != SL_OK && status != SL_E_NOT_FOUND)
        return status;
    const char *id =
        customer.default_payment_method ? customer.default_payment_method : customer.default_source;
    if (id && !customer.deleted)
        status = sl_find(cx, &payment_methods_table, id, &ret->method);
    else
        status = SL_E_NOT_FOUND;
    if (status != SL_E_NOT_FOUND)
        return status;
    return sl_fail_param(cx, SL_E_INVALID, "resource_missing", request->param,
                         "The customer has no default payment method.");
}

sl_status method_source_find(sl_context *cx, const sl_method_request *request,
                             struct method_source *ret)
{
    bool lite = request->flags & SL_METHOD_LITE;
    *ret = (struct method_source){ .is_new = false };
    if (!request->value || request->value[0] == '\0')
        return method_missing(cx, request->value, request->param);
    if (lite && same(request->value, "default"))
        return default_find(cx, request, ret);
    if (lite && card_looks_like_number(request->value))
        return bare_number_find(cx, request, ret);
    sl_status status = stored_find(cx, request, ret);
    if (status != SL_E_NOT_FOUND || sl_error_message(cx))
        return status;
    status = name_find(cx, request, ret);
    return status == SL_E_NOT_FOUND ? method_missing(cx, request->value, request->param) : status;
}

/* ---- making ---- */

static void draft_billing(sl_context *cx, const sl_method_draft *draft,
                          struct payment_method *method)
{
    if (text_or_null(draft->name))
        method->name = draft->name;
    method->email = text_or_null(draft->email);
    method->phone = text_or_null(draft->phone);
    method->tax_id = text_or_null(draft->tax_id);
    if (draft->allow_redisplay)
        method->allow_redisplay = draft->allow_redisplay;
    method->metadata = sl_map_merge(cx, NULL, draft->metadata);
    const struct address address = {
        .city = text_or_null(draft->city),
        .country = text_or_null(draft->country),
        .line1 = text_or_null(draft->line1),
        .line2 = text_or_null(draft->line2),
        .postal_code = text_or_null(draft->postal_code),
        .state = text_or_null(draft->state),
    };
    if (!address.city && !address.country && !address.line1 && !address.line2 &&
        !address.postal_code && !address.state)
        return;
    method->address = sl_alloc(cx, sizeof(address));
    *method->address = address;
}

static const char *draft_param(sl_context *cx, const sl_method_draft *draft, const char *name)
{
    return draft->param ? sl_format(cx, "%s[%s]", draft->param, name) : name;
}

static sl_status draft_token_find(sl_context *cx, const sl_method_draft *draft,
                                  struct method_source *ret)
{
    const char *param =
        draft->param ? sl_format(cx, "%s[card][token]", draft->param) : "card[token]";
    const sl_method_request request = {
        .struct_size = sizeof(request),
        .value = draft->token,
        .gateway = draft->gateway,
        .currency = draft->currency,
        .param = param,
    };
    if (begins(draft->token, "tok_"))
        return method_source_find(cx, &request, ret);
    return sl_fail_param(cx, SL_E_INVALID, "resource_missing", param, "No such token: '%s'",
                         card_looks_like_number(draft->token) ? "(a card number)" : draft->token);
}

sl_status method_source_make(sl_context *cx, const sl_method_draft *draft,
                             struct method_source *ret)
{
    *ret = (struct method_source){ .is_new = true };
    if (!same(draft->type, METHOD_CARD))
        return sl_fail_param(cx, SL_E_INVALID, NULL, draft_param(cx, draft, "type"),
                             "Invalid type: this server takes payment methods of the type card.");
    sl_status status;
    if (text_or_null(draft->token)) {
        status = draft_token_find(cx, draft, ret);
    } else if (text_or_null(draft->number)) {
        struct card_tokens tokens = { .gateway = NULL };
        status = card_tokenize(cx, draft, &tokens);
        if (status == SL_OK)
            method_of_gateway_token(cx, &tokens, ret);
    } else {
        return sl_fail_param(cx, SL_E_INVALID, "parameter_missing",
                             draft_param(cx, draft, METHOD_CARD), "Missing required param: %s.",
                             draft_param(cx, draft, METHOD_CARD));
    }
    if (status == SL_OK)
        draft_billing(cx, draft, &ret->method);
    return status;
}

void method_source_keep(sl_context *cx, struct method_source *source)
{
    if (!source->is_new)
        return;
    sl_insert(cx, &payment_methods_table, &source->method);
    if (source->token.id) {
        source->token.used = true;
        sl_update(cx, &tokens_table, &source->token, "used");
    }
    source->is_new = false;
}
