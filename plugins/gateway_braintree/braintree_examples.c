/*
 * braintree_examples.c: what Braintree answers, for `stripe-lite plugin check`, as its guides show it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "braintree_examples.h"

#define GRAPHQL "POST /graphql"
#define DATA(result) "{\"data\":{\"result\":" result "},\"extensions\":{\"requestId\":\"r1\"}}"
#define AMOUNT "\"amount\":{\"value\":\"$(major)\",\"currencyCode\":\"$(CURRENCY)\"}"
#define OBJECT(type, id, order, status, more)                             \
    "{\"__typename\":\"" type "\",\"id\":\"" id "\",\"orderId\":\"" order \
    "\",\"status\":\"" status "\"," AMOUNT more "}"
#define SALE(status, more) OBJECT("Transaction", "dHJhbnNhY3Rpb25fMQ", "$(attempt)", status, more)
#define OF(status, more) OBJECT("Transaction", "$(original)", "pay_first", status, more)
#define PAYLOAD(object) DATA("{\"transaction\":" object "}")
#define HISTORY(event) ",\"statusHistory\":[{" event "}]"
#define ERROR(class, code, message)                                           \
    "{\"data\":{\"result\":null},\"errors\":[{\"message\":\"" message         \
    "\",\"extensions\":{\"errorType\":\"user_error\",\"errorClass\":\"" class \
        "\",\"legacyCode\":\"" code "\"}}],\"extensions\":{\"requestId\":\"r1\"}}"

/* public_key_of_the_check:private_key_of_the_check */
#define BASIC "Basic cHVibGljX2tleV9vZl90aGVfY2hlY2s6cHJpdmF0ZV9rZXlfb2ZfdGhlX2NoZWNr"
#define ONE(name, ...)                                                       \
    static const sl_gateway_exchange name[] = {                              \
        { .request = GRAPHQL, .status = 200, __VA_ARGS__ }, SL_EXCHANGES_END \
    }
#define TWO(name, first, second)                                 \
    static const sl_gateway_exchange name[] = {                  \
        { .request = GRAPHQL, .status = 200, .answer = first },  \
        { .request = GRAPHQL, .status = 200, .answer = second }, \
        SL_EXCHANGES_END                                         \
    }

ONE(charged, .answer = PAYLOAD(SALE("SUBMITTED_FOR_SETTLEMENT", "")),
    .sends = SL_SENDS(BASIC, "Braintree-Version: 2019-01-01", "chargePaymentMethod",
                      "\"paymentMethodId\":\"$(token)\"", "\"amount\":\"$(major)\"",
                      "\"orderId\":\"$(attempt)\"", "\"clientMutationId\":\"$(key)\"",
                      "\"merchantAccountId\":\"account_$(currency)\""));
ONE(held, .answer = PAYLOAD(SALE("AUTHORIZED", "")),
    .sends = SL_SENDS("authorizePaymentMethod", "\"amount\":\"$(major)\""));
ONE(authorizing, .answer = PAYLOAD(SALE("AUTHORIZING", "")));
ONE(no_funds,
    .answer = PAYLOAD(SALE("PROCESSOR_DECLINED",
                           HISTORY("\"status\":\"PROCESSOR_DECLINED\",\"declineType\":\"SOFT\","
                                   "\"processorResponse\":{\"legacyCode\":\"2001\"}"))));
ONE(expired,
    .answer = PAYLOAD(SALE("PROCESSOR_DECLINED",
                           HISTORY("\"status\":\"PROCESSOR_DECLINED\",\"declineType\":\"HARD\","
                                   "\"processorResponse\":{\"legacyCode\":\"2004\"}"))));
ONE(new_code, .answer = PAYLOAD(SALE("PROCESSOR_DECLINED",
                                     HISTORY("\"status\":\"PROCESSOR_DECLINED\","
                                             "\"processorResponse\":{\"legacyCode\":\"2998\"}"))));
ONE(rejected,
    .answer = PAYLOAD(SALE("GATEWAY_REJECTED", HISTORY("\"status\":\"GATEWAY_REJECTED\","
                                                       "\"gatewayRejectionReason\":\"CVV\""))));
ONE(failed, .answer = PAYLOAD(SALE("FAILED", HISTORY("\"status\":\"FAILED\""))));
ONE(refused,
    .answer = ERROR("VALIDATION", "91565", "Unknown or expired single-use payment method."));
