/*
 * gateway_acme_examples.h: what Acme answers, for `stripe-lite plugin check`: the gateway is played to the adapter by it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
static const sl_pair check_options[] = {
    { "secret_key", "key_of_the_check" },
    { "webhook_secret", "webhook_secret_of_the_check" },
    { NULL, NULL },
};

#define SENDS(...) .sends = SL_SENDS("Bearer key_of_the_check", __VA_ARGS__)
#define DONE(id) "{\"id\":\"" id "\",\"status\":\"done\"}"

static const sl_gateway_exchange charge_done[] = {
    { .request = "POST /v1/charges",
      .status = 201,
      .answer = DONE("ch_$(attempt)"),
      SENDS("amount=$(amount)", "currency=$(currency)", "source=$(token)", "capture=true",
            "reference=$(attempt)") },
    SL_EXCHANGES_END,
};
static const sl_gateway_exchange charge_held[] = {
    { .request = "POST /v1/charges",
      .status = 201,
      .answer = DONE("ch_$(attempt)"),
      SENDS("amount=$(amount)", "capture=false") },
    SL_EXCHANGES_END,
};
static const sl_gateway_exchange charge_waits[] = {
    { .request = "POST /v1/charges",
      .status = 202,
      .answer = "{\"id\":\"ch_1\",\"status\":\"waiting\"}" },
    SL_EXCHANGES_END,
};
static const sl_gateway_exchange charge_declined[] = {
    { .request = "POST /v1/charges",
      .status = 402,
      .answer = "{\"id\":\"ch_1\",\"status\":\"declined\",\"reason\":\"no_funds\"}" },
    SL_EXCHANGES_END,
};
static const sl_gateway_exchange charge_declined_oddly[] = {
    { .request = "POST /v1/charges",
      .status = 402,
      .answer = "{\"status\":\"declined\",\"reason\":\"a new word\"}" },
    SL_EXCHANGES_END,
};
static const sl_gateway_exchange captured[] = {
    { .request = "POST /v1/charges/$(original)/captures",
      .status = 201,
      .answer = DONE("cap_1"),
      SENDS("amount=$(amount)", "reference=$(attempt)") },
    SL_EXCHANGES_END,
};
static const sl_gateway_exchange voided[] = {
    { .request = "POST /v1/charges/$(original)/voids",
      .status = 201,
      .answer = DONE("void_1"),
      SENDS("reference=$(attempt)") },
    SL_EXCHANGES_END,
};
static const sl_gateway_exchange refunded[] = {
    { .request = "POST /v1/charges/$(original)/refunds",
      .status = 201,
      .answer = DONE("ref_1"),
      SENDS("amount=$(amount)", "reference=$(attempt)") },
    SL_EXCHANGES_END,
};
static const sl_gateway_exchange found[] = {
    { .request = "GET /v1/operations?reference=$(attempt)",
      .status = 200,
      .answer = "{\"operations\":[" DONE("ch_$(attempt)") "]}" },
    SL_EXCHANGES_END,
};
static const sl_gateway_exchange found_declined[] = {
    { .request = "GET /v1/operations?reference=$(attempt)",
      .status = 200,
      .answer = "{\"operations\":[{\"status\":\"declined\",\"reason\":\"stolen\"}]}" },
    SL_EXCHANGES_END,
};
static const sl_gateway_exchange not_found[] = {
    { .request = "GET /v1/operations?reference=$(attempt)",
      .status = 200,
      .answer = "{\"operations\":[]}" },
    SL_EXCHANGES_END,
};
static const sl_gateway_exchange token_made[] = {
    { .request = "POST /v1/tokens",
      .status = 201,
      .answer = "{\"id\":\"tok_1\",\"brand\":\"visa\",\"last4\":\"4242\",\"fingerprint\":\"f1\"}",
      SENDS("number=4242424242424242", "cvc=7391", "exp_month=12", "exp_year=2040") },
    SL_EXCHANGES_END,
};
static const sl_gateway_exchange token_declined[] = {
    { .request = "POST /v1/tokens",
      .status = 402,
      .answer = "{\"status\":\"declined\",\"reason\":\"wrong_cvc\"}" },
    SL_EXCHANGES_END,
};

static const sl_gateway_example examples[] = {
    { "authorize", "approved", SL_GATEWAY_APPROVED, .exchanges = charge_done,
      .reference = "ch_$(attempt)" },
    { "authorize", "held", SL_GATEWAY_APPROVED, .hold = true, .exchanges = charge_held },
    { "authorize", "still waiting", SL_GATEWAY_PENDING, .exchanges = charge_waits },
    { "authorize", "declined for lack of funds", SL_GATEWAY_DECLINED, .exchanges = charge_declined,
      .code = "card_declined", .decline_code = "insufficient_funds" },
    { "authorize", "declined with a new word", SL_GATEWAY_DECLINED,
      .exchanges = charge_declined_oddly, .code = "card_declined",
      .decline_code = "generic_decline" },
    { "capture", "captured", SL_GATEWAY_APPROVED, .exchanges = captured },
    { "void", "voided", SL_GATEWAY_APPROVED, .exchanges = voided },
    { "refund", "refunded", SL_GATEWAY_APPROVED, .exchanges = refunded },
    { "retrieve", "found", SL_GATEWAY_APPROVED, .exchanges = found, .reference = "ch_$(attempt)" },
    { "retrieve", "found declined", SL_GATEWAY_DECLINED, .exchanges = found_declined,
      .decline_code = "stolen_card" },
    { "retrieve", "not found", SL_GATEWAY_NEVER_HAPPENED, .exchanges = not_found },
    { "tokenize", "taken", SL_GATEWAY_APPROVED, .exchanges = token_made, .reference = "tok_1" },
    { "tokenize", "declined", SL_GATEWAY_DECLINED, .exchanges = token_declined,
      .code = "incorrect_cvc" },
    SL_EXAMPLES_END,
};

static const sl_pair webhook_headers[] = {
    { "Content-Type", "application/json" },
    { "Acme-Signature", "t=1750000000,v1="
                        "1a8e131c5fd34ab571a833a038f685b3877f8423d95ad5c92c8f441a25fc0f74" },
    { NULL, NULL },
};
static const sl_gateway_webhook_example webhooks[] = {
    { .situation = "a charge is done",
      .headers = webhook_headers,
      .signature = "Acme-Signature",
      .now = 1750000010,
      .id = "evt_1",
      .kind = "attempt",
      .attempt = "pay_1",
      .body =
          "{\"id\":\"evt_1\",\"type\":\"charge.done\",\"created\":1750000000,\"reference\":\"pay_1\"}" },
    SL_WEBHOOK_EXAMPLES_END,
};

static const sl_gateway_conformance conformance = {
    .struct_size = sizeof(conformance),
    .options = check_options,
    .key_header = "Idempotency-Key",
    .examples = examples,
    .webhooks = webhooks,
};
