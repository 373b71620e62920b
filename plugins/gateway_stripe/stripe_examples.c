/*
 * stripe_examples.c: what Stripe answers, for `stripe-lite plugin check`, as Stripe's reference shows it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "stripe_examples.h"

#define INTENTS "/v1/payment_intents"
#define INTENT(status)                                                    \
    "{\"id\":\"pi_1\",\"object\":\"payment_intent\",\"status\":\"" status \
    "\",\"currency\":\"$(currency)\"}"
#define DECLINE(code, decline_code)                                                              \
    "{\"error\":{\"type\":\"card_error\",\"code\":\"" code "\",\"decline_code\":\"" decline_code \
    "\",\"message\":\"Your card was declined.\",\"payment_intent\":{\"id\":\"pi_1\"}}}"
#define ONE(name, ...) \
    static const sl_gateway_exchange name[] = { { __VA_ARGS__ }, SL_EXCHANGES_END }

ONE(succeeded, .request = "POST " INTENTS, .status = 200, .answer = INTENT("succeeded"),
    .sends = SL_SENDS("Bearer sk_test_of_the_check", "amount=$(amount)", "currency=$(currency)",
                      "payment_method=$(token)", "confirm=true", "capture_method=automatic",
                      "metadata%5Bstripe_lite_attempt%5D=$(attempt)"));
ONE(held, .request = "POST " INTENTS, .status = 200, .answer = INTENT("requires_capture"),
    .sends = SL_SENDS("amount=$(amount)", "capture_method=manual"));
ONE(processing, .request = "POST " INTENTS, .status = 200, .answer = INTENT("processing"));
ONE(challenged, .request = "POST " INTENTS, .status = 200,
    .answer =
        "{\"id\":\"pi_1\",\"object\":\"payment_intent\",\"status\":\"requires_action\",\"next_action\":{"
        "\"type\":\"redirect_to_url\",\"redirect_to_url\":{\"url\":\"https://hooks.stripe.com/3d/1\"}}}");
ONE(no_funds, .request = "POST " INTENTS, .status = 402,
    .answer = DECLINE("card_declined", "insufficient_funds"));
ONE(expired, .request = "POST " INTENTS, .status = 402,
    .answer = DECLINE("expired_card", "expired_card"));
ONE(captured, .request = "POST " INTENTS "/$(original)/capture", .status = 200,
    .answer = INTENT("succeeded"), .sends = SL_SENDS("amount_to_capture=$(amount)"));
ONE(canceled, .request = "POST " INTENTS "/$(original)/cancel", .status = 200,
    .answer = INTENT("canceled"));
ONE(refunded, .request = "POST /v1/refunds", .status = 200,
    .answer = "{\"id\":\"re_1\",\"object\":\"refund\",\"status\":\"succeeded\"}",
    .sends = SL_SENDS("amount=$(amount)", "payment_intent=$(original)"));
ONE(refund_pending, .request = "POST /v1/refunds", .status = 200,
    .answer = "{\"id\":\"re_1\",\"object\":\"refund\",\"status\":\"pending\"}");
ONE(refused, .request = "POST " INTENTS, .status = 400,
    .answer = "{\"error\":{\"type\":\"invalid_request_error\",\"message\":\"Not so.\"}}");
ONE(shown, .request = "GET " INTENTS "/$(original)", .status = 200, .answer = INTENT("succeeded"));
ONE(method_made, .request = "POST /v1/payment_methods", .status = 200,
    .answer =
        "{\"id\":\"pm_1\",\"object\":\"payment_method\",\"type\":\"card\",\"card\":{\"brand\":\"visa\","
        "\"last4\":\"4242\",\"exp_month\":12,\"exp_year\":2040,\"fingerprint\":\"print\"}}",
    .sends = SL_SENDS("card%5Bnumber%5D=4242424242424242", "card%5Bcvc%5D=7391"));
ONE(method_refused, .request = "POST /v1/payment_methods", .status = 402,
    .answer = DECLINE("card_declined", "test_mode_live_card"));

static const sl_gateway_example examples[] = {
    { "authorize", "succeeded", SL_GATEWAY_APPROVED, .exchanges = succeeded, .reference = "pi_1" },
    { "authorize", "held", SL_GATEWAY_APPROVED, .hold = true, .exchanges = held },
    { "authorize", "still processed", SL_GATEWAY_PENDING, .exchanges = processing },
    { "authorize", "to be authenticated", SL_GATEWAY_REQUIRES_ACTION, .exchanges = challenged },
    { "authorize", "declined for lack of funds", SL_GATEWAY_DECLINED, .exchanges = no_funds,
      .code = "card_declined", .decline_code = "insufficient_funds" },
    { "authorize", "declined as expired", SL_GATEWAY_DECLINED, .exchanges = expired,
      .code = "expired_card" },
    { "authorize", "refused as such", SL_GATEWAY_NOT_SENT, .exchanges = refused },
    { "capture", "captured", SL_GATEWAY_APPROVED, .exchanges = captured },
    { "void", "canceled", SL_GATEWAY_APPROVED, .exchanges = canceled },
    { "refund", "refunded", SL_GATEWAY_APPROVED, .exchanges = refunded, .reference = "re_1" },
    { "refund", "still on its way", SL_GATEWAY_PENDING, .exchanges = refund_pending },
    { "retrieve", "asked again under its key", SL_GATEWAY_APPROVED, .exchanges = succeeded,
      .reference = "pi_1" },
    { "retrieve", "asked again and refused", SL_GATEWAY_NEVER_HAPPENED, .exchanges = refused },
    { "retrieve", "a capture that was carried out", SL_GATEWAY_APPROVED, .exchanges = shown,
      .of = "capture", .original = "pi_$(attempt)", .reference = "pi_1" },
    { "tokenize", "taken", SL_GATEWAY_APPROVED, .exchanges = method_made },
    { "tokenize", "refused", SL_GATEWAY_DECLINED, .exchanges = method_refused,
      .decline_code = "test_mode_live_card" },
    SL_EXAMPLES_END,
};

static const sl_pair options[] = {
    { "secret_key", "sk_test_of_the_check" },
    { "webhook_secret", "whsec_of_the_check" },
    { NULL, NULL },
};

static const sl_pair headers[] = {
    { "Content-Type", "application/json" },
    { "Stripe-Signature",
      "t=1750000000,v1=133af4be0ef903480ade14a638bc903c353de02b8b483bde9c5fb42e02861e61" },
    { NULL, NULL },
};

static const sl_gateway_webhook_example webhooks[] = {
    { .situation = "a payment succeeded",
      .headers = headers,
      .signature = "Stripe-Signature",
      .now = 1750000010,
      .id = "evt_1",
      .kind = "attempt",
      .attempt = "pay_1",
      .reference = "pi_1",
      .body =
          "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"payment_intent.succeeded\",\"created\":1750000000,\"livemode\":false,\"data\":{\"object\":{\"id\":\"pi_1\",\"object\":\"payment_intent\",\"status\":\"succeeded\",\"metadata\":{\"stripe_lite_attempt\":\"pay_1\"}}}}" },
    SL_WEBHOOK_EXAMPLES_END,
};

const sl_gateway_conformance stripe_conformance = {
    .struct_size = sizeof(stripe_conformance),
    .options = options,
    .key_header = "Idempotency-Key",
    .token = "pm_1",
    .examples = examples,
    .webhooks = webhooks,
};
