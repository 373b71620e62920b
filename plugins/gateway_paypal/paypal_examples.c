/*
 * paypal_examples.c: what PayPal answers, for `stripe-lite plugin check`, as PayPal's reference shows it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "paypal_examples.h"

#define ORDERS "/v2/checkout/orders"
#define PAYMENTS "/v2/payments/"
#define ORDER(status, payments)                          \
    "{\"id\":\"5O190127TN364715T\",\"status\":\"" status \
    "\",\"purchase_units\":[{\"custom_id\":\"$(attempt)\",\"payments\":{" payments "}}]}"
#define CAPTURE(status, more) \
    "{\"id\":\"3C679366HH908993F\",\"status\":\"" status "\",\"invoice_id\":\"$(attempt)\"" more "}"
#define AUTHORIZATION(status) "{\"id\":\"0VF52814937998046\",\"status\":\"" status "\"}"
#define REFUND(status) \
    "{\"id\":\"1JU08902781691411\",\"status\":\"" status "\",\"invoice_id\":\"$(attempt)\"}"
#define REFUSAL(name, issue)                                                                     \
    "{\"name\":\"" name "\",\"message\":\"The request could not be carried out.\",\"debug_id\":" \
    "\"b1d1f06c7246c\",\"details\":[{\"issue\":\"" issue "\",\"description\":\"Not so.\"}]}"
#define SEMANTIC(issue) REFUSAL("UNPROCESSABLE_ENTITY", issue)
#define ONE(name, ...) \
    static const sl_gateway_exchange name[] = { { __VA_ARGS__ }, SL_EXCHANGES_END }
/* An operation on an order begins with a look at it. */
#define ON_ORDER(name, shown, ...)                                                         \
    static const sl_gateway_exchange name[] = { { .request = "GET " ORDERS "/$(original)", \
                                                  .status = 200,                           \
                                                  .answer = shown,                         \
                                                  .flags = SL_EXCHANGE_HARMLESS },         \
                                                { __VA_ARGS__ },                           \
                                                SL_EXCHANGES_END }
#define AUTHORIZED ORDER("COMPLETED", "\"authorizations\":[" AUTHORIZATION("CREATED") "]")
#define PAID                                                                                   \
    ORDER("COMPLETED", "\"captures\":[{\"id\":\"3C679366HH908993F\",\"status\":\"COMPLETED\"," \
                       "\"invoice_id\":\"pay_1\"}]")

ONE(access, .request = "POST /v1/oauth2/token", .status = 200,
    .answer = "{\"access_token\":\"A21AAFEpH4PsADK7qSS7pSRsgz\",\"token_type\":\"Bearer\","
              "\"expires_in\":32400}",
    .sends = SL_SENDS("grant_type=client_credentials"));

ONE(completed, .request = "POST " ORDERS, .status = 201,
    .answer = ORDER("COMPLETED", "\"captures\":[" CAPTURE("COMPLETED", "") "]"),
    .sends = SL_SENDS("Bearer A21AAFEpH4PsADK7qSS7pSRsgz", "\"value\":\"$(major)\"",
                      "\"currency_code\":\"$(CURRENCY)\"", "\"intent\":\"CAPTURE\"",
                      "\"vault_id\":\"8kk8451t\"", "\"custom_id\":\"$(attempt)\"",
                      "\"invoice_id\":\"$(attempt)\""));
ONE(held, .request = "POST " ORDERS, .status = 201, .answer = AUTHORIZED,
    .sends = SL_SENDS("\"value\":\"$(major)\"", "\"intent\":\"AUTHORIZE\""));
ONE(pending, .request = "POST " ORDERS, .status = 201,
    .answer = ORDER("COMPLETED", "\"captures\":[" CAPTURE("PENDING", "") "]"));
ONE(challenged, .request = "POST " ORDERS, .status = 201,
    .answer =
        "{\"id\":\"5O190127TN364715T\",\"status\":\"PAYER_ACTION_REQUIRED\",\"links\":[{\"rel\":\"self\","
        "\"href\":\"https://api.paypal.com/v2/checkout/orders/5O190127TN364715T\"},{\"rel\":"
        "\"payer-action\",\"href\":\"https://www.paypal.com/webapps/helios?action=verify\"}]}",
    .sends = SL_SENDS("\"return_url\":\"http://127.0.0.1/returned\""));
ONE(no_funds, .request = "POST " ORDERS, .status = 201,
    .answer = ORDER("COMPLETED",
                    "\"captures\":[" CAPTURE(
                        "DECLINED", ",\"processor_response\":{\"response_code\":\"5120\"}") "]"));
