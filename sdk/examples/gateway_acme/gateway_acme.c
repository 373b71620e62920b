/*
 * gateway_acme.c: an adapter to a payment company with a REST interface, whole and short enough to begin from.
 *
 * Acme takes forms, answers in JSON, knows an Idempotency-Key, finds what it did by a reference of ours, and signs its webhooks
 * as "t=SECONDS,v1=HEX". README.md shows its interface, acme.js plays it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <stripe_lite/stripe_lite.h>

struct options {
    const char *api_base;
    const char *secret_key;
    const char *webhook_secret;
};

static const sl_field option_fields[] = {
    SL_STRING(struct options, api_base, .initial = "https://api.acme.example",
              .doc = "Where Acme's interface is"),
    SL_STRING(struct options, secret_key, .secret = true,
              .doc = "The key that requests to Acme carry; without it Acme takes no payments"),
    SL_STRING(struct options, webhook_secret, .secret = true,
              .doc = "The secret that Acme's webhooks are signed with"),
    SL_FIELDS_END,
};

static const struct options *options;

static sl_status start(sl_context *cx, sl_plugin *self)
{
    (void)cx;
    options = sl_options(self);
    return SL_OK;
}

static bool ready(const void *given, bool livemode, bool production)
{
    (void)livemode;
    (void)production;
    return ((const struct options *)given)->secret_key != NULL;
}

/* ---- asking Acme; NULL: `ret` says already what is known, which is that nothing is ---- */

static const sl_value *ask(sl_context *cx, const char *method, const char *path, const char *key,
                           const char *form, sl_gateway_outcome *ret)
{
    const sl_pair headers[] = {
        { "Authorization", sl_format(cx, "Bearer %s", options->secret_key) },
        { "Content-Type", "application/x-www-form-urlencoded" },
        { key ? "Idempotency-Key" : NULL, key },
        { NULL, NULL },
    };
    const sl_http_request request = {
        .struct_size = sizeof(request),
        .method = method,
        .url = sl_format(cx, "%s%s", options->api_base, path),
        .headers = headers,
        .body = form,
        .body_length = form ? strlen(form) : 0,
    };
    return sl_gateway_ask(cx, &request, ret, NULL);
}

static const char *text_at(const sl_value *answer, const char *path)
{
    return sl_value_string(sl_value_at(answer, path), NULL);
}

static bool same(const char *a, const char *b)
{
    return a && strcmp(a, b) == 0;
}

/* Acme's words for a decline, and Stripe's. */
static const struct {
    const char *theirs;
    const char *code;
    const char *decline_code;
} declines[] = {
    { "no_funds", "card_declined", "insufficient_funds" },
    { "expired", "expired_card", "expired_card" },
    { "wrong_cvc", "incorrect_cvc", "incorrect_cvc" },
    { "stolen", "card_declined", "stolen_card" },
    { "declined", "card_declined", "generic_decline" },
};

static sl_status declined(const sl_value *operation, sl_gateway_outcome *ret)
{
    const char *reason = text_at(operation, "reason");
    size_t row = 0;
    while (row + 1 < sizeof(declines) / sizeof(declines[0]) && !same(reason, declines[row].theirs))
        row++;
    ret->kind = SL_GATEWAY_DECLINED;
    ret->reference = text_at(operation, "id");
    ret->code = declines[row].code;
    ret->decline_code = declines[row].decline_code;
    ret->message = "Your card was declined.";
    return SL_OK;
}

/* Only a status that is known says yes or no. */
static sl_status outcome_of(sl_context *cx, const sl_value *operation, sl_gateway_outcome *ret)
{
    const char *status = text_at(operation, "status");
    if (same(status, "declined"))
        return declined(operation, ret);
    ret->reference = text_at(operation, "id");
    if (same(status, "done") && ret->reference)
        ret->kind = SL_GATEWAY_APPROVED;
    else if (same(status, "waiting") && ret->reference)
        ret->kind = SL_GATEWAY_PENDING;
    else
        return sl_gateway_unclear(cx, ret, "Acme's answer has no status that is known.");
    return SL_OK;
}

/* Every request has the amount and our id of the attempt; `more`: what else, as a form, or NULL. */
static sl_status operate(sl_context *cx, const sl_gateway_payment *payment, const char *path,
                         const char *more, sl_gateway_outcome *ret)
{
    const char *amount = sl_format(cx, "%lld", (long long)payment->amount);
    const char *form = sl_form(cx, "amount", amount, "reference", payment->attempt);
    form = more ? sl_format(cx, "%s&%s", form, more) : form;
    const sl_value *answer = ask(cx, "POST", path, payment->idempotency_key, form, ret);
    return answer ? outcome_of(cx, answer, ret) : SL_OK;
}

