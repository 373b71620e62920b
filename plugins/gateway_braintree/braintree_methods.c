/*
 * braintree_methods.c: payment methods at Braintree.
 *
 * A page of the shop's makes a single-use payment method with Braintree's own script. It pays once, or Braintree verifies and
 * keeps it for a customer. Sources: Braintree's guide "Payment Methods", and "Testing" for the names of tests.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "braintree_methods.h"

#include <string.h>

#include "braintree_client.h"
#include "braintree_declines.h"
#include "braintree_outcome.h"
#include "braintree_vault.h"

#define ID_LEAST 8
#define ID_MOST 255
#define METHOD                                                                 \
    "id usage details { __typename ... on CreditCardDetails { brandCode last4" \
    " expirationMonth expirationYear uniqueNumberIdentifier"                   \
    " binData { debit prepaid countryOfIssuance } } }"
#define VERIFICATION \
    "verification { status gatewayRejectionReason processorResponse { legacyCode message } }"

/* The names of test cards on the routes, and Braintree's names for the same. */
static const struct {
    const char *name;
    const char *method;
} test_names[] = {
    { "card_4242", "fake-valid-visa-nonce" },
    { "pm_card_visa", "fake-valid-visa-nonce" },
    { "tok_visa", "fake-valid-visa-nonce" },
    { "card_4444", "fake-valid-mastercard-nonce" },
    { "pm_card_mastercard", "fake-valid-mastercard-nonce" },
    { "tok_mastercard", "fake-valid-mastercard-nonce" },
    { "card_0005", "fake-valid-amex-nonce" },
    { "pm_card_amex", "fake-valid-amex-nonce" },
    { "tok_amex", "fake-valid-amex-nonce" },
    { "card_0002", "fake-processor-declined-visa-nonce" },
    { "pm_card_chargeDeclined", "fake-processor-declined-visa-nonce" },
    { "tok_chargeDeclined", "fake-processor-declined-visa-nonce" },
};

static const struct {
    const char *theirs;
    const char *brand;
} brands[] = {
    { "VISA", "visa" },
    { "MASTERCARD", "mastercard" },
    { "AMERICAN_EXPRESS", "amex" },
    { "DISCOVER", "discover" },
    { "JCB", "jcb" },
    { "DINERS", "diners" },
    { "UNION_PAY", "unionpay" },
};

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static const char *text_at(const sl_value *value, const char *path)
{
    return sl_value_string(sl_value_at(value, path), NULL);
}

/* ---- a payment method as Braintree shows it ---- */

static const char *brand_of(const sl_value *details)
{
    const char *code = text_at(details, "brandCode");
    for (size_t i = 0; i < sizeof(brands) / sizeof(brands[0]); i++) {
        if (same(brands[i].theirs, code))
            return brands[i].brand;
    }
    return "unknown";
}

static const char *funding_of(const sl_value *details)
{
    if (same(text_at(details, "binData.prepaid"), "YES"))
        return "prepaid";
    const char *debit = text_at(details, "binData.debit");
    return same(debit, "YES") ? "debit" : same(debit, "NO") ? "credit" : "unknown";
}

/* "12" and "2040"; 0 when it is no such number. */
static int32_t number_of(const char *text)
{
    int32_t number = 0;
    for (; text && *text >= '0' && *text <= '9' && number < 10000; text++)
        number = number * 10 + (*text - '0');
    return text && *text == '\0' ? number : 0;
}

static sl_status token_fill(sl_context *cx, const sl_value *method, sl_gateway_token *ret)
{
    const sl_value *details = sl_value_member(method, "details");
    const char *id = text_at(method, "id");
    const char *country = text_at(details, "binData.countryOfIssuance");
    if (!id)
        return sl_fail(cx, SL_E_GATEWAY, NULL, "Braintree's payment method has no id.");
    if (!same(text_at(details, "__typename"), "CreditCardDetails"))
        return sl_fail(cx, SL_E_INVALID, "payment_method_not_available",
                       "Invalid type: this server takes payment methods of the type card.");
    ret->token = vault_token(cx, id, same(text_at(method, "usage"), "MULTI_USE"));
    ret->brand = brand_of(details);
    ret->last4 = text_at(details, "last4");
    ret->fingerprint = text_at(details, "uniqueNumberIdentifier");
    ret->funding = funding_of(details);
    ret->country = country && strlen(country) == 2 ? country : NULL;
    ret->exp_month = number_of(text_at(details, "expirationMonth"));
    ret->exp_year = number_of(text_at(details, "expirationYear"));
    return SL_OK;
}

