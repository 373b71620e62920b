/*
 * braintree_requests.c: GraphQL documents.
 *
 * Sources: Braintree's guides "Transactions" and "Searching for Objects", and the reference of the types that are named here.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "braintree_requests.h"

#include <string.h>

#include "braintree_options.h"

#define AMOUNT "amount { value currencyCode }"
#define RESPONSE "processorResponse { legacyCode message cvvResponse }"
#define HISTORY                                                                            \
    "statusHistory { __typename status"                                                    \
    " ... on AuthorizedEvent { " RESPONSE " }"                                             \
    " ... on ProcessorDeclinedEvent { declineType " RESPONSE " networkResponse { code } }" \
    " ... on GatewayRejectedEvent { gatewayRejectionReason " RESPONSE " }"                 \
    " ... on FailedEvent { " RESPONSE " } }"
#define REFUND "__typename id orderId status " AMOUNT
#define TRANSACTION \
    "__typename id orderId status " AMOUNT " paymentMethod { id } refunds { " REFUND " } " HISTORY

#define PAYING(mutation, type)                                                               \
    "($input: " type "!) { result: " mutation "(input: $input) { transaction { " TRANSACTION \
    " } } }"

static bool is(const sl_gateway_payment *payment, const char *operation)
{
    return payment->operation && strcmp(payment->operation, operation) == 0;
}

static void ask(const sl_gateway_payment *payment, bool moves, const char *text, sl_json *variables,
                struct braintree_question *ret)
{
    *ret = (struct braintree_question){
        .moves = moves, .key = payment->idempotency_key, .text = text, .variables = variables
    };
}

/* {"input": {"clientMutationId": ..., and what follows until `variables_end`. */
static sl_json *variables_begin(sl_context *cx, const sl_gateway_payment *payment)
{
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_open(out, "input");
    sl_json_string(out, "clientMutationId", payment->idempotency_key);
    return out;
}

static sl_json *variables_end(sl_json *out)
{
    sl_json_close(out);
    sl_json_close(out);
    return out;
}

static void amount_add(sl_context *cx, const sl_gateway_payment *payment, sl_json *out)
{
    sl_json_string(out, "amount", sl_money_decimal(cx, payment->amount, payment->currency));
}

/* ---- what moves money ---- */

static sl_status authorize_request(sl_context *cx, const sl_gateway_payment *payment,
                                   const char *method, struct braintree_question *ret)
{
    const char *account = braintree_account(cx, payment->currency);
    if (!account)
        return sl_fail_param(cx, SL_E_INVALID, "currency_not_supported", "currency",
                             "No merchant account at Braintree is named for %s: "
                             "braintree.merchant_accounts says which takes which currency.",
                             payment->currency);
    sl_json *out = variables_begin(cx, payment);
    sl_json_string(out, "paymentMethodId", method);
    sl_json_open(out, "transaction");
    amount_add(cx, payment, out);
    if (account[0])
        sl_json_string(out, "merchantAccountId", account);
    sl_json_string(out, "orderId", payment->attempt);
    if (payment->off_session)
        sl_json_string(out, "paymentInitiator", "UNSCHEDULED");
    if (payment->setup_future_usage) {
        sl_json_open(out, "vaultPaymentMethodAfterTransacting");
        sl_json_string(out, "when", "ON_SUCCESSFUL_TRANSACTION");
        sl_json_close(out);
    }
    sl_json_close(out);
    ask(payment, true,
        payment->capture ? PAYING("chargePaymentMethod", "ChargePaymentMethodInput")
                         : PAYING("authorizePaymentMethod", "AuthorizePaymentMethodInput"),
        variables_end(out), ret);
    return SL_OK;
}

static void capture_request(sl_context *cx, const sl_gateway_payment *payment,
                            struct braintree_question *ret)
{
    sl_json *out = variables_begin(cx, payment);
    sl_json_string(out, "transactionId", payment->original);
    sl_json_open(out, "transaction");
    amount_add(cx, payment, out);
    sl_json_close(out);
    ask(payment, true, PAYING("captureTransaction", "CaptureTransactionInput"), variables_end(out),
        ret);
}

static void refund_request(sl_context *cx, const sl_gateway_payment *payment,
                           struct braintree_question *ret)
{
    sl_json *out = variables_begin(cx, payment);
    sl_json_string(out, "transactionId", payment->original);
    sl_json_open(out, "refund");
    amount_add(cx, payment, out);
    sl_json_string(out, "orderId", payment->attempt);
    sl_json_close(out);
    ask(payment, true,
        "($input: RefundTransactionInput!) { result: refundTransaction(input: $input) { refund { " REFUND
        " " HISTORY " } } }",
        variables_end(out), ret);
}

void request_of_reversal(sl_context *cx, const sl_gateway_payment *payment, const char *transaction,
                         struct braintree_question *ret)
{
    sl_json *out = variables_begin(cx, payment);
    sl_json_string(out, "transactionId", transaction);
    ask(payment, true,
        "($input: ReverseTransactionInput!) { result: reverseTransaction(input: $input) { reversal {"
        " ... on Transaction { " TRANSACTION " } ... on Refund { " REFUND " " HISTORY " } } } }",
        variables_end(out), ret);
}

sl_status request_of_payment(sl_context *cx, const sl_gateway_payment *payment, const char *method,
                             struct braintree_question *ret)
{
    if (is(payment, "authorize"))
        return authorize_request(cx, payment, method, ret);
    if (!payment->original)
        return sl_fail(cx, SL_E_INVALID, "resource_missing",
                       "Braintree's transaction of this payment is not known.");
    if (is(payment, "capture"))
        capture_request(cx, payment, ret);
    else if (is(payment, "refund"))
        refund_request(cx, payment, ret);
    else
        request_of_reversal(cx, payment, payment->original, ret);
    return SL_OK;
}

/* ---- questions ---- */

void request_of_transaction(sl_context *cx, const sl_gateway_payment *payment, const char *id,
                            struct braintree_question *ret)
{
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_string(out, "id", id);
    sl_json_close(out);
    ask(payment, false,
        "($id: ID!) { result: node(id: $id) { ... on Transaction { " TRANSACTION " } } }", out,
        ret);
}

void request_of_search(sl_context *cx, const sl_gateway_payment *payment,
                       struct braintree_question *ret)
{
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_open(out, "input");
    sl_json_open(out, "orderId");
    sl_json_string(out, "is", payment->attempt);
    sl_json_close(out);
    ask(payment, false,
        "($input: TransactionSearchInput!) { result: search { transactions(input: $input) {"
        " edges { node { " TRANSACTION " } } } } }",
        variables_end(out), ret);
}