ONE(no_rights, .answer = ERROR("AUTHORIZATION", "", "Not allowed."));
ONE(no_keys, .answer = ERROR("AUTHENTICATION", "", "Not you."));
ONE(broken_inside, .answer = ERROR("INTERNAL", "", "Something broke."));
ONE(not_there, .answer = ERROR("SERVICE_AVAILABILITY", "", "Later."));
ONE(not_shown,
    .answer = "{\"data\":{\"result\":null},\"errors\":[{\"message\":\"Not for you.\",\"path\":["
              "\"result\",\"transaction\"],\"extensions\":{\"errorClass\":\"AUTHORIZATION\"}}]}");
ONE(new_class, .answer = ERROR("A_NEW_CLASS", "", "A new class."));
ONE(captured, .answer = PAYLOAD(OF("SUBMITTED_FOR_SETTLEMENT", "")),
    .sends = SL_SENDS("captureTransaction", "\"transactionId\":\"$(original)\"",
                      "\"amount\":\"$(major)\"", "\"clientMutationId\":\"$(key)\""));
TWO(captured_before, ERROR("VALIDATION", "91507", "Not authorized."), DATA(OF("SETTLED", "")));
TWO(expired_before, ERROR("VALIDATION", "91507", "Not authorized."),
    DATA(OF("AUTHORIZATION_EXPIRED", "")));
ONE(voided, .answer = DATA("{\"reversal\":" OF("VOIDED", "") "}"),
    .sends = SL_SENDS("reverseTransaction", "\"transactionId\":\"$(original)\""));
ONE(refunded,
    .answer = DATA("{\"refund\":" OBJECT("Refund", "cmVmdW5kXzE", "$(attempt)",
                                         "SUBMITTED_FOR_SETTLEMENT", "") "}"),
    .sends = SL_SENDS("refundTransaction", "\"transactionId\":\"$(original)\"",
                      "\"amount\":\"$(major)\"", "\"orderId\":\"$(attempt)\""));
static const sl_gateway_exchange voided_whole[] = {
    { .request = GRAPHQL, .status = 200, .answer = ERROR("VALIDATION", "91506", "Not settled.") },
    { .request = GRAPHQL,
      .status = 200,
      .answer = DATA(OF("SUBMITTED_FOR_SETTLEMENT", "")),
      .flags = SL_EXCHANGE_HARMLESS },
    { .request = GRAPHQL,
      .status = 200,
      .answer = DATA("{\"reversal\":" OF("VOIDED", "") "}"),
      .sends = SL_SENDS("reverseTransaction") },
    SL_EXCHANGES_END,
};
TWO(refunded_before, ERROR("VALIDATION", "91512", "Already refunded."),
    DATA(OF("SETTLED",
            ",\"refunds\":[" OBJECT("Refund", "cmVmdW5kXzE", "$(attempt)", "SETTLED", "") "]")));
#define FOUND(...) DATA("{\"transactions\":{\"edges\":[" __VA_ARGS__ "]}}")
ONE(found, .answer = FOUND("{\"node\":" SALE("SETTLING", "") "}"),
    .sends = SL_SENDS("transactions", "\"is\":\"$(attempt)\""));
ONE(found_declined,
    .answer = FOUND("{\"node\":" SALE(
        "PROCESSOR_DECLINED", HISTORY("\"status\":\"PROCESSOR_DECLINED\","
                                      "\"processorResponse\":{\"legacyCode\":\"2013\"}")) "}"));
ONE(not_found_yet, .answer = FOUND(""));
ONE(of_another, .answer = FOUND("{\"node\":" OBJECT("Transaction", "dHJhbnNhY3Rpb25fMg",
                                                    "pay_other", "SETTLED", "") "}"));
ONE(shown, .answer = DATA(OF("SETTLED", "")));
#define CARD                                                                          \
    "{\"paymentMethod\":{\"id\":\"tokencc_1\",\"usage\":\"SINGLE_USE\",\"details\":{" \
    "\"__typename\":\"CreditCardDetails\",\"brandCode\":\"VISA\",\"last4\":\"4242\"," \
    "\"expirationMonth\":\"12\",\"expirationYear\":\"2040\"}}}"
ONE(card_taken, .answer = DATA(CARD),
    .sends = SL_SENDS("tokenizeCreditCard", "\"number\":\"4242424242424242\"", "\"cvv\":\"7391\""));
