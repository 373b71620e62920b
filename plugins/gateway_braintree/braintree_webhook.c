/*
 * braintree_webhook.c: notifications of Braintree's.
 *
 * A form with bt_signature, "PUBLIC_KEY|HEX" and more of them after '&', and bt_payload, base64 of an XML document. HEX is the
 * HMAC-SHA1 of bt_payload under the SHA-1 of the private key. Source: Braintree's guide "Webhooks: Parse" and its client libraries.
 *
 * A notification never settles a payment by itself: one that is about an attempt makes the host ask for the attempt. It has no id
 * of its own; what it says happens once to its object, so that kind and object are one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "braintree_webhook.h"

#include <string.h>

#include <stripe_lite/crypto.h>
#include <stripe_lite/log.h>
#include <stripe_lite/money.h>

#include "braintree_client.h"
#include "braintree_options.h"
#include "braintree_xml.h"

#define ATTEMPT "pay_"

struct notification {
    const char *xml;
    size_t length;
};

static bool begins(const char *text, const char *prefix)
{
    return text && strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* ---- the form ---- */

static int hex_digit(char c)
{
    static const char digits[] = "00112233445566778899aAbBcCdDeEfF";
    const char *found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) / 2 : -1;
}

/* One value of a form, decoded; NULL when it cannot be. */
static const char *form_decode(sl_context *cx, const char *text, size_t length)
{
    char *copy = sl_copy(cx, text, length);
    size_t made = 0;
    for (size_t i = 0; i < length; i++) {
        int high = text[i] == '%' && i + 2 < length ? hex_digit(text[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        if (text[i] == '%' && low < 0)
            return NULL;
        char byte = text[i];
        if (low >= 0)
            byte = (char)(high * 16 + low);
        else if (byte == '+')
            byte = ' ';
        if (byte == '\0')
            return NULL;
        copy[made++] = byte;
        i += low >= 0 ? 2 : 0;
    }
    copy[made] = '\0';
    return copy;
}

static const char *form_value(sl_context *cx, const sl_gateway_webhook *webhook, const char *name)
{
    const char *at = webhook->body;
    const char *end = at + webhook->body_length;
    size_t name_length = strlen(name);
    while (at < end) {
        const char *stop = memchr(at, '&', (size_t)(end - at));
        size_t length = (size_t)((stop ? stop : end) - at);
        if (length > name_length && at[name_length] == '=' && memcmp(at, name, name_length) == 0)
            return form_decode(cx, at + name_length + 1, length - name_length - 1);
        at += length + 1;
    }
    return NULL;
}

/* ---- the signature ---- */

static const char *signature_of(sl_context *cx, const char *payload)
{
    const char *private_key = braintree_options()->private_key;
    size_t key_length = 0;
    size_t length = 0;
    const unsigned char *key = sl_hash(cx, "sha1", private_key, strlen(private_key), &key_length);
    const unsigned char *made =
        sl_hmac(cx, "sha1", key, key_length, payload, strlen(payload), &length);
    return sl_hex(cx, made, length);
}

/* The signature under our public key among those of the list. */
static const char *signature_find(sl_context *cx, const char *list)
{
    const char *public_key = braintree_options()->public_key;
    size_t key_length = strlen(public_key);
    for (const char *at = list; *at;) {
        size_t length = strcspn(at, "&");
        if (length > key_length && at[key_length] == '|' && memcmp(at, public_key, key_length) == 0)
            return sl_copy(cx, at + key_length + 1, length - key_length - 1);
        at += length + (at[length] == '&');
    }
    return NULL;
}

static sl_status refused(sl_context *cx, const char *why)
{
    return sl_fail(cx, SL_E_INVALID, "webhook_signature_invalid",
                   "The notification is refused: %s.", why);
}

sl_status braintree_webhook_verify(sl_context *cx, const sl_gateway_webhook *webhook)
{
    const struct braintree_options *options = braintree_options();
    if (!options->private_key || !options->private_key[0] || !options->public_key)
        return sl_fail(cx, SL_E_UNSUPPORTED, NULL,
                       "Braintree's webhooks need braintree.public_key and braintree.private_key.");
    const char *list = form_value(cx, webhook, "bt_signature");
    const char *payload = form_value(cx, webhook, "bt_payload");
    if (!list || !list[0] || !payload || !payload[0])
        return refused(cx, "bt_signature or bt_payload is missing");
    const char *signature = signature_find(cx, list);
    if (!signature)
        return refused(cx, "bt_signature is not of this server's public key");
    /* What was signed ends with a new line, which some send without. */
    const char *with_end = sl_format(cx, "%s\n", payload);
    if (!sl_equal_constant_time(signature, signature_of(cx, payload)) &&
        !sl_equal_constant_time(signature, signature_of(cx, with_end)))
        return refused(cx, "bt_signature is not that of bt_payload");
    return SL_OK;
}

/* ---- what it says ---- */

/* Base64 as it was sent: in lines. */
static sl_status notification_read(sl_context *cx, const sl_gateway_webhook *webhook,
                                   struct notification *ret)
{
    const char *payload = form_value(cx, webhook, "bt_payload");
    char *text = sl_copy(cx, payload ? payload : "", payload ? strlen(payload) : 0);
    size_t made = 0;
    for (const char *at = text; *at; at++) {
        if (*at != '\n' && *at != '\r')
            text[made++] = *at;
    }
    text[made] = '\0';
    ret->xml = made > 0 ? (const char *)sl_base64_read(cx, text, &ret->length) : NULL;
    return ret->xml && xml_is_whole(ret->xml, ret->length)
               ? SL_OK
               : sl_fail_param(cx, SL_E_INVALID, NULL, "bt_payload",
                               "bt_payload is no XML document in base64.");
}

static const char *part(sl_context *cx, const struct notification *n, const char *path)
{
    const char *text = xml_text(cx, n->xml, n->length, sl_format(cx, "notification/%s", path));
    return text && text[0] ? text : NULL;
}

/* By which id the API knows a transaction that notifications call by its short one. */
static sl_status reference_find(sl_context *cx, const char *short_id, const char **ret)
{
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_string(out, "id", short_id);
    sl_json_close(out);
    const struct braintree_question question = {
        .text = "($id: ID!) { result: idFromLegacyId(legacyId: $id, type: TRANSACTION) }",
        .variables = out,
    };
    struct braintree_answer answer;
    braintree_ask(cx, &question, &answer);
    *ret = sl_value_string(answer.object, NULL);
    if (answer.kind == ANSWER_DONE && *ret)
        return SL_OK;
    return answer.kind == ANSWER_REFUSED
               ? SL_OK
               : sl_fail(cx, SL_E_UNAVAILABLE, NULL,
                         "Braintree could not be asked which payment this is about.");
}

/* The payment that `path` is about: by our attempt's id, which it carries as its order's, else by the transaction's. */
static sl_status payment_find(sl_context *cx, const struct notification *n, const char *path,
                              const char *kind, sl_gateway_notice *notice)
{
    const char *order = part(cx, n, sl_format(cx, "%s/order-id", path));
    const char *id = part(cx, n, sl_format(cx, "%s/id", path));
    if (begins(order, ATTEMPT))
        notice->attempt = order;
    else if (id) {
        sl_status status = reference_find(cx, id, &notice->reference);
        if (status != SL_OK)
            return status;
    }
    if (notice->attempt || notice->reference)
        notice->kind = kind;
    return SL_OK;
}

static const char *dispute_reason(const char *theirs)
{
    static const struct {
        const char *theirs;
        const char *reason;
    } reasons[] = {
        { "cancelled_recurring_transaction", "subscription_canceled" },
        { "credit_not_processed", "credit_not_processed" },
        { "duplicate", "duplicate" },
        { "fraud", "fraudulent" },
        { "product_not_received", "product_not_received" },
        { "product_unsatisfactory", "product_unacceptable" },
        { "transaction_amount_differs", "general" },
        { "not_recognized", "unrecognized" },
    };
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (same(reasons[i].theirs, theirs))
            return reasons[i].reason;
    }
    return "general";
}

static sl_status dispute_read(sl_context *cx, const struct notification *n, const char *kind,
                              sl_gateway_notice *notice)
{
    bool opened = same(kind, "dispute_opened");
    bool won = same(kind, "dispute_won");
    bool lost = same(kind, "dispute_lost") || same(kind, "dispute_accepted");
    if (!opened && !won && !lost)
        return SL_OK;
    sl_status status = payment_find(cx, n, "subject/dispute/transaction",
                                    opened ? "dispute.created" : "dispute.closed", notice);
    const char *amount = part(cx, n, "subject/dispute/amount");
    const char *currency = part(cx, n, "subject/dispute/currency-iso-code");
    notice->reason = dispute_reason(part(cx, n, "subject/dispute/reason"));
    notice->status = opened ? "needs_response" : won ? "won" : "lost";
    if (!amount || !currency ||
        sl_money_from_major(amount, strlen(amount), currency, &notice->amount) != SL_OK)
        notice->amount = 0;
    return status;
}

static const char *event_id(sl_context *cx, const struct notification *n, const char *kind)
{
    static const char *const subjects[] = { "subject/transaction/id", "subject/dispute/id" };
    for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
        const char *id = part(cx, n, subjects[i]);
        if (id)
            return sl_format(cx, "%s:%s", kind, id);
    }
    return sl_format(cx, "%s:%s", kind, sl_sha256_hex(cx, n->xml, n->length));
}

sl_status braintree_webhook_parse(sl_context *cx, const sl_gateway_webhook *webhook,
                                  sl_gateway_event *ret)
{
    struct notification n = { NULL, 0 };
    sl_status status = notification_read(cx, webhook, &n);
    if (status != SL_OK)
        return status;
    const char *kind = part(cx, &n, "kind");
    if (!kind)
        return sl_fail_param(cx, SL_E_INVALID, NULL, "bt_payload", "The notification has no kind.");
    ret->type = kind;
    ret->id = event_id(cx, &n, kind);
    if (begins(kind, "dispute_"))
        return dispute_read(cx, &n, kind, &ret->notice);
    if (begins(kind, "transaction_"))
        status = payment_find(cx, &n, "subject/transaction", "attempt", &ret->notice);
    if (same(kind, "transaction_settlement_declined"))
        sl_log(cx, SL_LOG_ERROR, "braintree did not settle a payment", "attempt",
               ret->notice.attempt ? ret->notice.attempt : "", "transaction", ret->id);
    return status;
}
