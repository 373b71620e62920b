/*
 * paypal_errors.c: PayPal's words and Stripe's.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "paypal_errors.h"

#include <string.h>

#define DECLINED "card_declined"

static const struct paypal_issue issues[] = {
    /* The payer. */
    { "INSTRUMENT_DECLINED", ISSUE_DECLINES, DECLINED, "generic_decline" },
    { "TRANSACTION_REFUSED", ISSUE_DECLINES, DECLINED, "generic_decline" },
    { "PAYER_CANNOT_PAY", ISSUE_DECLINES, DECLINED, "generic_decline" },
    { "PAYMENT_DENIED", ISSUE_DECLINES, DECLINED, "generic_decline" },
    { "COMPLIANCE_VIOLATION", ISSUE_DECLINES, DECLINED, "generic_decline" },
    { "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING", ISSUE_DECLINES, DECLINED, "generic_decline" },
    { "ALTERNATE_PAYMENT_SOURCE_REQUIRED", ISSUE_DECLINES, DECLINED, "generic_decline" },
    { "PAYER_ACCOUNT_RESTRICTED", ISSUE_DECLINES, DECLINED, "restricted_card" },
    { "PAYER_ACCOUNT_LOCKED_OR_CLOSED", ISSUE_DECLINES, DECLINED, "invalid_account" },
    { "PAYER_COUNTRY_NOT_SUPPORTED", ISSUE_DECLINES, DECLINED, "card_not_supported" },
    { "CARD_BRAND_NOT_SUPPORTED", ISSUE_DECLINES, DECLINED, "card_not_supported" },
    { "CARD_TYPE_NOT_SUPPORTED", ISSUE_DECLINES, DECLINED, "card_not_supported" },
    { "CARD_COUNTRY_NOT_SUPPORTED", ISSUE_DECLINES, DECLINED, "card_not_supported" },
    { "CURRENCY_NOT_SUPPORTED_FOR_CARD_TYPE", ISSUE_DECLINES, DECLINED, "currency_not_supported" },
    { "CURRENCY_NOT_SUPPORTED_FOR_COUNTRY", ISSUE_DECLINES, DECLINED, "currency_not_supported" },
    { "CARD_EXPIRED", ISSUE_DECLINES, "expired_card", "expired_card" },
    { "CARD_CLOSED", ISSUE_DECLINES, DECLINED, "invalid_account" },
    { "TRANSACTION_LIMIT_EXCEEDED", ISSUE_DECLINES, DECLINED, "card_velocity_exceeded" },
    { "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED", ISSUE_DECLINES, DECLINED,
      "card_velocity_exceeded" },
    { "PAYEE_BLOCKED_TRANSACTION", ISSUE_DECLINES, DECLINED, "merchant_blacklist" },
    { "TRANSACTION_BLOCKED_BY_PAYEE", ISSUE_DECLINES, DECLINED, "merchant_blacklist" },
    { "ORDER_NOT_APPROVED", ISSUE_DECLINES, "authentication_required", "authentication_required" },
    { "PAYER_ACTION_REQUIRED", ISSUE_DECLINES, "authentication_required",
      "authentication_required" },
    { "INVALID_SECURITY_CODE_LENGTH", ISSUE_DECLINES, "invalid_cvc", "invalid_cvc" },
    { "INVALID_CARD_NUMBER", ISSUE_DECLINES, "invalid_number", "invalid_number" },
    { "CARD_NUMBER_INVALID", ISSUE_DECLINES, "invalid_number", "invalid_number" },
    /* Our own account, and the request. */
    { "PAYEE_ACCOUNT_RESTRICTED", ISSUE_REFUSES, "account_invalid", NULL },
    { "PAYEE_ACCOUNT_INVALID", ISSUE_REFUSES, "account_invalid", NULL },
    { "PAYEE_ACCOUNT_LOCKED_OR_CLOSED", ISSUE_REFUSES, "account_invalid", NULL },
    { "PAYEE_NOT_ENABLED_FOR_CARD_PROCESSING", ISSUE_REFUSES, "account_invalid", NULL },
    { "TRANSACTION_RECEIVING_LIMIT_EXCEEDED", ISSUE_REFUSES, "account_invalid", NULL },
    { "TOKEN_ID_NOT_FOUND", ISSUE_REFUSES, "resource_missing", NULL },
    { "RESOURCE_NOT_FOUND", ISSUE_REFUSES, "resource_missing", NULL },
    { "INVALID_RESOURCE_ID", ISSUE_REFUSES, "resource_missing", NULL },
    { "ORDER_EXPIRED", ISSUE_REFUSES, "resource_missing", NULL },
    { "DECIMAL_PRECISION", ISSUE_REFUSES, "parameter_invalid_integer", NULL },
    { "DECIMALS_NOT_SUPPORTED", ISSUE_REFUSES, "parameter_invalid_integer", NULL },
    { "MAX_VALUE_EXCEEDED", ISSUE_REFUSES, "amount_too_large", NULL },
    { "INVALID_CURRENCY_CODE", ISSUE_REFUSES, "currency_not_supported", NULL },
    /* What was authorized or captured. */
    { "MAX_CAPTURE_AMOUNT_EXCEEDED", ISSUE_REFUSES, "amount_too_large", NULL },
    { "AUTHORIZATION_AMOUNT_EXCEEDED", ISSUE_REFUSES, "amount_too_large", NULL },
    { "AUTH_CAPTURE_CURRENCY_MISMATCH", ISSUE_REFUSES, "currency_not_supported", NULL },
    { "AUTHORIZATION_ALREADY_CAPTURED", ISSUE_LOOK, "charge_already_captured", NULL },
    { "AUTHORIZATION_ALREADY_COMPLETED", ISSUE_LOOK, "charge_already_captured", NULL },
    { "MAX_CAPTURE_COUNT_EXCEEDED", ISSUE_LOOK, "charge_already_captured", NULL },
    { "AUTHORIZATION_VOIDED", ISSUE_LOOK, "charge_expired_for_capture", NULL },
    { "AUTHORIZATION_EXPIRED", ISSUE_LOOK, "charge_expired_for_capture", NULL },
    { "AUTHORIZATION_DENIED", ISSUE_LOOK, "charge_expired_for_capture", NULL },
    { "PREVIOUSLY_VOIDED", ISSUE_LOOK, NULL, NULL },
    { "PREVIOUSLY_CAPTURED", ISSUE_LOOK, "charge_already_captured", NULL },
    { "CANNOT_BE_VOIDED", ISSUE_LOOK, "charge_already_captured", NULL },
    { "ORDER_ALREADY_CAPTURED", ISSUE_LOOK, "charge_already_captured", NULL },
    { "ORDER_ALREADY_AUTHORIZED", ISSUE_LOOK, NULL, NULL },
    { "ORDER_ALREADY_COMPLETED", ISSUE_LOOK, "charge_already_captured", NULL },
    { "CAPTURE_FULLY_REFUNDED", ISSUE_LOOK, "charge_already_refunded", NULL },
    { "TRANSACTION_ALREADY_REFUNDED", ISSUE_LOOK, "charge_already_refunded", NULL },
    { "MAX_NUMBER_OF_REFUNDS_EXCEEDED", ISSUE_LOOK, "charge_already_refunded", NULL },
    { "REFUND_AMOUNT_EXCEEDED", ISSUE_LOOK, "amount_too_large", NULL },
    { "REFUND_TIME_LIMIT_EXCEEDED", ISSUE_REFUSES, "charge_not_refundable", NULL },
    { "REFUND_NOT_ALLOWED", ISSUE_REFUSES, "charge_not_refundable", NULL },
    { "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK", ISSUE_REFUSES, "charge_disputed", NULL },
    { "PARTIAL_REFUND_NOT_ALLOWED", ISSUE_REFUSES, "charge_not_refundable", NULL },
    { "CAPTURE_DISPUTED_PARTIAL_REFUND_NOT_ALLOWED", ISSUE_REFUSES, "charge_disputed", NULL },
    { "TRANSACTION_DISPUTED", ISSUE_REFUSES, "charge_disputed", NULL },
    { "REFUND_CAPTURE_CURRENCY_MISMATCH", ISSUE_REFUSES, "currency_not_supported", NULL },
    { "PENDING_CAPTURE", ISSUE_REFUSES, "charge_not_refundable", NULL },
    { "REFUND_FAILED_INSUFFICIENT_FUNDS", ISSUE_DECLINES, "balance_insufficient",
      "insufficient_funds" },
    /* The same request before or beside this one. */
    { "DUPLICATE_INVOICE_ID", ISSUE_BUSY, NULL, NULL },
    { "DUPLICATE_REQUEST_ID", ISSUE_BUSY, NULL, NULL },
    { "PAYPAL_REQUEST_ID_PREVIOUSLY_USED", ISSUE_BUSY, NULL, NULL },
    { "PREVIOUS_REQUEST_IN_PROGRESS", ISSUE_BUSY, NULL, NULL },
    { "ORDER_COMPLETION_IN_PROGRESS", ISSUE_BUSY, NULL, NULL },
    { "ORDER_COMPLETED_OR_VOIDED", ISSUE_LOOK, NULL, NULL },
    { "INTERNAL_SERVER_ERROR", ISSUE_BUSY, NULL, NULL },
    { "INTERNAL_SERVICE_ERROR", ISSUE_BUSY, NULL, NULL },
    /* Whoever asks may not. */
    { "AUTHENTICATION_FAILURE", ISSUE_UNSENT, NULL, NULL },
    { "NOT_AUTHORIZED", ISSUE_UNSENT, NULL, NULL },
    { "PERMISSION_DENIED", ISSUE_UNSENT, NULL, NULL },
    { "RATE_LIMIT_REACHED", ISSUE_UNSENT, NULL, NULL },
};