ONE(instrument, .request = "POST " ORDERS, .status = 422,
    .answer = SEMANTIC("INSTRUMENT_DECLINED"));
ONE(expired, .request = "POST " ORDERS, .status = 422, .answer = SEMANTIC("CARD_EXPIRED"));
ONE(unapproved, .request = "POST " ORDERS, .status = 422, .answer = SEMANTIC("ORDER_NOT_APPROVED"));
ONE(duplicate, .request = "POST " ORDERS, .status = 422,
    .answer = SEMANTIC("DUPLICATE_INVOICE_ID"));
ONE(malformed, .request = "POST " ORDERS, .status = 400,
    .answer = REFUSAL("INVALID_REQUEST", "INVALID_PARAMETER_SYNTAX"));

ON_ORDER(captured, AUTHORIZED,
         .request = "POST " PAYMENTS "authorizations/0VF52814937998046/capture", .status = 201,
         .answer = CAPTURE("COMPLETED", ""),
         .sends = SL_SENDS("\"value\":\"$(major)\"", "\"invoice_id\":\"$(attempt)\"",
                           "\"final_capture\":true"));
ON_ORDER(voided, AUTHORIZED, .request = "POST " PAYMENTS "authorizations/0VF52814937998046/void",
         .status = 200, .answer = AUTHORIZATION("VOIDED"));
ON_ORDER(refunded, PAID, .request = "POST " PAYMENTS "captures/3C679366HH908993F/refund",
         .status = 201, .answer = REFUND("COMPLETED"),
         .sends = SL_SENDS("\"value\":\"$(major)\"", "\"invoice_id\":\"$(attempt)\""));
ON_ORDER(refund_pending, PAID, .request = "POST " PAYMENTS "captures/3C679366HH908993F/refund",
         .status = 201, .answer = REFUND("PENDING"));
ON_ORDER(refund_too_late, PAID, .request = "POST " PAYMENTS "captures/3C679366HH908993F/refund",
         .status = 422, .answer = SEMANTIC("REFUND_TIME_LIMIT_EXCEEDED"));

ONE(capture_shown, .request = "GET " ORDERS "/$(original)", .status = 200,
    .answer = ORDER("COMPLETED", "\"authorizations\":[" AUTHORIZATION(
                                     "CAPTURED") "],\"captures\":[" CAPTURE("COMPLETED", "") "]"));
ONE(voided_shown, .request = "GET " ORDERS "/$(original)", .status = 200,
    .answer = ORDER("COMPLETED", "\"authorizations\":[" AUTHORIZATION("VOIDED") "]"));

#define CARD \
    "\"payment_source\":{\"card\":{\"brand\":\"VISA\",\"last_digits\":\"4242\",\"expiry\":\"2040-12\"}}"
static const sl_gateway_exchange kept[] = {
    { .request = "POST /v3/vault/setup-tokens",
      .status = 201,
      .answer = "{\"id\":\"5C991763VB2781612\",\"status\":\"APPROVED\"," CARD "}",
      .sends = SL_SENDS("\"number\":\"4242424242424242\"", "\"security_code\":\"7391\"",
                        "\"expiry\":\"2040-12\"") },
    { .request = "POST /v3/vault/payment-tokens",
      .status = 201,
      .answer = "{\"id\":\"8kk8451t\"," CARD "}",
      .sends = SL_SENDS("\"id\":\"5C991763VB2781612\"", "\"type\":\"SETUP_TOKEN\"") },
    SL_EXCHANGES_END,
};
ONE(not_kept, .request = "POST /v3/vault/setup-tokens", .status = 422,
    .answer = SEMANTIC("INVALID_CARD_NUMBER"));

