/*
 * attempt_recovery.c: finding out what became of attempts whose answer was lost.
 *
 * Nobody guesses: an attempt stays open until the gateway says what happened. A request that goes well leaves nothing to recover;
 * the sweep only finds what a dead worker left, and an answer that did not come enqueues its own recovery.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "attempt_recovery.h"

#include "attempt_service.h"
#include "dispute_service.h"

#define SWEEP_AFTER 2        /* seconds a request may take before somebody looks */
#define LOOK_AGAIN_MOST 30   /* seconds */
#define ACTION_LOOK_MOST 600 /* seconds */
#define ACTION_WATCHED \
    86400 /* seconds; a customer who comes later is told of by the gateway's notice */

/* Those that never got an answer first: the others have a job of their own since they were recorded, and there may be many of them
 * while a gateway is away. */
sl_status attempt_sweep(sl_context *cx, const sl_job_view *job)
{
    (void)job;
    if (SL_FAULT("recovery.before_sweep"))
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The open attempts could not be read.");
    sl_list open;
    sl_status status = sl_select(cx, &payment_attempts,
                                 "unsettled = TRUE AND started <= $2 ORDER BY"
                                 " CASE WHEN status = 'started' THEN 0 ELSE 1 END, started"
                                 " LIMIT 1000",
                                 SL_ARGS(sl_int(sl_now(cx) - SWEEP_AFTER)), &open);
    if (status != SL_OK)
        return status;
    for (uint32_t i = 0; i < open.count; i++)
        attempt_recovery_enqueue(cx, SL_ITEM(open, struct attempt, i), 0);
    return SL_OK;
}

static int64_t look_again_after(int32_t run, int64_t most)
{
    int64_t seconds = 1;
    for (int32_t i = 1; i < run && seconds < most; i++)
        seconds *= 2;
    return seconds < most ? seconds : most;
}

/* Whether the request that began the attempt may still be running, and will then answer itself. */
static bool request_may_live(const sl_context *cx, const struct attempt *attempt)
{
    return sl_now(cx) - attempt->started < attempt_call_seconds(cx);
}

/* Whether the gateway's word settles the attempt; false: it must be asked again. */
static bool word_is_final(const sl_context *cx, const struct attempt *attempt,
                          const sl_gateway_outcome *outcome)
{
    switch (outcome->kind) {
    case SL_GATEWAY_UNKNOWN:
    case SL_GATEWAY_NOT_SENT:
    case SL_GATEWAY_UNSUPPORTED:
        return false;
    case SL_GATEWAY_NEVER_HAPPENED:
        /* The call may still be on its way while its worker lives. */
        return !same(attempt->status, ATTEMPT_STARTED) || !request_may_live(cx, attempt);
    default:
        return true;
    }
}

/* `silent`: the request answers itself, or else a later run does. */
static sl_status outcome_record(sl_context *cx, const struct attempt *attempt,
                                const sl_gateway_outcome *outcome, bool silent,
                                bool *ret_unanswered)
{
    struct settlement settlement = {
        .id = attempt->id, .outcome = outcome, .recovery = true, .silent = silent
    };
    sl_status status = settlement.silent ? SL_OK : sl_request_resume(cx, attempt->request);
    if (status == SL_OK)
        status = attempt_record(cx, &settlement);
    if (!settlement.recorded)
        return status;
    /* A decline is the interrupted request's answer, not a failure of this job. */
    *ret_unanswered = settlement.unanswered;
    return SL_OK;
}

static sl_status recover_again(sl_context *cx, const struct attempt *attempt,
                               const sl_job_view *job)
{
    bool waits = same(attempt->status, ATTEMPT_REQUIRES_ACTION);
    if (waits && sl_now(cx) - attempt->started > ACTION_WATCHED)
        return SL_OK;
    sl_job_again(cx, look_again_after(job->attempt, waits ? ACTION_LOOK_MOST : LOOK_AGAIN_MOST));
    return SL_OK;
}

