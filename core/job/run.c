/*
 * run.c: one claimed job, from its handler to its end.
 *
 * The end (row deleted, or ready again) joins the handler's last writes, guarded by the row's version: when the lease was lost to
 * another worker, neither the end nor the writes happen here. A failure is a commit of its own, after the handler's writes were
 * dropped.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <stripe_lite/log.h>

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/database/database.h"
#include "core/job/inside.h"

#define ERROR_MAX 500

/* ---- one run of the handler, with the job's end ---- */

/* A conflict may have been about the handler's rows or about the job's own. */
static sl_status row_still_ours(sl_context *cx, struct sl_job_run *run)
{
    sl_rows *rows = NULL;
    sl_status status = sl_query_all(cx, "SELECT version FROM jobs WHERE account_id = $1 AND id = $2 AND locked_by = $3 AND state = 'running'",
                                    SL_ARGS(sl_text(run->row->scope), sl_text(run->row->id), sl_text(run->jobs->worker)), &rows);
    if (status != SL_OK)
        return status;
    run->lost = sl_rows_count(rows) == 0 || sl_rows_int(rows, 0, 0) != run->row->version;
    return run->lost ? SL_E_CANCELLED : SL_OK;
}

static void job_end(sl_context *cx, struct sl_job_run *run)
{
    if (run->again < 0) {
        sl_delete_in(cx, run->row->scope, &sl_job_table, run->row);
        return;
    }
    sl_job_row *row = sl_alloc(cx, sizeof(*row));
    *row = *run->row;
    bool used_up = row->attempt >= row->attempts;
    row->state = used_up ? "dead" : "ready";
    row->run_at = sl_clock_unix_ms() + run->again * 1000;
    row->locked_by = NULL;
    row->last_error = used_up ? "It asked to run again and had used up its attempts." : NULL;
    sl_update_in(cx, row->scope, &sl_job_table, row, "state, run_at, locked_by, last_error");
}

static sl_status job_step(sl_context *cx, void *data)
{
    struct sl_job_run *run = data;
    const sl_job_row *row = run->row;
    if (run->rerun) {
        sl_status status = row_still_ours(cx, run);
        if (status != SL_OK)
            return status;
    }
    run->rerun = true;
    run->again = -1;
    sl_job_view view = { .struct_size = sizeof(view), .attempt = (int32_t)row->attempt, .attempts = (int32_t)row->attempts,
                         .id = row->id, .name = row->name, .key = row->unique_key };
    sl_status status = SL_OK;
    if (row->payload)
        status = sl_json_parse(cx, row->payload, strlen(row->payload), &view.payload);
    if (status == SL_OK)
        status = run->entry->type->handler(cx, &view);
    if (status == SL_OK)
        job_end(cx, run);
    return status;
}

/* ---- when it did not succeed ---- */

static int64_t backoff_ms(const sl_job_type *type, int64_t attempt)
{
    int64_t seconds = type->backoff > 0 ? type->backoff : SL_JOB_BACKOFF;
    int64_t limit = type->backoff_limit > 0 ? type->backoff_limit : SL_JOB_BACKOFF_LIMIT;
    for (int64_t i = 1; i < attempt && seconds < limit; i++)
        seconds *= 2;
    int64_t ms = (seconds < limit ? seconds : limit) * 1000;
    /* A quarter of jitter, so that what failed together does not come back together. */
    return ms - (int64_t)sl_random_below((uint64_t)ms / 4 + 1);
}

static void failure_fill(sl_context *cx, const struct sl_job_run *run, sl_status status, sl_job_row *row)
{
    const char *why = sl_error_message(cx);
    bool given_back = status == SL_E_CANCELLED;
    bool used_up = !given_back && row->attempt >= row->attempts;
    row->last_error = sl_format(cx, "%s: %.*s", sl_status_name(status), ERROR_MAX, why ? why : "no reason given");
    row->state = used_up ? "dead" : "ready";
    row->locked_by = NULL;
    row->run_at = sl_clock_unix_ms() + (given_back ? 0 : backoff_ms(run->entry->type, row->attempt));
    if (given_back && row->attempt > 0)
        row->attempt--;
}

static void job_failed(sl_context *cx, struct sl_job_run *run, sl_status status)
{
    sl_job_row *row = sl_alloc(cx, sizeof(*row));
    *row = *run->row;
    failure_fill(cx, run, status, row);
    bool dead = strcmp(row->state, "dead") == 0;
    sl_log(cx, dead ? SL_LOG_ERROR : SL_LOG_WARNING, dead ? "job dead" : "job failed", "job", row->name, "id", row->id, "attempt",
           sl_format(cx, "%lld of %lld", (long long)run->row->attempt, (long long)row->attempts), "error", row->last_error);
    sl_metric_add(dead ? "stripe_lite_jobs_dead_total" : "stripe_lite_jobs_failed_total", "job", row->name, 1);
    sl_discard(cx);
    sl_error_clear(cx);
    cx->deadline = sl_clock_monotonic_ms() + SL_JOB_LEASE_MS / 3;
    sl_update_in(cx, row->scope, &sl_job_table, row, "state, run_at, locked_by, last_error, attempt");
    /* Cancelled at the end of a drain, this commit still goes out; if it does not, the lease ends by itself. */
    sl_fiber_shield(true);
    status = sl_commit(cx);
    sl_fiber_shield(false);
    if (status != SL_OK)
        sl_log(cx, SL_LOG_WARNING, "job not given back", "job", row->name, "id", row->id, "status", sl_status_name(status));
}

/* Its worker died in its last attempt: it ends without another run. */
static sl_status run_handler(sl_context *cx, struct sl_job_run *run)
{
    if (run->row->attempt > run->row->attempts) {
        run->row->attempt = run->row->attempts;
        return sl_fail(cx, SL_E_INTERNAL, NULL, "Its worker ended during its last attempt.");
    }
    return sl_retry(cx, job_step, run);
}

void sl_job_perform(sl_jobs *jobs, const sl_job_row *claimed)
{
    sl_context *cx = sl_context_new(jobs->host, "system", true, claimed->request_id ? claimed->request_id : claimed->id);
    bool livemode = true;
    const char *account = sl_scope_account(cx, claimed->scope, &livemode);
    sl_context_bind(cx, account, livemode);
    sl_job_row row = *claimed;
    struct sl_job_run run = { .jobs = jobs, .row = &row, .entry = sl_jobs_entry(jobs, claimed->name), .again = -1 };
    if (run.entry) {
        const sl_job_type *type = run.entry->type;
        int64_t start = sl_clock_monotonic_us();
        cx->deadline = sl_clock_monotonic_ms() + (type->timeout > 0 ? type->timeout : SL_JOB_TIMEOUT) * 1000;
        cx->plugin = run.entry->plugin;
        cx->job = &run;
        sl_status status = run_handler(cx, &run);
        cx->job = NULL;
        cx->plugin = NULL;
        if (run.lost)
            sl_log(cx, SL_LOG_WARNING, "job lost to another worker", "job", row.name, "id", row.id);
        else if (status != SL_OK)
            job_failed(cx, &run, status);
        else
            sl_metric_add("stripe_lite_jobs_done_total", "job", type->name, 1);
        sl_metric_observe("stripe_lite_job_seconds", "job", type->name, sl_clock_monotonic_us() - start);
    }
    sl_context_free(cx);
}
