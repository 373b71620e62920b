/*
 * run.c: one claimed job, from its handler to its end.
 *
 * Every commit of a run changes the job's row, guarded by its version: one in the middle prolongs the lease, the last one ends the
 * job (row deleted, or ready again). When the lease was lost to another worker, none of it is written here. A failure is a commit
 * of its own, in a context of its own, after the handler's writes were dropped.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <stripe_lite/fault.h>
#include <stripe_lite/log.h>

#include "core/base/clock.h"
#include "core/base/mask.h"
#include "core/base/random.h"
#include "core/database/database.h"
#include "core/fiber/fiber.h"
#include "core/job/inside.h"

#define ERROR_MAX 500
#define GIVE_BACK_MS 10000
#define GIVE_BACK_PAUSE_MS 500

/* ---- the job's row in the commits of its run ---- */

static void lease_prolong(sl_context *cx, sl_job_row *row)
{
    row->run_at = sl_clock_unix_ms() + SL_JOB_LEASE_MS;
    sl_update_in(cx, row->scope, &sl_job_table, row, "run_at");
}

static void job_end(sl_context *cx, const struct sl_job_run *run, sl_job_row *row)
{
    if (run->again < 0) {
        sl_delete_in(cx, row->scope, &sl_job_table, row);
        return;
    }
    bool used_up = row->attempt >= row->attempts;
    row->state = used_up ? "dead" : "ready";
    row->run_at = sl_clock_unix_ms() + run->again * 1000;
    row->locked_by = NULL;
    row->last_error = used_up ? "It asked to run again and had used up its attempts." : NULL;
    sl_update_in(cx, row->scope, &sl_job_table, row, "state, run_at, locked_by, last_error");
}

static sl_status run_before_commit(sl_context *cx, void *data)
{
    struct sl_job_run *run = data;
    run->held = sl_alloc(cx, sizeof(*run->held));
    *run->held = *run->row;
    if (run->ending)
        job_end(cx, run, run->held);
    else if (sl_has_pending(cx) || cx->events)
        lease_prolong(cx, run->held);
    return SL_OK;
}

static void run_after_commit(sl_context *cx, void *data, sl_status result)
{
    (void)cx;
    struct sl_job_run *run = data;
    if (result == SL_OK)
        SL_FAULT_OF("job.after_commit", run->row->name);
    if (result == SL_OK)
        run->row->version = run->held->version;
}

static void run_restart(sl_context *cx, void *data)
{
    struct sl_job_run *run = data;
    (void)cx;
    run->again = -1;
}

/* ---- one run of the handler ---- */

/* A conflict may have been about the handler's rows or about the job's own. */
static sl_status row_still_ours(sl_context *cx, struct sl_job_run *run)
{
    sl_rows *rows = NULL;
    sl_status status = sl_query_all(
        cx,
        "SELECT version FROM jobs WHERE account_id = $1 AND id = $2 "
        "AND locked_by = $3 AND state = 'running'",
        SL_ARGS(sl_text(run->row->scope), sl_text(run->row->id), sl_text(run->jobs->worker)),
        &rows);
    if (status != SL_OK)
        return status;
    run->lost = sl_rows_count(rows) == 0 || sl_rows_int(rows, 0, 0) != run->row->version;
    return run->lost ? SL_E_CANCELLED : SL_OK;
}

static sl_status job_step(sl_context *cx, void *data)
{
    struct sl_job_run *run = data;
    const sl_job_row *row = run->row;
    run->ending = false;
    if (run->rerun) {
        sl_status status = row_still_ours(cx, run);
        if (status != SL_OK)
            return status;
    }
    run->rerun = true;
    sl_job_view view = { .struct_size = sizeof(view),
                         .attempt = (int32_t)row->attempt,
                         .attempts = (int32_t)row->attempts,
                         .id = row->id,
                         .name = row->name,
                         .key = row->unique_key };
    sl_status status = SL_OK;
    if (row->payload)
        status = sl_json_parse(cx, row->payload, strlen(row->payload), &view.payload);
    if (status == SL_OK && SL_FAULT_OF("job.before_handler", row->name))
        status = sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The job could not be begun.");
    if (status == SL_OK)
        status = run->entry->type->handler(cx, &view);
    if (status == SL_OK && SL_FAULT_OF("job.after_handler", row->name))
        status = sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The job could not be ended.");
    run->ending = status == SL_OK;
    return status;
}

/* One whose worker died in its last attempt ends without another run. */
static sl_status run_handler(sl_context *cx, struct sl_job_run *run)
{
    if (run->row->attempt > run->row->attempts) {
        run->row->attempt = run->row->attempts;
        return sl_fail(cx, SL_E_INTERNAL, NULL, "Its worker ended during its last attempt.");
    }
    return sl_retry(cx, job_step, run);
}

/* ---- when it did not succeed ---- */

static int64_t backoff_ms(const sl_job_type *type, int64_t attempt)
{
    int64_t seconds = type->backoff > 0 ? type->backoff : SL_JOB_BACKOFF;
    int64_t limit = type->backoff_limit > 0 ? type->backoff_limit : SL_JOB_BACKOFF_LIMIT;
    /* A schedule is not to be late by more than a period because it failed once. */
    if (type->every > 0 && limit > type->every)
        limit = type->every;
    for (int64_t i = 1; i < attempt && seconds < limit; i++)
        seconds *= 2;
    int64_t ms = (seconds < limit ? seconds : limit) * 1000;
    /* A quarter of jitter, so that what failed together does not come back together. */
    return ms - (int64_t)sl_random_below((uint64_t)ms / 4 + 1);
}