static const struct paypal_decline declines[] = {
    { "00N7", "incorrect_cvc", "incorrect_cvc" },
    { "0100", DECLINED, "call_issuer" },
    { "0390", DECLINED, "invalid_account" },
    { "0500", DECLINED, "do_not_honor" },
    { "0580", DECLINED, "transaction_not_allowed" },
    { "0960", "processing_error", "processing_error" },
    { "10BR", DECLINED, "generic_decline" },
    { "1310", DECLINED, "invalid_amount" },
    { "1320", DECLINED, "currency_not_supported" },
    { "1330", DECLINED, "invalid_account" },
    { "1335", DECLINED, "invalid_account" },
    { "1352", DECLINED, "restricted_card" },
    { "1380", "expired_card", "expired_card" },
    { "1382", "incorrect_cvc", "incorrect_cvc" },
    { "5100", DECLINED, "generic_decline" },
    { "5110", "incorrect_cvc", "incorrect_cvc" },
    { "5120", DECLINED, "insufficient_funds" },
    { "5130", DECLINED, "invalid_pin" },
    { "5135", DECLINED, "pin_try_exceeded" },
    { "5140", DECLINED, "invalid_account" },
    { "5150", DECLINED, "pickup_card" },
    { "5160", DECLINED, "transaction_not_allowed" },
    { "5170", "incorrect_zip", "incorrect_zip" },
    { "5180", DECLINED, "restricted_card" },
    { "5200", DECLINED, "duplicate_transaction" },
    { "5210", DECLINED, "transaction_not_allowed" },
    { "5400", "expired_card", "expired_card" },
    { "5500", DECLINED, "incorrect_pin" },
    { "5650", "authentication_required", "authentication_required" },
    { "5700", DECLINED, "transaction_not_allowed" },
    { "5710", DECLINED, "card_velocity_exceeded" },
    { "5910", DECLINED, "issuer_not_available" },
    { "5920", DECLINED, "issuer_not_available" },
    { "5930", DECLINED, "restricted_card" },
    { "5950", DECLINED, "new_account_information_available" },
    { "6300", DECLINED, "invalid_account" },
    { "7710", "authentication_required", "authentication_required" },
    { "8000", "processing_error", "processing_error" },
    { "9100", DECLINED, "try_again_later" },
    { "9500", DECLINED, "fraudulent" },
    { "9510", DECLINED, "security_violation" },
    { "9520", DECLINED, "lost_card" },
    { "9530", DECLINED, "call_issuer" },
    { "9540", DECLINED, "do_not_honor" },
    { "PCVV", "incorrect_cvc", "incorrect_cvc" },
    { "", DECLINED, "generic_decline" },
};