static const sl_gateway_example examples[] = {
    { "authorize", "captured at once", SL_GATEWAY_APPROVED, .exchanges = completed,
      .reference = "5O190127TN364715T" },
    { "authorize", "held", SL_GATEWAY_APPROVED, .hold = true, .exchanges = held },
    { "authorize", "held for a review", SL_GATEWAY_PENDING, .exchanges = pending },
    { "authorize", "to be authenticated", SL_GATEWAY_REQUIRES_ACTION, .exchanges = challenged },
    { "authorize", "declined for lack of funds", SL_GATEWAY_DECLINED, .exchanges = no_funds,
      .code = "card_declined", .decline_code = "insufficient_funds" },
    { "authorize", "declined as such", SL_GATEWAY_DECLINED, .exchanges = instrument,
      .code = "card_declined", .decline_code = "generic_decline" },
    { "authorize", "declined as expired", SL_GATEWAY_DECLINED, .exchanges = expired,
      .code = "expired_card" },
    { "authorize", "not approved by the payer", SL_GATEWAY_DECLINED, .exchanges = unapproved,
      .code = "authentication_required" },
    { "authorize", "an invoice that was paid before", SL_GATEWAY_UNKNOWN, .exchanges = duplicate },
    { "authorize", "refused as such", SL_GATEWAY_NOT_SENT, .exchanges = malformed },
    { "capture", "captured", SL_GATEWAY_APPROVED, .exchanges = captured },
    { "void", "voided", SL_GATEWAY_APPROVED, .exchanges = voided },
    { "refund", "refunded", SL_GATEWAY_APPROVED, .exchanges = refunded,
      .reference = "1JU08902781691411" },
    { "refund", "on its way", SL_GATEWAY_PENDING, .exchanges = refund_pending },
    { "refund", "too late", SL_GATEWAY_NOT_SENT, .exchanges = refund_too_late },
    { "retrieve", "asked again under its key", SL_GATEWAY_APPROVED, .exchanges = completed,
      .reference = "5O190127TN364715T" },
    { "retrieve", "asked again and refused", SL_GATEWAY_NEVER_HAPPENED, .exchanges = malformed },
    { "retrieve", "a capture that was carried out", SL_GATEWAY_APPROVED, .exchanges = capture_shown,
      .of = "capture", .original = "order_$(attempt)", .reference = "3C679366HH908993F" },
    { "retrieve", "a void that was carried out", SL_GATEWAY_APPROVED, .exchanges = voided_shown,
      .of = "void", .original = "order_$(attempt)" },
    { "tokenize", "kept in the vault", SL_GATEWAY_APPROVED, .exchanges = kept,
      .reference = "card:8kk8451t" },
    { "tokenize", "refused", SL_GATEWAY_DECLINED, .exchanges = not_kept, .code = "invalid_number" },
    SL_EXAMPLES_END,
};

static const sl_pair options[] = {
    { "client_id", "client_of_the_check" },
    { "client_secret", "secret_of_the_check" },
    { "webhook_id", "7AB67523TN364715A" },
    { NULL, NULL },
};

static const sl_pair headers[] = {
    { "Content-Type", "application/json" },
    { "PAYPAL-TRANSMISSION-ID", "69cd13f0-d67a-11e5-baa3-778b53f4ae55" },
    { "PAYPAL-TRANSMISSION-TIME", "2026-01-31T12:00:00Z" },
    { "PAYPAL-TRANSMISSION-SIG",
      "lmI95Jx3Y9nhR5SJWlHVIWpg4AgFk7n9bCHSRxbrd8A9zrhdu2rMyFrmz+Zjh3s3" },
    { "PAYPAL-CERT-URL", "https://api.paypal.com/v1/notifications/certs/CERT-360caa42" },
    { "PAYPAL-AUTH-ALGO", "SHA256withRSA" },
    { NULL, NULL },
};

#define VERIFY "POST /v1/notifications/verify-webhook-signature"
ONE(theirs, .request = VERIFY, .status = 200, .answer = "{\"verification_status\":\"SUCCESS\"}",
    .sends = SL_SENDS("\"webhook_id\":\"7AB67523TN364715A\""));
ONE(forged, .request = VERIFY, .status = 200, .answer = "{\"verification_status\":\"FAILURE\"}");

static const sl_gateway_webhook_example webhooks[] = {
    { .situation = "a payment was captured",
      .headers = headers,
      .signature = "PAYPAL-TRANSMISSION-SIG",
      .exchanges = theirs,
      .refusals = forged,
      .id = "WH-58D329510W468432D-8HN650336L201105X",
      .kind = "attempt",
      .attempt = "pay_1",
      .reference = "5O190127TN364715T",
      .body =
          "{\"id\":\"WH-58D329510W468432D-8HN650336L201105X\",\"create_time\":"
          "\"2026-01-31T11:59:58.596Z\",\"resource_type\":\"capture\",\"event_type\":"
          "\"PAYMENT.CAPTURE.COMPLETED\",\"resource\":{\"id\":\"3C679366HH908993F\",\"status\":"
          "\"COMPLETED\",\"custom_id\":\"pay_1\",\"invoice_id\":\"pay_1\",\"supplementary_data\":{"
          "\"related_ids\":{\"order_id\":\"5O190127TN364715T\"}}}}" },
    SL_WEBHOOK_EXAMPLES_END,
};

const sl_gateway_conformance paypal_conformance = {
    .struct_size = sizeof(paypal_conformance),
    .options = options,
    .key_header = "PayPal-Request-Id",
    .token = "card:8kk8451t",
    .exchanges = access,
    .examples = examples,
    .webhooks = webhooks,
};