/* ---- cards and names ---- */

static void card_add(sl_context *cx, const sl_gateway_card *card, sl_json *out)
{
    sl_json_open(out, "creditCard");
    sl_json_string(out, "number", card->number);
    sl_json_string(out, "expirationMonth", sl_format(cx, "%02d", card->exp_month));
    sl_json_string(out, "expirationYear", sl_format(cx, "%d", card->exp_year));
    if (card->cvc)
        sl_json_string(out, "cvv", card->cvc);
    sl_json_close(out);
}

sl_status braintree_tokenize(sl_context *cx, const sl_gateway_card *card, sl_gateway_token *ret)
{
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_open(out, "input");
    card_add(cx, card, out);
    sl_json_close(out);
    sl_json_close(out);
    const struct braintree_question question = {
        .moves = true,
        .key = sl_id(cx, "card"),
        .text = "($input: TokenizeCreditCardInput!) { result: tokenizeCreditCard(input: $input) {"
                " paymentMethod { " METHOD " } } }",
        .variables = out,
    };
    struct braintree_answer answer;
    braintree_ask(cx, &question, &answer);
    if (answer.kind == ANSWER_DONE)
        return token_fill(cx, sl_value_member(answer.object, "paymentMethod"), ret);
    /* What is wrong is what was typed: the card is refused. */
    if (answer.kind == ANSWER_REFUSED)
        return sl_fail(cx, SL_E_CARD, "card_declined", "%s", answer.message);
    return braintree_failure(cx, &answer);
}

/* Braintree's id in a name, "tok_" or "pm_" and the id; NULL when it can be none. */
static const char *id_of(const char *name)
{
    static const char fits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=";
    static const char *const marks[] = { "tok_", "pm_" };
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        const char *id = name + strlen(marks[i]);
        if (strncmp(name, marks[i], strlen(marks[i])) != 0)
            continue;
        size_t length = strlen(id);
        return length >= ID_LEAST && length <= ID_MOST && strspn(id, fits) == length ? id : NULL;
    }
    return NULL;
}

static const char *name_of(const char *name)
{
    for (size_t i = 0; i < sizeof(test_names) / sizeof(test_names[0]); i++) {
        if (same(test_names[i].name, name))
            return test_names[i].method;
    }
    return id_of(name);
}

/* A kept one pays again and again, and its id can be guessed: only who has a secret key may name it. */
static bool may_name(const sl_context *cx, const sl_value *method)
{
    int32_t caller = sl_caller(cx);
    return !same(text_at(method, "usage"), "MULTI_USE") ||
           (caller != SL_CALLER_PUBLISHABLE && caller != SL_CALLER_NONE);
}

sl_status braintree_resolve_name(sl_context *cx, const char *name, sl_gateway_token *ret)
{
    const char *known = name_of(name);
    if (!known)
        return SL_E_NOT_FOUND;
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_string(out, "id", known);
    sl_json_close(out);
    const struct braintree_question question = {
        .text = "($id: ID!) { result: node(id: $id) { ... on PaymentMethod { " METHOD " } } }",
        .variables = out,
    };
    struct braintree_answer answer;
    braintree_ask(cx, &question, &answer);
    if (answer.kind == ANSWER_REFUSED ||
        (answer.kind == ANSWER_DONE &&
         (!text_at(answer.object, "id") || !may_name(cx, answer.object))))
        return SL_E_NOT_FOUND;
    return answer.kind == ANSWER_DONE ? token_fill(cx, answer.object, ret)
                                      : braintree_failure(cx, &answer);
}

/* ---- keeping ---- */

