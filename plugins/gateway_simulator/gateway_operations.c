/*
 * gateway_operations.c: the operations that move simulated money.
 *
 * Each runs through the account's faults: a latency first; an error, which leaves a mark so that `retrieve` answers for ever
 * that the attempt never happened; a dropped answer, which changes nothing but what the caller learns.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gateway_operations.h"

#include <string.h>

#include "challenge_service.h"
#include "fault.h"
#include "gateway_tokens.h"
#include "notice_service.h"
#include "outcome.h"

#define MARK_FAILED "failed"
#define REFUND_SETTLES_SECONDS 2

typedef sl_status (*operation_decide)(sl_context *cx, const sl_gateway_payment *payment,
                                      const struct simulator_settings *faults,
                                      sl_gateway_outcome *ret);

static bool is(const sl_gateway_payment *payment, const char *operation)
{
    return payment->operation && strcmp(payment->operation, operation) == 0;
}

/* "sim_visa.pay_1": which card, which attempt; so a refund needs no token. */
static const char *reference_of(sl_context *cx, const sl_gateway_payment *payment)
{
    return sl_format(cx, "%s.%s", payment->token ? payment->token : "sim", payment->attempt);
}

static const struct test_card *card_of(sl_context *cx, const sl_gateway_payment *payment)
{
    if (payment->token)
        return card_by_token(payment->token);
    const char *point = payment->original ? strchr(payment->original, '.') : NULL;
    if (!point)
        return NULL;
    return card_by_token(sl_copy(cx, payment->original, (size_t)(point - payment->original)));
}

static sl_status dispute_send(sl_context *cx, const struct test_card *card,
                              const sl_gateway_payment *payment,
                              const struct simulator_settings *faults)
{
    sl_gateway_notice notice = {
        .struct_size = sizeof(notice),
        .kind = "dispute.created",
        .attempt = payment->attempt,
        .reference = sl_format(cx, "sim_dp.%s", payment->attempt),
        .reason = card->reason,
        .status = card->dispute,
        .amount = payment->amount,
    };
    return notice_send_once(cx, &notice, faults, 0);
}

static sl_status decide_authorize(sl_context *cx, const sl_gateway_payment *payment,
                                  const struct simulator_settings *faults, sl_gateway_outcome *ret)
{
    const struct test_card *card = card_of(cx, payment);
    const char *challenge = NULL;
    const char *address = NULL;
    const char *reference = reference_of(cx, payment);
    if (outcome_needs_challenge(card, payment)) {
        sl_status status = challenge_ensure(cx, payment, reference, &challenge, &address);
        if (status != SL_OK)
            return status;
    }
    outcome_authorize(card, payment, challenge, ret);
    ret->reference = reference;
    if (ret->kind == SL_GATEWAY_REQUIRES_ACTION)
        ret->action_url = address;
    if (outcome_is_disputed(card, payment, ret))
        return dispute_send(cx, card, payment, faults);
    return SL_OK;
}

static sl_status decide_capture(sl_context *cx, const sl_gateway_payment *payment,
                                const struct simulator_settings *faults, sl_gateway_outcome *ret)
{
    (void)faults;
    outcome_capture(card_of(cx, payment), ret);
    ret->reference = reference_of(cx, payment);
    return SL_OK;
}

static sl_status decide_void(sl_context *cx, const sl_gateway_payment *payment,
                             const struct simulator_settings *faults, sl_gateway_outcome *ret)
{
    (void)faults;
    const char *point = payment->original ? strchr(payment->original, '.') : NULL;
    const char *challenge = NULL;
    bool captured = false;
    if (point) {
        sl_status status = challenge_cancel(cx, point + 1, &challenge, &captured);
        if (status != SL_OK)
            return status;
    }
    outcome_void(challenge, captured, ret);
    ret->reference = reference_of(cx, payment);
    return SL_OK;
}

static sl_status decide_refund(sl_context *cx, const sl_gateway_payment *payment,
                               const struct simulator_settings *faults, sl_gateway_outcome *ret)
{
    outcome_refund(card_of(cx, payment), false, ret);
    ret->reference = reference_of(cx, payment);
    if (ret->kind != SL_GATEWAY_PENDING)
        return SL_OK;
    sl_gateway_notice notice = {
        .struct_size = sizeof(notice),
        .kind = "attempt",
        .attempt = payment->attempt,
        .reference = ret->reference,
        .amount = payment->amount,
    };
    return notice_send_once(cx, &notice, faults, REFUND_SETTLES_SECONDS);
}

