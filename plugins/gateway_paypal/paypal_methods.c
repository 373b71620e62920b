/*
 * paypal_methods.c: payment methods in PayPal's vault.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "paypal_methods.h"

#include <string.h>

#include "paypal_options.h"
#include "paypal_outcome.h"
#include "paypal_requests.h"

#define SETUP_TOKENS "/v3/vault/setup-tokens"
#define NAME_PREFIX "pm_paypal_"
#define ID_MOST 36
#define YEAR_SECONDS 31556952
#define VISA "4012888888881881"
#define AUTHENTICATES "4868719460707704"

/* PayPal's test numbers and what to write in place of the holder's name, so that the card is refused. */
static const struct {
    const char *name;
    const char *short_name;
    const char *number;
    const char *holder;
} test_cards[] = {
    { "visa", "card_4242", VISA, NULL },
    { "mastercard", "card_4444", "2223000048400011", NULL },
    { "amex", "card_0005", "371449635398431", NULL },
    { "threeDSecure2Required", "card_3220", AUTHENTICATES, NULL },
    { "authenticationRequired", "card_3184", AUTHENTICATES, NULL },
    { "chargeDeclined", "card_0002", VISA, "CCREJECT-BANK_ERROR" },
    { "chargeDeclinedInsufficientFunds", "card_9995", VISA, "CCREJECT-IF" },
    { "chargeDeclinedExpiredCard", "card_0069", VISA, "CCREJECT-EC" },
    { "chargeDeclinedIncorrectCvc", "card_0127", VISA, "CCREJECT-CVV_F" },
    { "chargeDeclinedFraudulent", "card_0019", VISA, "CCREJECT-SF" },
    { "chargeDeclinedLostCard", "card_9987", VISA, "CCREJECT-LS" },
};

static const struct {
    const char *theirs;
    const char *ours;
} brands[] = {
    { "VISA", "visa" },         { "MASTERCARD", "mastercard" },
    { "AMEX", "amex" },         { "JCB", "jcb" },
    { "DISCOVER", "discover" }, { "DINERS", "diners" },
    { "ELO", "elo" },           { "CHINA_UNION_PAY", "unionpay" },
    { "MAESTRO", "maestro" },   { "CB_NATIONALE", "cartes_bancaires" },
};

static const char *text_at(const sl_value *value, const char *path)
{
    return sl_value_string(sl_value_at(value, path), NULL);
}

static const char *brand_of(const char *theirs)
{
    for (size_t i = 0; theirs && i < sizeof(brands) / sizeof(brands[0]); i++) {
        if (strcmp(brands[i].theirs, theirs) == 0)
            return brands[i].ours;
    }
    return "unknown";
}

/* ---- what the vault says ---- */

