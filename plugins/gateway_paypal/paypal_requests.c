/*
 * paypal_requests.c: requests to PayPal.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "paypal_requests.h"

#include <string.h>

#include "paypal_currency.h"
#include "paypal_outcome.h"

#define DESCRIPTION_MOST 127
#define DESCRIPTOR_MOST 22

static bool begins(const char *text, const char *prefix)
{
    return text && strncmp(text, prefix, strlen(prefix)) == 0;
}

const char *token_vault_id(const char *token)
{
    if (begins(token, TOKEN_CARD))
        return token + strlen(TOKEN_CARD);
    return begins(token, TOKEN_WALLET) ? token + strlen(TOKEN_WALLET) : NULL;
}

static void post(const sl_gateway_payment *payment, const char *path, const sl_json *body,
                 struct paypal_question *ret)
{
    *ret = (struct paypal_question){
        .method = "POST", .path = path, .body = body, .request_id = payment->idempotency_key
    };
}

static void text_add(sl_json *out, const char *name, const char *value)
{
    if (value && value[0])
        sl_json_string(out, name, value);
}

/* Not longer than PayPal takes, and no half of a character. */
static const char *cut(sl_context *cx, const char *text, size_t most)
{
    if (!text || strlen(text) <= most)
        return text;
    while (most > 0 && ((unsigned char)text[most] & 0xC0) == 0x80)
        most--;
    return sl_copy(cx, text, most);
}

static sl_status amount_add(sl_context *cx, const sl_gateway_payment *payment, sl_json *out)
{
    const char *value = paypal_amount_text(cx, payment->amount, payment->currency);
    if (!value)
        return sl_fail_param(
            cx, SL_E_INVALID, "parameter_invalid_integer", "amount",
            "PayPal cannot move this amount of %s: it takes no fraction of this currency.",
            payment->currency);
    char code[4] = { 0 };
    for (size_t i = 0; i < 3 && payment->currency[i]; i++) {
        char letter = payment->currency[i];
        code[i] = (char)(letter >= 'a' && letter <= 'z' ? letter - 'a' + 'A' : letter);
    }
    sl_json_open(out, "amount");
    sl_json_string(out, "currency_code", code);
    sl_json_string(out, "value", value);
    sl_json_close(out);
    return SL_OK;
}

/* ---- orders ---- */

static sl_status unit_add(sl_context *cx, const sl_gateway_payment *payment, bool paid,
                          sl_json *out)
{
    sl_json_string(out, "intent", payment->capture ? "CAPTURE" : "AUTHORIZE");
    sl_json_open_array(out, "purchase_units");
    sl_json_open(out, NULL);
    sl_json_string(out, "custom_id", payment->attempt);
    if (paid) {
        sl_json_string(out, "invoice_id", payment->attempt);
        text_add(out, "description", cut(cx, payment->description, DESCRIPTION_MOST));
        text_add(out, "soft_descriptor", cut(cx, payment->statement_descriptor, DESCRIPTOR_MOST));
    }
    sl_status status = amount_add(cx, payment, out);
    sl_json_close(out);
    sl_json_close_array(out);
    return status;
}

/* Where the customer comes back to when PayPal sends him to his bank. */
static void return_add(const sl_gateway_payment *payment, sl_json *out)
{
    if (payment->off_session || !payment->return_url)
        return;
    sl_json_open(out, "experience_context");
    sl_json_string(out, "return_url", payment->return_url);
    sl_json_string(out, "cancel_url", payment->return_url);
    sl_json_close(out);
}

static sl_status source_add(sl_context *cx, const sl_gateway_payment *payment, sl_json *out)
{
    const char *id = token_vault_id(payment->token);
    if (!id)
        return sl_fail_param(cx, SL_E_INVALID, "payment_method_not_available", "payment_method",
                             "This payment method is none of PayPal's.");
    bool card = begins(payment->token, TOKEN_CARD);
    sl_json_open(out, "payment_source");
    sl_json_open(out, card ? "card" : "paypal");
    sl_json_string(out, "vault_id", id);
    return_add(payment, out);
    if (card && payment->off_session) {
        sl_json_open(out, "stored_credential");
        sl_json_string(out, "payment_initiator", "MERCHANT");
        sl_json_string(out, "payment_type", "UNSCHEDULED");
        sl_json_string(out, "usage", "SUBSEQUENT");
        sl_json_close(out);
    }
    sl_json_close(out);
    sl_json_close(out);
    return SL_OK;
}

static sl_status order_request(sl_context *cx, const sl_gateway_payment *payment, bool paid,
                               struct paypal_question *ret)
{
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_status status = unit_add(cx, payment, paid, out);
    if (status == SL_OK && paid)
        status = source_add(cx, payment, out);
    sl_json_close(out);
    post(payment, PAYPAL_ORDERS, out, ret);
    return status;
}

sl_status request_of_order(sl_context *cx, const sl_gateway_payment *payment,
                           struct paypal_question *ret)
{
    return order_request(cx, payment, true, ret);
}

sl_status request_of_probe(sl_context *cx, const sl_gateway_payment *payment,
                           struct paypal_question *ret)
{
    return order_request(cx, payment, false, ret);
}

/* ---- on what an order lists ---- */

/* The one that money can be taken from, or given back of; the first when all have ended, for PayPal to say why not. */
static const char *part_usable(const sl_value *order, const char *name)
{
    static const char *const ended[] = { "DENIED", "DECLINED", "FAILED", "VOIDED", NULL };
    const sl_value *list = order_parts(order, name);
    for (uint32_t i = 0; i < sl_value_count(list); i++) {
        const sl_value *part = sl_value_item(list, i, NULL);
        const char *status = sl_value_string(sl_value_member(part, "status"), "");
        size_t at = 0;
        while (ended[at] && strcmp(ended[at], status) != 0)
            at++;
        if (!ended[at])
            return sl_value_string(sl_value_member(part, "id"), NULL);
    }
    return sl_value_string(sl_value_member(sl_value_item(list, 0, NULL), "id"), NULL);
}

sl_status request_on_order(sl_context *cx, const sl_gateway_payment *payment, const sl_value *order,
                           struct paypal_question *ret)
{
    bool refund = paypal_is(payment, "refund");
    const char *name = refund ? PAYPAL_CAPTURES : PAYPAL_AUTHORIZATIONS;
    const char *verb = refund ? "refund" : paypal_is(payment, "capture") ? "capture" : "void";
    const char *id = part_usable(order, name);
    if (!id)
        return sl_fail(cx, SL_E_INVALID, "resource_missing", "PayPal's order has no %s.", name);
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_status status = SL_OK;
    if (!paypal_is(payment, "void")) {
        sl_json_string(out, "invoice_id", payment->attempt);
        status = amount_add(cx, payment, out);
    }
    if (refund)
        sl_json_string(out, "custom_id", payment->attempt);
    if (paypal_is(payment, "capture"))
        sl_json_bool(out, "final_capture", true);
    sl_json_close(out);
    post(payment, sl_format(cx, "/v2/payments/%s/%s/%s", name, sl_url_encode(cx, id), verb), out,
         ret);
    return status;
}

void request_of_object(sl_context *cx, const char *collection, const char *id,
                       struct paypal_question *ret)
{
    *ret = (struct paypal_question){
        .method = "GET", .path = sl_format(cx, "%s/%s", collection, sl_url_encode(cx, id))
    };
}