static const char *failure_text(sl_context *cx, sl_status status)
{
    const char *why = sl_error_message(cx);
    return sl_mask(cx->arena, sl_format(cx, "%s: %.*s", sl_status_name(status), ERROR_MAX,
                                        why ? why : "no reason given"));
}

/* Cancelled at the end of a drain, this commit still goes out. */
static sl_status give_back_once(sl_context *cx, const sl_job_row *row)
{
    sl_job_row given = *row;
    cx->deadline = sl_clock_monotonic_ms() + GIVE_BACK_MS;
    sl_update_in(cx, row->scope, &sl_job_table, &given,
                 "state, run_at, locked_by, last_error, attempt");
    sl_fiber_shield(true);
    sl_status status = SL_FAULT_OF("job.before_give_back", row->name) ? SL_E_UNAVAILABLE : SL_OK;
    if (status == SL_OK)
        status = sl_commit(cx);
    sl_fiber_shield(false);
    sl_discard(cx);
    return status;
}

/* What failed because the database was away fails here too: as long as nobody else may take the job, it is tried again. After
 * that the lease ends by itself. A commit whose answer was lost is a conflict when it comes again. */
static void row_give_back(const sl_host *host, const sl_job_row *row)
{
    sl_context *cx = sl_context_new(host, "system", true, row->request_id);
    int64_t end = sl_clock_monotonic_ms() + SL_JOB_LEASE_MS;
    sl_status status = give_back_once(cx, row);
    while ((status == SL_E_UNAVAILABLE || status == SL_E_UNKNOWN) &&
           sl_clock_monotonic_ms() < end &&
           sl_wait_until(sl_clock_monotonic_ms() + GIVE_BACK_PAUSE_MS) == SL_OK)
        status = give_back_once(cx, row);
    if (status != SL_OK)
        sl_log(cx, SL_LOG_WARNING, "job not given back", "job", row->name, "id", row->id, "status",
               sl_status_name(status));
    sl_context_free(cx);
}

static void job_failed(sl_context *cx, const struct sl_job_run *run, sl_status status)
{
    sl_job_row row = *run->row;
    bool given_back = status == SL_E_CANCELLED && sl_fiber_cancelled();
    bool dead = !given_back && row.attempt >= row.attempts;
    row.last_error = failure_text(cx, status);
    row.state = dead ? "dead" : "ready";
    row.locked_by = NULL;
    row.run_at = sl_clock_unix_ms() + (given_back ? 0 : backoff_ms(run->entry->type, row.attempt));
    sl_log(cx, dead ? SL_LOG_ERROR : SL_LOG_WARNING, dead ? "job dead" : "job failed", "job",
           row.name, "id", row.id, "attempt",
           sl_format(cx, "%lld of %lld", (long long)row.attempt, (long long)row.attempts), "error",
           row.last_error);
    /* An attempt that was not brought to its end by us does not count. */
    if (given_back && row.attempt > 0)
        row.attempt--;
    sl_metric_add("stripe_lite_jobs_total", "outcome",
                  dead         ? "dead"
                  : given_back ? "given_back"
                               : "failed",
                  1);
    row_give_back(run->jobs->host, &row);
}

/* ---- all of it ---- */

static void job_over(sl_context *cx, const struct sl_job_run *run, sl_status status)
{
    if (run->lost) {
        sl_log(cx, SL_LOG_WARNING, "job lost to another worker", "job", run->row->name, "id",
               run->row->id);
        sl_metric_add("stripe_lite_jobs_total", "outcome", "lost", 1);
    } else if (status != SL_OK) {
        job_failed(cx, run, status);
    } else {
        /* At once means now, not when the runner next looks by itself. */
        run->jobs->due = run->jobs->due || run->again == 0;
        sl_metric_add("stripe_lite_jobs_total", "outcome", run->again < 0 ? "done" : "again", 1);
    }
}

void sl_job_perform(sl_jobs *jobs, const sl_job_row *claimed)
{
    const char *request_id = claimed->request_id ? claimed->request_id : claimed->id;
    sl_context *cx = sl_context_new(jobs->host, "system", true, request_id);
    bool livemode = true;
    const char *account = sl_scope_account(cx, claimed->scope, &livemode);
    sl_context_bind(cx, account, livemode);
    sl_job_row row = *claimed;
    struct sl_job_run run = {
        .jobs = jobs, .row = &row, .entry = sl_jobs_entry(jobs, claimed->name), .again = -1
    };
    if (run.entry) {
        const sl_job_type *type = run.entry->type;
        int64_t start = sl_clock_monotonic_us();
        int64_t timeout = type->timeout > 0 ? type->timeout : SL_JOB_TIMEOUT;
        sl_commit_hook hook = { .before = run_before_commit,
                                .after = run_after_commit,
                                .restart = run_restart,
                                .data = &run };
        sl_context_hook(cx, &hook);
        cx->deadline = sl_clock_monotonic_ms() + timeout * 1000;
        cx->plugin = run.entry->plugin;
        cx->job = &run;
        sl_fiber_work work = { "job", type->name, request_id, run.entry->plugin };
        sl_fiber_works_on(&work);
        sl_status status = run_handler(cx, &run);
        sl_fiber_works_on(NULL);
        cx->job = NULL;
        cx->plugin = NULL;
        job_over(cx, &run, status);
        sl_metric_observe("stripe_lite_job_seconds", "job", type->name,
                          sl_clock_monotonic_us() - start);
    }
    sl_context_free(cx);
}