ONE(card_refused, .answer = ERROR("VALIDATION", "81715", "Credit card number is invalid."));

static const sl_gateway_example examples[] = {
    { "authorize", "charged", SL_GATEWAY_APPROVED, .exchanges = charged,
      .reference = "dHJhbnNhY3Rpb25fMQ" },
    { "authorize", "held", SL_GATEWAY_APPROVED, .hold = true, .exchanges = held },
    { "authorize", "still at the processor", SL_GATEWAY_PENDING, .exchanges = authorizing },
    { "authorize", "declined for lack of funds", SL_GATEWAY_DECLINED, .exchanges = no_funds,
      .code = "card_declined", .decline_code = "insufficient_funds" },
    { "authorize", "declined as expired", SL_GATEWAY_DECLINED, .exchanges = expired,
      .code = "expired_card" },
    { "authorize", "declined with a new code", SL_GATEWAY_DECLINED, .exchanges = new_code,
      .code = "card_declined", .decline_code = "generic_decline" },
    { "authorize", "rejected by the gateway", SL_GATEWAY_DECLINED, .exchanges = rejected,
      .code = "incorrect_cvc" },
    { "authorize", "failed at the processor", SL_GATEWAY_DECLINED, .exchanges = failed,
      .code = "processing_error" },
    { "authorize", "refused as such", SL_GATEWAY_NOT_SENT, .exchanges = refused },
    { "authorize", "without the rights", SL_GATEWAY_NOT_SENT, .exchanges = no_rights },
    { "authorize", "with wrong keys", SL_GATEWAY_NOT_SENT, .exchanges = no_keys },
    { "authorize", "an error inside", SL_GATEWAY_UNKNOWN, .exchanges = broken_inside },
    { "authorize", "a service that is away", SL_GATEWAY_UNKNOWN, .exchanges = not_there },
    { "authorize", "carried out and not shown", SL_GATEWAY_UNKNOWN, .exchanges = not_shown },
    { "authorize", "an error nobody knows", SL_GATEWAY_UNKNOWN, .exchanges = new_class },
    { "capture", "captured", SL_GATEWAY_APPROVED, .exchanges = captured },
    { "capture", "captured before", SL_GATEWAY_APPROVED, .exchanges = captured_before },
    { "capture", "run out before", SL_GATEWAY_DECLINED, .exchanges = expired_before,
      .code = "charge_expired_for_capture" },
    { "void", "voided", SL_GATEWAY_APPROVED, .exchanges = voided },
    { "refund", "refunded", SL_GATEWAY_APPROVED, .exchanges = refunded,
      .reference = "cmVmdW5kXzE" },
    { "refund", "voided, for it had not settled", SL_GATEWAY_APPROVED, .exchanges = voided_whole },
    { "refund", "refunded before", SL_GATEWAY_APPROVED, .exchanges = refunded_before },
    { "retrieve", "found by the attempt's id", SL_GATEWAY_APPROVED, .exchanges = found,
      .reference = "dHJhbnNhY3Rpb25fMQ" },
    { "retrieve", "found declined", SL_GATEWAY_DECLINED, .exchanges = found_declined,
      .decline_code = "stolen_card" },
    { "retrieve", "not found yet", SL_GATEWAY_UNKNOWN, .exchanges = not_found_yet },
    { "retrieve", "somebody else's", SL_GATEWAY_UNKNOWN, .exchanges = of_another },
    { "retrieve", "a capture that was carried out", SL_GATEWAY_APPROVED, .exchanges = shown,
      .of = "capture", .original = "of_$(attempt)" },
    { "tokenize", "taken", SL_GATEWAY_APPROVED, .exchanges = card_taken },
    { "tokenize", "refused", SL_GATEWAY_DECLINED, .exchanges = card_refused,
      .code = "card_declined" },
    SL_EXAMPLES_END,
};

static const sl_pair options[] = {
    { "merchant_id", "merchant_of_the_check" },
    { "public_key", "public_key_of_the_check" },
    { "private_key", "private_key_of_the_check" },
    { "merchant_accounts", "usd=account_usd,eur=account_eur,jpy=account_jpy,kwd=account_kwd" },
    { NULL, NULL },
};

static const sl_pair headers[] = {
    { "Content-Type", "application/x-www-form-urlencoded" },
    { NULL, NULL },
};

