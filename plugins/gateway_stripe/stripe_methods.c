/*
 * stripe_methods.c: payment methods at Stripe.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "stripe_methods.h"

#include <string.h>

#include "stripe_client.h"
#include "stripe_customer.h"

#define COLLECTION "/v1/payment_methods"
#define ID_MOST 255
/* Longer ones are single-use tokens; shorter ones names for tests, "tok_visa". */
#define TOKEN_LENGTH 24

/* The short names of the test cards, as the Stripe_lite routes take them, and Stripe's names for the same. Source: Stripe's
 * document "Testing". */
static const struct {
    const char *name;
    const char *method;
} short_names[] = {
    { "card_4242", "pm_card_visa" },
    { "card_4444", "pm_card_mastercard" },
    { "card_0005", "pm_card_amex" },
    { "card_0002", "pm_card_chargeDeclined" },
    { "card_9995", "pm_card_chargeDeclinedInsufficientFunds" },
    { "card_0069", "pm_card_chargeDeclinedExpiredCard" },
    { "card_0127", "pm_card_chargeDeclinedIncorrectCvc" },
    { "card_0119", "pm_card_chargeDeclinedProcessingError" },
    { "card_0341", "pm_card_chargeCustomerFail" },
    { "card_3155", "pm_card_authenticationRequiredOnSetup" },
    { "card_3184", "pm_card_authenticationRequired" },
    { "card_3220", "pm_card_threeDSecure2Required" },
    { "card_0259", "pm_card_createDispute" },
};

static sl_status token_fill(sl_context *cx, const struct stripe_answer *answer,
                            sl_gateway_token *ret)
{
    const sl_value *method = answer->object;
    const sl_value *card = sl_value_member(method, "card");
    const char *id = sl_value_string(sl_value_member(method, "id"), NULL);
    if (!id || sl_value_type(card) != SL_VALUE_OBJECT)
        return sl_fail(cx, SL_E_INVALID, "payment_method_not_available",
                       "Invalid type: this server takes payment methods of the type card.");
    ret->token = id;
    ret->brand = sl_value_string(sl_value_member(card, "brand"), "unknown");
    ret->last4 = sl_value_string(sl_value_member(card, "last4"), NULL);
    ret->fingerprint = sl_value_string(sl_value_member(card, "fingerprint"), NULL);
    ret->funding = sl_value_string(sl_value_member(card, "funding"), "unknown");
    ret->country = sl_value_string(sl_value_member(card, "country"), NULL);
    ret->cvc_check = sl_value_string(sl_value_at(card, "checks.cvc_check"), NULL);
    ret->exp_month = (int32_t)sl_value_int(sl_value_member(card, "exp_month"), 0);
    ret->exp_year = (int32_t)sl_value_int(sl_value_member(card, "exp_year"), 0);
    return SL_OK;
}

static sl_status method_ask(sl_context *cx, const struct stripe_question *question,
                            sl_gateway_token *ret)
{
    struct stripe_answer answer;
    stripe_ask(cx, question, &answer);
    if (answer.kind == ANSWER_DONE)
        return token_fill(cx, &answer, ret);
    if (answer.kind == ANSWER_REFUSED && answer.code &&
        strcmp(answer.code, "resource_missing") == 0)
        return SL_E_NOT_FOUND;
    return stripe_failure(cx, &answer);
}

sl_status stripe_tokenize(sl_context *cx, const sl_gateway_card *card, sl_gateway_token *ret)
{
    struct stripe_form form;
    form_init(cx, &form);
    form_text(&form, "type", "card");
    form_text(&form, "card[number]", card->number);
    form_number(&form, "card[exp_month]", card->exp_month);
    form_number(&form, "card[exp_year]", card->exp_year);
    form_text(&form, "card[cvc]", card->cvc);
    const struct stripe_question question = {
        .method = "POST", .path = COLLECTION, .form = &form, .idempotency_key = sl_id(cx, "card")
    };
    sl_status status = method_ask(cx, &question, ret);
    return status == SL_E_NOT_FOUND
               ? sl_fail(cx, SL_E_GATEWAY, NULL, "Stripe takes no card numbers here.")
               : status;
}

static const char *name_of(const char *name)
{
    for (size_t i = 0; i < sizeof(short_names) / sizeof(short_names[0]); i++) {
        if (strcmp(short_names[i].name, name) == 0)
            return short_names[i].method;
    }
    return name;
}

/* A handler may run twice, and must not find its own single-use token used up. */
static const char *key_of(sl_context *cx, const char *name)
{
    return strlen(name) >= TOKEN_LENGTH ? sl_format(cx, "method_%s", name)
                                        : sl_format(cx, "%s_%s", sl_request_id(cx), name);
}

sl_status stripe_resolve_name(sl_context *cx, const char *name, sl_gateway_token *ret)
{
    const char *known = name_of(name);
    if (strlen(known) > ID_MOST)
        return SL_E_NOT_FOUND;
    struct stripe_form form;
    form_init(cx, &form);
    struct stripe_question question = { .method = "GET" };
    if (strncmp(known, "pm_", 3) == 0) {
        question.path = sl_format(cx, COLLECTION "/%s", sl_url_encode(cx, known));
    } else if (strncmp(known, "tok_", 4) == 0) {
        form_text(&form, "type", "card");
        form_text(&form, "card[token]", known);
        question = (struct stripe_question){ .method = "POST",
                                             .path = COLLECTION,
                                             .form = &form,
                                             .idempotency_key = key_of(cx, known) };
    } else {
        return SL_E_NOT_FOUND;
    }
    return method_ask(cx, &question, ret);
}

sl_status stripe_attach(sl_context *cx, const char *token, const char *customer)
{
    const char *upstream = NULL;
    sl_status status = customer_ensure(cx, customer, &upstream);
    if (status != SL_OK)
        return status;
    struct stripe_form form;
    struct stripe_answer answer;
    form_init(cx, &form);
    form_text(&form, "customer", upstream);
    const struct stripe_question question = {
        .method = "POST",
        .path = sl_format(cx, COLLECTION "/%s/attach", sl_url_encode(cx, token)),
        .form = &form,
        .idempotency_key = sl_id(cx, "attach"),
    };
    stripe_ask(cx, &question, &answer);
    return answer.kind == ANSWER_DONE ? SL_OK : stripe_failure(cx, &answer);
}

sl_status stripe_detach(sl_context *cx, const char *token)
{
    struct stripe_answer answer;
    const struct stripe_question question = {
        .method = "POST",
        .path = sl_format(cx, COLLECTION "/%s/detach", sl_url_encode(cx, token)),
        .idempotency_key = sl_id(cx, "detach"),
    };
    stripe_ask(cx, &question, &answer);
    /* One that Stripe does not know as attached is detached. */
    if (answer.kind == ANSWER_DONE || answer.kind == ANSWER_REFUSED)
        return SL_OK;
    return stripe_failure(cx, &answer);
}