/* "2027-02" */
static void expiry_read(const char *text, sl_gateway_token *ret)
{
    if (!text || strlen(text) != 7 || text[4] != '-')
        return;
    for (size_t i = 0; i < 7; i++) {
        if (i != 4 && (text[i] < '0' || text[i] > '9'))
            return;
    }
    ret->exp_year =
        (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
    ret->exp_month = (text[5] - '0') * 10 + (text[6] - '0');
}

static void card_fill(sl_context *cx, const char *id, const sl_value *card, sl_gateway_token *ret)
{
    ret->token = sl_format(cx, TOKEN_CARD "%s", id);
    ret->brand = brand_of(text_at(card, "brand"));
    ret->last4 = text_at(card, "last_digits");
    ret->country = text_at(card, "billing_address.country_code");
    ret->funding = "unknown";
    expiry_read(text_at(card, "expiry"), ret);
}

/* A PayPal account shows the last four characters of its id, and does not expire. */
static void wallet_fill(sl_context *cx, const char *id, const sl_value *wallet,
                        sl_gateway_token *ret)
{
    const char *account = text_at(wallet, "account_id");
    size_t length = account ? strlen(account) : 0;
    ret->token = sl_format(cx, TOKEN_WALLET "%s", id);
    ret->brand = "paypal";
    ret->last4 = length >= 4 ? account + length - 4 : NULL;
    ret->country = text_at(wallet, "address.country_code");
    ret->funding = "unknown";
    ret->exp_month = 12;
    ret->exp_year = 2099;
}

static sl_status token_fill(sl_context *cx, const sl_value *object, sl_gateway_token *ret)
{
    const sl_value *source = sl_value_member(object, "payment_source");
    const sl_value *card = sl_value_member(source, "card");
    const sl_value *wallet = sl_value_member(source, "paypal");
    const char *id = text_at(object, "id");
    if (id && sl_value_type(card) == SL_VALUE_OBJECT)
        card_fill(cx, id, card, ret);
    else if (id && sl_value_type(wallet) == SL_VALUE_OBJECT)
        wallet_fill(cx, id, wallet, ret);
    else
        return sl_fail(cx, SL_E_GATEWAY, NULL,
                       "PayPal's vault answered with neither a card nor a PayPal account.");
    return SL_OK;
}

/* ---- into the vault ---- */

static const sl_json *card_body(sl_context *cx, const sl_gateway_card *card, const char *holder)
{
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_open(out, "payment_source");
    sl_json_open(out, "card");
    sl_json_string(out, "number", card->number);
    sl_json_string(out, "expiry", sl_format(cx, "%04d-%02d", card->exp_year, card->exp_month));
    if (card->cvc)
        sl_json_string(out, "security_code", card->cvc);
    if (holder)
        sl_json_string(out, "name", holder);
    sl_json_close(out);
    sl_json_close(out);
    sl_json_close(out);
    return out;
}

static const sl_json *setup_body(sl_context *cx, const char *setup)
{
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_open(out, "payment_source");
    sl_json_open(out, "token");
    sl_json_string(out, "id", setup);
    sl_json_string(out, "type", "SETUP_TOKEN");
    sl_json_close(out);
    sl_json_close(out);
    sl_json_close(out);
    return out;
}

static sl_status vault_post(sl_context *cx, const char *path, const sl_json *body, const char *key,
                            const sl_value **ret)
{
    struct paypal_answer answer;
    const struct paypal_question question = {
        .method = "POST", .path = path, .body = body, .request_id = key
    };
    paypal_ask(cx, &question, &answer);
    *ret = answer.object;
    if (answer.kind != ANSWER_DONE)
        return paypal_failure(cx, &answer);
    return text_at(answer.object, "id")
               ? SL_OK
               : sl_fail(cx, SL_E_GATEWAY, NULL, "PayPal's vault answered without an id.");
}

static sl_status card_keep(sl_context *cx, const sl_gateway_card *card, const char *holder,
                           sl_gateway_token *ret)
{
    const char *key = sl_id(cx, "card");
    const sl_value *object = NULL;
    sl_status status = vault_post(cx, SETUP_TOKENS, card_body(cx, card, holder), key, &object);
    if (status != SL_OK)
        return status;
    const char *state = text_at(object, "status");
    if (state && strcmp(state, "PAYER_ACTION_REQUIRED") == 0) {
        status = sl_fail(cx, SL_E_CARD, "authentication_required",
                         "Your card was declined. This card requires authentication.");
        sl_error_decline(cx, "authentication_required", NULL);
        return status;
    }
    status = vault_post(cx, PAYPAL_VAULT, setup_body(cx, text_at(object, "id")),
                        sl_format(cx, "%s_v", key), &object);
    return status == SL_OK ? token_fill(cx, object, ret) : status;
}

sl_status paypal_tokenize(sl_context *cx, const sl_gateway_card *card, sl_gateway_token *ret)
{
    return card_keep(cx, card, NULL, ret);
}

/* ---- names ---- */

static sl_status test_card_keep(sl_context *cx, const char *name, sl_gateway_token *ret)
{
    const char *word = strncmp(name, "pm_card_", 8) == 0 ? name + 8
                       : strncmp(name, "tok_", 4) == 0   ? name + 4
                                                         : NULL;
    for (size_t i = 0; i < sizeof(test_cards) / sizeof(test_cards[0]); i++) {
        bool is = word ? strcmp(word, test_cards[i].name) == 0
                       : strcmp(name, test_cards[i].short_name) == 0;
        if (!is)
            continue;
        const sl_gateway_card card = {
            .struct_size = sizeof(card),
            .number = test_cards[i].number,
            .cvc = strlen(test_cards[i].number) == 15 ? "1234" : "123",
            .exp_month = 12,
            .exp_year = (int32_t)(1970 + sl_now(cx) / YEAR_SECONDS + 2),
        };
        return card_keep(cx, &card, test_cards[i].holder, ret);
    }
    return SL_E_NOT_FOUND;
}

sl_status paypal_resolve_name(sl_context *cx, const char *name, sl_gateway_token *ret)
{
    struct paypal_question question;
    struct paypal_answer answer;
    if (strncmp(name, NAME_PREFIX, strlen(NAME_PREFIX)) != 0)
        return paypal_is_live(paypal_options()) ? SL_E_NOT_FOUND : test_card_keep(cx, name, ret);
    const char *id = name + strlen(NAME_PREFIX);
    if (id[0] == '\0' || strlen(id) > ID_MOST)
        return SL_E_NOT_FOUND;
    request_of_object(cx, PAYPAL_VAULT, id, &question);
    paypal_ask(cx, &question, &answer);
    if (answer.kind == ANSWER_DONE)
        return token_fill(cx, answer.object, ret);
    return answer.status == 404 && answer.kind == ANSWER_REFUSED ? SL_E_NOT_FOUND
                                                                 : paypal_failure(cx, &answer);
}

sl_status paypal_detach(sl_context *cx, const char *token)
{
    const char *id = token_vault_id(token);
    if (!id)
        return SL_OK;
    struct paypal_answer answer;
    const struct paypal_question question = {
        .method = "DELETE", .path = sl_format(cx, PAYPAL_VAULT "/%s", sl_url_encode(cx, id))
    };
    paypal_ask(cx, &question, &answer);
    /* One that the vault does not have is gone. */
    return answer.kind == ANSWER_DONE || answer.kind == ANSWER_REFUSED
               ? SL_OK
               : paypal_failure(cx, &answer);
}

void setup_look(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    const char *id = token_vault_id(payment->token);
    struct paypal_question question;
    struct paypal_answer answer = { .kind = ANSWER_REFUSED, .status = 404 };
    if (id) {
        request_of_object(cx, PAYPAL_VAULT, id, &question);
        paypal_ask(cx, &question, &answer);
    }
    if (answer.kind == ANSWER_DONE) {
        outcome_set(ret, SL_GATEWAY_APPROVED);
        ret->reference = id;
    } else if (answer.kind == ANSWER_REFUSED && answer.status == 404) {
        outcome_set(ret, SL_GATEWAY_DECLINED);
        ret->code = "card_declined";
        ret->decline_code = "invalid_account";
        ret->message = "PayPal does not keep this payment method any more.";
    } else {
        /* A look moves nothing: it may be had again. */
        outcome_set(ret, SL_GATEWAY_NOT_SENT);
        ret->message = answer.message;
    }
}