static const struct {
    const char *theirs;
    const char *ours;
} advices[] = {
    { "01", "confirm_card_data" },
    { "02", "try_again_later" },
    { "03", "do_not_try_again" },
    { "21", "do_not_try_again" },
}, checks[] = {
    { "M", "pass" },        { "0", "pass" },      { "N", "fail" },      { "1", "fail" },
    { "P", "unchecked" },   { "2", "unchecked" }, { "3", "unchecked" }, { "S", "unavailable" },
    { "U", "unavailable" }, { "4", "unavailable" }, { "X", "unavailable" },
};

const struct paypal_issue *paypal_issue_find(const char *issue)
{
    for (size_t i = 0; issue && i < sizeof(issues) / sizeof(issues[0]); i++) {
        if (strcmp(issues[i].issue, issue) == 0)
            return &issues[i];
    }
    return NULL;
}

const struct paypal_decline *paypal_decline_find(const char *response)
{
    size_t last = sizeof(declines) / sizeof(declines[0]) - 1;
    for (size_t i = 0; response && i < last; i++) {
        if (strcmp(declines[i].response, response) == 0)
            return &declines[i];
    }
    return &declines[last];
}

const char *paypal_advice(const char *advice)
{
    for (size_t i = 0; advice && i < sizeof(advices) / sizeof(advices[0]); i++) {
        if (strcmp(advices[i].theirs, advice) == 0)
            return advices[i].ours;
    }
    return NULL;
}

const char *paypal_cvc_check(const char *cvv)
{
    for (size_t i = 0; cvv && i < sizeof(checks) / sizeof(checks[0]); i++) {
        if (strcmp(checks[i].theirs, cvv) == 0)
            return checks[i].ours;
    }
    return NULL;
}