static const sl_gateway_webhook_example webhooks[] = {
    { .situation = "a payment settled",
      .headers = headers,
      .id = "transaction_settled:abc123",
      .kind = "attempt",
      .attempt = "pay_1",
      .body =
          "bt_signature=other_key%7C00%26public_key_of_the_check%7C90104a1397f14a5df5a29de59e548969e1e50d86&bt_payload="
          "PG5vdGlmaWNhdGlvbj4KICA8dGltZXN0YW1wIHR5cGU9ImRhdGV0aW1lIj4yMDI2LTExLTI5VDA4%0A"
          "OjAwOjAwWjwvdGltZXN0YW1wPgogIDxraW5kPnRyYW5zYWN0aW9uX3NldHRsZWQ8L2tpbmQ%2BCiAg%0A"
          "PHN1YmplY3Q%2BCiAgICA8dHJhbnNhY3Rpb24%2BCiAgICAgIDxpZD5hYmMxMjM8L2lkPgogICAgICA8%0A"
          "c3RhdHVzPnNldHRsZWQ8L3N0YXR1cz4KICAgICAgPHR5cGU%2Bc2FsZTwvdHlwZT4KICAgICAgPGN1%0A"
          "cnJlbmN5LWlzby1jb2RlPlVTRDwvY3VycmVuY3ktaXNvLWNvZGU%2BCiAgICAgIDxhbW91bnQ%2BMTku%0A"
          "OTk8L2Ftb3VudD4KICAgICAgPG9yZGVyLWlkPnBheV8xPC9vcmRlci1pZD4KICAgIDwvdHJhbnNh%0A"
          "Y3Rpb24%2BCiAgPC9zdWJqZWN0Pgo8L25vdGlmaWNhdGlvbj4K%0A" },
    { .situation = "a dispute opened",
      .headers = headers,
      .id = "dispute_opened:dispute1",
      .kind = "dispute.created",
      .reference = "dHJhbnNhY3Rpb25fYWJjMTIz",
      .exchanges =
          (const sl_gateway_exchange[]){
              { .request = GRAPHQL, .status = 200, .answer = DATA("\"dHJhbnNhY3Rpb25fYWJjMTIz\"") },
              SL_EXCHANGES_END },
      .body =
          "bt_signature=public_key_of_the_check%7C0357221d6ade853e74dfabe0127b4ce3e2a62d64&bt_payload="
          "PG5vdGlmaWNhdGlvbj4KICA8dGltZXN0YW1wIHR5cGU9ImRhdGV0aW1lIj4yMDI2LTExLTI5VDA4%0A"
          "OjAwOjAwWjwvdGltZXN0YW1wPgogIDxraW5kPmRpc3B1dGVfb3BlbmVkPC9raW5kPgogIDxzdWJq%0A"
          "ZWN0PgogICAgPGRpc3B1dGU%2BCiAgICAgIDxhbW91bnQ%2BMjUwLjAwPC9hbW91bnQ%2BCiAgICAgIDxj%0A"
          "dXJyZW5jeS1pc28tY29kZT5VU0Q8L2N1cnJlbmN5LWlzby1jb2RlPgogICAgICA8a2luZD5jaGFy%0A"
          "Z2ViYWNrPC9raW5kPgogICAgICA8c3RhdHVzPm9wZW48L3N0YXR1cz4KICAgICAgPHJlYXNvbj5m%0A"
          "cmF1ZDwvcmVhc29uPgogICAgICA8aWQ%2BZGlzcHV0ZTE8L2lkPgogICAgICA8dHJhbnNhY3Rpb24%2B%0A"
          "CiAgICAgICAgPGlkPmFiYzEyMzwvaWQ%2BCiAgICAgICAgPGFtb3VudD4yNTAuMDA8L2Ftb3VudD4K%0A"
          "ICAgICAgPC90cmFuc2FjdGlvbj4KICAgIDwvZGlzcHV0ZT4KICA8L3N1YmplY3Q%2BCjwvbm90aWZp%0A"
          "Y2F0aW9uPgo%3D%0A" },
    SL_WEBHOOK_EXAMPLES_END,
};

const sl_gateway_conformance braintree_conformance = {
    .struct_size = sizeof(braintree_conformance),
    .options = options,
    .token = "tokencc_check",
    .examples = examples,
    .webhooks = webhooks,
};
