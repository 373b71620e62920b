/*
 * attempt_model.c: the columns of an attempt.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "attempt_model.h"

static const sl_field attempt_fields[] = {
    SL_ID(struct attempt, id, "pay"),
    SL_TIMESTAMP(struct attempt, created),
    SL_INT64(struct attempt, version),
    SL_STRING(struct attempt, operation),
    SL_STRING(struct attempt, status),
    SL_BOOL(struct attempt, unsettled),
    SL_STRING(struct attempt, answer),
    SL_ID(struct attempt, intent, "pi"),
    SL_ID(struct attempt, setup_intent, "seti"),
    SL_ID(struct attempt, charge, "ch"),
    SL_ID(struct attempt, refund, "re"),
    SL_ID(struct attempt, customer, "cus"),
    SL_ID(struct attempt, payment_method, "pm"),
    SL_STRING(struct attempt, gateway),
    SL_STRING(struct attempt, token),
    SL_STRING(struct attempt, original),
    SL_STRING(struct attempt, reference),
    SL_MONEY(struct attempt, amount),
    SL_CURRENCY(struct attempt, currency),
    SL_MONEY(struct attempt, fee, .nullable = true),
    SL_BOOL(struct attempt, capture),
    SL_BOOL(struct attempt, off_session),
    SL_STRING(struct attempt, state_before),
    SL_STRING(struct attempt, reason),
    SL_STRING(struct attempt, description),
    SL_STRING(struct attempt, statement_descriptor),
    SL_STRING(struct attempt, return_url),
    SL_STRING(struct attempt, base_url),
    SL_STRING(struct attempt, action_url),
    SL_STRING(struct attempt, code),
    SL_STRING(struct attempt, decline_code),
    SL_STRING(struct attempt, advice_code),
    SL_STRING(struct attempt, network_code),
    SL_STRING(struct attempt, message),
    SL_STRING(struct attempt, cvc_check),
    SL_STRING(struct attempt, request),
    SL_TIMESTAMP(struct attempt, started),
    SL_FIELDS_END,
};

const sl_table payment_attempts = SL_TABLE("payment_attempts", struct attempt, attempt_fields);

bool attempt_is_open(const struct attempt *attempt)
{
    return attempt->unsettled || same(attempt->status, ATTEMPT_REQUIRES_ACTION);
}

bool attempt_has_failed(const struct attempt *attempt)
{
    return same(attempt->status, ATTEMPT_DECLINED) || same(attempt->status, ATTEMPT_NOT_SENT) ||
           same(attempt->status, ATTEMPT_ABANDONED);
}
