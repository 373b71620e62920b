/*
 * braintree_declines.c: processor responses and gateway rejections.
 *
 * Sources: Braintree's references "Processor Responses: Authorization" and GatewayRejectionReason; Stripe's "Decline codes".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "braintree_declines.h"

#include <string.h>

#define DECLINED "card_declined"
#define GENERIC "generic_decline"
#define MESSAGE "Your card was declined."

struct reason {
    const char *theirs;
    const char *code;
    const char *decline_code;
};

/* Codes of the processor. The last row is for those that are not here. */
static const struct reason responses[] = {
    { "2000", DECLINED, "do_not_honor" },
    { "2001", DECLINED, "insufficient_funds" },
    { "2002", DECLINED, "withdrawal_count_limit_exceeded" },
    { "2003", DECLINED, "card_velocity_exceeded" },
    { "2004", "expired_card", "expired_card" },
    { "2005", "incorrect_number", "incorrect_number" },
    { "2006", "invalid_expiry_year", "invalid_expiry_year" },
    { "2007", DECLINED, "invalid_account" },
    { "2008", "incorrect_number", "incorrect_number" },
    { "2009", DECLINED, "invalid_account" },
    { "2010", "incorrect_cvc", "incorrect_cvc" },
    { "2011", DECLINED, "call_issuer" },
    { "2012", DECLINED, "lost_card" },
    { "2013", DECLINED, "stolen_card" },
    { "2014", DECLINED, "fraudulent" },
    { "2015", DECLINED, "transaction_not_allowed" },
    { "2019", DECLINED, "transaction_not_allowed" },
    { "2021", DECLINED, "security_violation" },
    { "2022", DECLINED, "new_account_information_available" },
    { "2024", DECLINED, "card_not_supported" },
    { "2041", DECLINED, "call_issuer" },
    { "2044", DECLINED, "call_issuer" },
    { "2047", DECLINED, "pickup_card" },
    { "2053", DECLINED, "stolen_card" },
    { "2057", DECLINED, "restricted_card" },
    { "2059", "incorrect_zip", "incorrect_zip" },
    { "2060", "incorrect_zip", "incorrect_zip" },
    { "2099", "authentication_required", "authentication_required" },
    { "3000", "processing_error", "processing_error" },
    { NULL, DECLINED, GENERIC },
};

/* The account's own rules at Braintree. */
static const struct reason rejections[] = {
    { "AVS", "incorrect_zip", "incorrect_zip" },
    { "AVS_AND_CVV", "incorrect_cvc", "incorrect_cvc" },
    { "CVV", "incorrect_cvc", "incorrect_cvc" },
    { "DUPLICATE", DECLINED, "duplicate_transaction" },
    { "EXCESSIVE_RETRY", DECLINED, "card_velocity_exceeded" },
    { "FRAUD", DECLINED, "fraudulent" },
    { "RISK_THRESHOLD", DECLINED, "fraudulent" },
    { "PAYMENT_METHOD_BLOCKED", DECLINED, "restricted_card" },
    { "THREE_D_SECURE", "authentication_required", "authentication_required" },
    { NULL, DECLINED, GENERIC },
};

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static const char *text_at(const sl_value *value, const char *path)
{
    return sl_value_string(sl_value_at(value, path), NULL);
}

static const struct reason *reason_find(const struct reason *table, const char *theirs)
{
    while (table->theirs && !same(table->theirs, theirs))
        table++;
    return table;
}

static void decline(sl_gateway_outcome *ret, const struct reason *reason)
{
    ret->kind = SL_GATEWAY_DECLINED;
    ret->code = reason->code;
    ret->decline_code = reason->decline_code;
    ret->message = MESSAGE;
}

/* A reason of the gateway's own, else what the processor answered. */
static void decline_read(const sl_value *event, sl_gateway_outcome *ret)
{
    const char *rejection = text_at(event, "gatewayRejectionReason");
    const char *response = text_at(event, "processorResponse.legacyCode");
    const char *type = text_at(event, "declineType");
    decline(ret, rejection ? reason_find(rejections, rejection) : reason_find(responses, response));
    ret->network_code = text_at(event, "networkResponse.code");
    if (same(type, "HARD"))
        ret->advice_code = "do_not_try_again";
    else if (same(type, "SOFT"))
        ret->advice_code = "try_again_later";
}

static const sl_value *event_of(const sl_value *object, const char *status)
{
    const sl_value *history = sl_value_member(object, "statusHistory");
    for (uint32_t i = 0; i < sl_value_count(history); i++) {
        const sl_value *event = sl_value_item(history, i, NULL);
        if (same(text_at(event, "status"), status))
            return event;
    }
    return NULL;
}

void decline_of_history(const sl_value *object, const char *status, sl_gateway_outcome *ret)
{
    static const struct reason failed = { NULL, "processing_error", "processing_error" };
    decline_read(event_of(object, status), ret);
    if (same(status, "FAILED"))
        decline(ret, &failed);
}

void decline_of_verification(const sl_value *verification, sl_gateway_outcome *ret)
{
    decline_read(verification, ret);
}

const char *cvc_check_of(const sl_value *object)
{
    const char *response = text_at(event_of(object, "AUTHORIZED"), "processorResponse.cvvResponse");
    if (same(response, "MATCHES"))
        return "pass";
    if (same(response, "DOES_NOT_MATCH"))
        return "fail";
    return response && !same(response, "NOT_PROVIDED") ? "unchecked" : NULL;
}