static sl_status authorize(sl_context *cx, const sl_gateway_payment *payment,
                           sl_gateway_outcome *ret)
{
    const char *more =
        sl_form(cx, "currency", payment->currency, "source", payment->token, "capture",
                payment->capture ? "true" : "false", "description", payment->description);
    return operate(cx, payment, "/v1/charges", more, ret);
}

static sl_status on_charge(sl_context *cx, const sl_gateway_payment *payment, const char *verb,
                           sl_gateway_outcome *ret)
{
    const char *charge = sl_url_encode(cx, payment->original);
    return operate(cx, payment, sl_format(cx, "/v1/charges/%s/%s", charge, verb), NULL, ret);
}

static sl_status capture(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    return on_charge(cx, payment, "captures", ret);
}

static sl_status cancel(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    return on_charge(cx, payment, "voids", ret);
}

static sl_status refund(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    return on_charge(cx, payment, "refunds", ret);
}

/* Acme lists what it did for a reference of ours; once it has taken a request in, it is listed. */
static sl_status retrieve(sl_context *cx, const sl_gateway_payment *payment,
                          sl_gateway_outcome *ret)
{
    const char *path =
        sl_format(cx, "/v1/operations?reference=%s", sl_url_encode(cx, payment->attempt));
    const sl_value *answer = ask(cx, "GET", path, NULL, NULL, ret);
    if (!answer)
        return SL_OK;
    const sl_value *list = sl_value_member(answer, "operations");
    if (sl_value_type(list) != SL_VALUE_ARRAY)
        return sl_gateway_unclear(cx, ret, "Acme's answer has no list of operations.");
    if (sl_value_count(list) > 0)
        return outcome_of(cx, sl_value_item(list, 0, NULL), ret);
    ret->kind = SL_GATEWAY_NEVER_HAPPENED;
    return SL_OK;
}

static sl_status tokenize(sl_context *cx, const sl_gateway_card *card, sl_gateway_token *ret)
{
    const char *month = sl_format(cx, "%d", card->exp_month);
    const char *form = sl_form(cx, "number", card->number, "cvc", card->cvc, "exp_month", month,
                               "exp_year", sl_format(cx, "%d", card->exp_year));
    sl_gateway_outcome outcome = { .struct_size = sizeof(outcome) };
    const sl_value *answer = ask(cx, "POST", "/v1/tokens", NULL, form, &outcome);
    if (!answer)
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The card could not be checked now.");
    if (same(text_at(answer, "status"), "declined")) {
        (void)declined(answer, &outcome);
        sl_status status = sl_fail(cx, SL_E_CARD, outcome.code, "%s", outcome.message);
        sl_error_decline(cx, outcome.decline_code, NULL);
        return status;
    }
    if (!text_at(answer, "id"))
        return sl_fail(cx, SL_E_GATEWAY, NULL, "Acme's answer has no token.");
    ret->token = text_at(answer, "id");
    ret->brand = text_at(answer, "brand");
    ret->last4 = text_at(answer, "last4");
    ret->fingerprint = text_at(answer, "fingerprint");
    ret->exp_month = card->exp_month;
    ret->exp_year = card->exp_year;
    return SL_OK;
}

static sl_status verify_webhook(sl_context *cx, const sl_gateway_webhook *webhook)
{
    return sl_webhook_signature_check(cx, webhook, "Acme-Signature", options->webhook_secret, 300);
}

/* {"id":"evt_1","type":"charge.done","created":1750000000,"reference":"pay_1"}: retrieve finds out the rest. */
static sl_status parse_webhook(sl_context *cx, const sl_gateway_webhook *webhook,
                               sl_gateway_event *ret)
{
    const sl_value *event = NULL;
    sl_status status = sl_json_parse(cx, webhook->body, webhook->body_length, &event);
    if (status != SL_OK)
        return status;
    ret->id = text_at(event, "id");
    ret->type = text_at(event, "type");
    ret->created = sl_value_int(sl_value_member(event, "created"), 0);
    ret->notice.kind = "attempt";
    ret->notice.attempt = text_at(event, "reference");
    return SL_OK;
}

static const sl_gateway_operations operations = {
    .struct_size = sizeof(operations),
    .flags = SL_GATEWAY_CAN_PARTIAL_CAPTURE | SL_GATEWAY_CAN_REFUND_IN_PARTS,
    .authorize = authorize,
    .capture = capture,
    .cancel = cancel,
    .refund = refund,
    .retrieve = retrieve,
    .tokenize = tokenize,
    .verify_webhook = verify_webhook,
    .parse_webhook = parse_webhook,
    .ready = ready,
};

#include "gateway_acme_examples.h"

static const sl_gateway_type gateways[] = {
    { .name = "acme", .operations = &operations, .priority = 10, .conformance = &conformance },
    SL_GATEWAYS_END,
};

SL_PLUGIN(.name = "gateway_acme", .version = "1.0.0", .summary = "Payments through Acme",
          .options = option_fields, .options_size = sizeof(struct options), .gateways = gateways,
          .start = start)