/* What came of it, in an outcome: approved and remembered, declined by the verification, not sent, unknown. */
static void keep(sl_context *cx, const char *token, const char *single, const char *key,
                 sl_gateway_outcome *ret)
{
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_open(out, "input");
    sl_json_string(out, "clientMutationId", key);
    sl_json_string(out, "paymentMethodId", single);
    sl_json_close(out);
    sl_json_close(out);
    const struct braintree_question question = {
        .moves = true,
        .key = key,
        .text = "($input: VaultPaymentMethodInput!) { result: vaultPaymentMethod(input: $input) {"
                " paymentMethod { id } " VERIFICATION " } }",
        .variables = out,
    };
    struct braintree_answer answer;
    braintree_ask(cx, &question, &answer);
    const sl_value *verification = sl_value_member(answer.object, "verification");
    const char *vaulted = text_at(answer.object, "paymentMethod.id");
    if (answer.kind != ANSWER_DONE) {
        outcome_of_answer(cx, NULL, &answer, ret);
    } else if (vaulted) {
        outcome_set(ret, SL_GATEWAY_APPROVED);
        if (vault_remember(cx, token, vaulted) != SL_OK) {
            outcome_unknown(ret, "The kept card was not stored.");
            sl_error_clear(cx);
        }
    } else if (sl_value_type(verification) == SL_VALUE_OBJECT) {
        outcome_set(ret, SL_GATEWAY_DECLINED);
        decline_of_verification(verification, ret);
    } else {
        outcome_unknown(ret, "Braintree's answer says nothing of the card.");
    }
}

static sl_status outcome_failure(sl_context *cx, const sl_gateway_outcome *outcome)
{
    if (outcome->kind == SL_GATEWAY_DECLINED) {
        sl_status status = sl_fail(cx, SL_E_CARD, outcome->code, "%s", outcome->message);
        sl_error_decline(cx, outcome->decline_code, outcome->advice_code);
        return status;
    }
    if (outcome->kind == SL_GATEWAY_NOT_SENT && outcome->code)
        return sl_fail(cx, SL_E_INVALID, outcome->code, "%s", outcome->message);
    return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "Braintree could not be asked. Try again.");
}

sl_status braintree_attach(sl_context *cx, const char *token, const char *customer)
{
    (void)customer;
    const char *single = NULL;
    sl_status status = vault_single(cx, token, &single);
    if (status != SL_OK || !single)
        return status;
    sl_gateway_outcome outcome;
    keep(cx, token, single, sl_id(cx, "attach"), &outcome);
    return outcome.kind == SL_GATEWAY_APPROVED ? SL_OK : outcome_failure(cx, &outcome);
}

void setup_run(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    const char *single = NULL;
    if (!payment->token || vault_single(cx, payment->token, &single) != SL_OK) {
        sl_error_clear(cx);
        outcome_set(ret, SL_GATEWAY_NOT_SENT);
        ret->message = "The kept cards could not be read.";
    } else if (single) {
        keep(cx, payment->token, single, payment->idempotency_key, ret);
    } else {
        outcome_set(ret, SL_GATEWAY_APPROVED);
    }
}

sl_status braintree_detach(sl_context *cx, const char *token)
{
    const char *method = NULL;
    const char *single = NULL;
    sl_status status = vault_single(cx, token, &single);
    if (status == SL_OK && !single)
        status = vault_method(cx, token, &method);
    if (status != SL_OK || !method)
        return status;
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_open(out, "input");
    sl_json_string(out, "paymentMethodId", method);
    sl_json_close(out);
    sl_json_close(out);
    const struct braintree_question question = {
        .moves = true,
        .text = "($input: DeletePaymentMethodFromVaultInput!) {"
                " result: deletePaymentMethodFromVault(input: $input) { clientMutationId } }",
        .variables = out,
    };
    struct braintree_answer answer;
    braintree_ask(cx, &question, &answer);
    /* One that Braintree does not have is deleted. */
    return answer.kind == ANSWER_DONE || answer.kind == ANSWER_REFUSED
               ? SL_OK
               : braintree_failure(cx, &answer);
}