/* Answers "may have happened" and forgets the error: it is the outcome that tells. */
static sl_status answer_unknown(sl_context *cx, sl_gateway_outcome *ret)
{
    sl_error_clear(cx);
    outcome_set(ret, SL_GATEWAY_UNKNOWN);
    return SL_OK;
}

static sl_status failure_mark(sl_context *cx, const char *attempt)
{
    sl_context *aside = sl_context_aside(cx);
    mark_add(aside, MARK_FAILED, attempt);
    sl_status status = sl_commit(aside);
    return status == SL_E_CONFLICT ? SL_OK : status;
}

/* Whether an error was the answer to this attempt. Accounts that never had faults are not asked. */
static sl_status failure_find(sl_context *cx, const struct simulator_settings *faults,
                              const char *attempt, bool *ret_failed)
{
    *ret_failed = false;
    return faults->version == 0 ? SL_OK : mark_find(cx, MARK_FAILED, attempt, ret_failed);
}

static sl_status operation_run(sl_context *cx, const sl_gateway_payment *payment,
                               operation_decide decide, sl_gateway_outcome *ret)
{
    struct simulator_settings faults;
    bool failed;
    sl_status status = settings_load(cx, &faults);
    if (status == SL_OK && faults.latency_ms > 0)
        status = sl_sleep(cx, faults.latency_ms);
    if (status == SL_OK)
        status = failure_find(cx, &faults, payment->attempt, &failed);
    if (status != SL_OK || failed)
        return answer_unknown(cx, ret);
    if (fault_hits(payment->attempt, "error", faults.error_rate)) {
        /* Without its mark the attempt counts as carried out, and `retrieve` says so. */
        (void)failure_mark(cx, payment->attempt);
        return answer_unknown(cx, ret);
    }
    status = decide(cx, payment, &faults, ret);
    if (status != SL_OK || fault_hits(payment->attempt, "drop", faults.drop_answer_rate))
        return answer_unknown(cx, ret);
    return SL_OK;
}

static sl_status simulator_authorize(sl_context *cx, const sl_gateway_payment *payment,
                                     sl_gateway_outcome *ret)
{
    return operation_run(cx, payment, decide_authorize, ret);
}

static sl_status simulator_capture(sl_context *cx, const sl_gateway_payment *payment,
                                   sl_gateway_outcome *ret)
{
    return operation_run(cx, payment, decide_capture, ret);
}

static sl_status simulator_cancel(sl_context *cx, const sl_gateway_payment *payment,
                                  sl_gateway_outcome *ret)
{
    return operation_run(cx, payment, decide_void, ret);
}

static sl_status simulator_refund(sl_context *cx, const sl_gateway_payment *payment,
                                  sl_gateway_outcome *ret)
{
    return operation_run(cx, payment, decide_refund, ret);
}

static sl_status simulator_retrieve(sl_context *cx, const sl_gateway_payment *payment,
                                    sl_gateway_outcome *ret)
{
    struct simulator_settings faults;
    bool failed;
    sl_status status = settings_load(cx, &faults);
    if (status == SL_OK && faults.latency_ms > 0)
        status = sl_sleep(cx, faults.latency_ms);
    if (status == SL_OK)
        status = failure_find(cx, &faults, payment->attempt, &failed);
    if (status != SL_OK)
        return answer_unknown(cx, ret);
    if (failed) {
        outcome_set(ret, SL_GATEWAY_NEVER_HAPPENED);
        return SL_OK;
    }
    if (is(payment, "refund")) {
        outcome_refund(card_of(cx, payment), true, ret);
        ret->reference = reference_of(cx, payment);
        return SL_OK;
    }
    operation_decide decide = is(payment, "capture") ? decide_capture
                              : is(payment, "void")  ? decide_void
                                                     : decide_authorize;
    status = decide(cx, payment, &faults, ret);
    return status == SL_OK ? SL_OK : answer_unknown(cx, ret);
}

static sl_status simulator_health(sl_context *cx)
{
    (void)cx;
    return SL_OK;
}

const sl_gateway_operations simulator_operations = {
    .struct_size = sizeof(sl_gateway_operations),
    .flags = SL_GATEWAY_CAN_PARTIAL_CAPTURE | SL_GATEWAY_CAN_REFUND_IN_PARTS |
             SL_GATEWAY_CAN_AUTHENTICATE | SL_GATEWAY_TEST_ONLY,
    .authorize = simulator_authorize,
    .capture = simulator_capture,
    .cancel = simulator_cancel,
    .refund = simulator_refund,
    .retrieve = simulator_retrieve,
    .tokenize = gateway_tokenize,
    .resolve_name = gateway_resolve_name,
    .attach = gateway_attach,
    .health = simulator_health,
};