sl_status attempt_recover(sl_context *cx, const sl_job_view *job)
{
    const char *id = sl_value_string(sl_value_member(job->payload, "attempt"), "");
    struct attempt attempt;
    sl_status status = sl_find(cx, &payment_attempts, id, &attempt);
    if (status == SL_E_NOT_FOUND)
        return SL_OK;
    if (status != SL_OK)
        return status;
    sl_gateway_outcome *outcome = sl_alloc(cx, sizeof(*outcome));
    outcome->kind = SL_GATEWAY_APPROVED; /* of no weight when the attempt is settled already */
    if (attempt_is_open(&attempt)) {
        if (SL_FAULT("recovery.before_gateway"))
            return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The gateway could not be asked.");
        status = attempt_ask(cx, &attempt, outcome);
        if (status != SL_OK)
            return status;
        if (SL_FAULT("recovery.after_gateway"))
            outcome->kind = SL_GATEWAY_UNKNOWN;
        if (!word_is_final(cx, &attempt, outcome))
            return recover_again(cx, &attempt, job);
        sl_log(cx, SL_LOG_INFO, "attempt found out", "attempt", attempt.id, "was", attempt.status);
    }
    bool unanswered = false;
    /* Asked once: time goes on while the outcome is recorded. */
    bool silent = request_may_live(cx, &attempt);
    status = outcome_record(cx, &attempt, outcome, silent, &unanswered);
    bool still_open =
        outcome->kind == SL_GATEWAY_PENDING || outcome->kind == SL_GATEWAY_REQUIRES_ACTION;
    if (status == SL_OK && (still_open || unanswered))
        return recover_again(cx, &attempt, job);
    /* Once more, for the answer that an interrupted request's key waits for. */
    if (status == SL_OK && attempt.request && silent)
        sl_job_again(cx, attempt_call_seconds(cx) + 1 - (sl_now(cx) - attempt.started));
    return status;
}

/* Asks about an attempt that is open, and records what is final. */
static sl_status attempt_learn_now(sl_context *cx, const struct attempt *attempt)
{
    sl_gateway_outcome *outcome = sl_alloc(cx, sizeof(*outcome));
    sl_status status = attempt_ask(cx, attempt, outcome);
    if (status != SL_OK || !word_is_final(cx, attempt, outcome))
        return status;
    struct settlement settlement = { .id = attempt->id, .outcome = outcome, .silent = true };
    return sl_retry(cx, attempt_record, &settlement);
}

sl_status attempt_inquire(sl_context *cx, const char *id)
{
    struct attempt attempt;
    sl_status status = sl_find(cx, &payment_attempts, id, &attempt);
    if (status != SL_OK || !attempt_is_open(&attempt))
        return status;
    return attempt_learn_now(cx, &attempt);
}

static sl_status attempt_of_notice(sl_context *cx, const sl_gateway_notice *notice,
                                   struct attempt *ret)
{
    if (notice->attempt)
        return sl_find(cx, &payment_attempts, notice->attempt, ret);
    if (!notice->reference)
        return SL_E_NOT_FOUND;
    return sl_select_one(cx, &payment_attempts,
                         "reference = $2 ORDER BY created DESC, id DESC LIMIT 1",
                         SL_ARGS(sl_text(notice->reference)), ret);
}

static sl_status attempt_notice(sl_context *cx, const sl_gateway_notice *notice)
{
    struct attempt attempt;
    sl_status status = attempt_of_notice(cx, notice, &attempt);
    if (status == SL_E_NOT_FOUND)
        return SL_OK;
    if (status == SL_OK && notice->attempt && !attempt.reference) {
        attempt.reference = notice->reference;
        if (attempt_has_failed(&attempt))
            return attempt_look_late(cx, &attempt);
    }
    if (status == SL_OK && !attempt_is_open(&attempt))
        return SL_OK;
    return status == SL_OK ? attempt_learn_now(cx, &attempt) : status;
}

sl_status payments_notice(sl_context *cx, const sl_gateway_notice *notice)
{
    sl_context *own = sl_context_aside(cx);
    if (same(notice->kind, "attempt"))
        return attempt_notice(own, notice);
    if (same(notice->kind, "dispute.created") || same(notice->kind, "dispute.closed"))
        return dispute_notice(own, notice);
    sl_log(own, SL_LOG_INFO, "notice of a gateway not known here", "kind",
           notice->kind ? notice->kind : "");
    return SL_OK;
}
