/*
 * notice_service.c: notices by job.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "notice_service.h"

#include "fault.h"

#define MARK_TOLD "told"
/* How long a notice that is to be overtaken stays behind. */
#define REORDER_MS 2000

static const char *notice_payload(sl_context *cx, const sl_gateway_notice *notice, int64_t wait_ms)
{
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_string(out, "kind", notice->kind);
    sl_json_string(out, "attempt", notice->attempt);
    sl_json_string(out, "reference", notice->reference);
    sl_json_string(out, "reason", notice->reason);
    sl_json_string(out, "status", notice->status);
    sl_json_int(out, "amount", notice->amount);
    sl_json_int(out, "wait_ms", wait_ms);
    sl_json_close(out);
    return sl_json_text(out, NULL);
}

static void notice_job_add(sl_context *cx, const sl_gateway_notice *notice, const char *which,
                           int64_t delay_ms)
{
    sl_job_request job = {
        .struct_size = sizeof(job),
        .name = NOTICE_JOB,
        .key = sl_format(cx, "%s:%s%s", notice->kind, notice->attempt, which),
        .run_at = delay_ms < 1000 ? 0 : sl_now(cx) + delay_ms / 1000,
        .payload = notice_payload(cx, notice, delay_ms % 1000),
    };
    sl_job_enqueue(cx, &job);
}

void notice_enqueue(sl_context *cx, const sl_gateway_notice *notice,
                    const struct simulator_settings *faults, int64_t seconds)
{
    int64_t delay_ms = seconds * 1000 + faults->webhook_delay_ms;
    if (fault_hits(notice->attempt, "reorder", faults->webhook_reorder_rate))
        delay_ms += REORDER_MS;
    notice_job_add(cx, notice, "", delay_ms);
    if (fault_hits(notice->attempt, "duplicate", faults->webhook_duplicate_rate))
        notice_job_add(cx, notice, ":again", delay_ms);
}

sl_status notice_send_once(sl_context *cx, const sl_gateway_notice *notice,
                           const struct simulator_settings *faults, int64_t seconds)
{
    sl_context *aside = sl_context_aside(cx);
    const char *subject = sl_format(aside, "%s:%s", notice->kind, notice->attempt);
    bool told;
    sl_status status = mark_find(aside, MARK_TOLD, subject, &told);
    if (status != SL_OK || told)
        return status;
    mark_add(aside, MARK_TOLD, subject);
    notice_enqueue(aside, notice, faults, seconds);
    status = sl_commit(aside);
    /* Another who asked for the same attempt at the same time has sent it. */
    return status == SL_E_CONFLICT ? SL_OK : status;
}

sl_status notice_job(sl_context *cx, const sl_job_view *job)
{
    sl_gateway_notice notice = {
        .struct_size = sizeof(notice),
        .kind = sl_value_string(sl_value_member(job->payload, "kind"), NULL),
        .attempt = sl_value_string(sl_value_member(job->payload, "attempt"), NULL),
        .reference = sl_value_string(sl_value_member(job->payload, "reference"), NULL),
        .reason = sl_value_string(sl_value_member(job->payload, "reason"), NULL),
        .status = sl_value_string(sl_value_member(job->payload, "status"), NULL),
        .amount = sl_value_int(sl_value_member(job->payload, "amount"), 0),
    };
    int64_t wait_ms = sl_value_int(sl_value_member(job->payload, "wait_ms"), 0);
    if (wait_ms > 0) {
        sl_status status = sl_sleep(cx, wait_ms);
        if (status != SL_OK)
            return status;
    }
    return sl_gateway_notify(cx, &notice);
}
