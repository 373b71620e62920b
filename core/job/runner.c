/*
 * runner.c: the fiber of each worker that claims jobs and gives each a fiber of its own.
 *
 * It sleeps on a condition that an enqueue's commit, a finished job, another worker's news and the stop signal. A worker takes
 * what it enqueued itself; only when it has no room for more it tells the others, so that a commit never waits for news. A second
 * is the longest it sleeps, for what became due and for news that were lost.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <stripe_lite/fault.h>
#include <stripe_lite/log.h>

#include "core/base/clock.h"
#include "core/database/database.h"
#include "core/job/inside.h"

#define HOUSEKEEPING_MS 10000 /* the deadline of the runner's own statements */
#define DUE_LEASE_MS 600000   /* of what sl_jobs_run_due runs: nobody prolongs it */

static void worker_name(sl_jobs *jobs, sl_context *cx)
{
    if (!jobs->worker) {
        const char *name = sl_job_holder_name(cx);
        jobs->worker = sl_arena_copy(jobs->arena, name, strlen(name));
    }
}

static sl_context *housekeeping_context(sl_jobs *jobs)
{
    sl_context *cx = sl_context_new(jobs->host, "system", true, "req_jobs");
    cx->deadline = sl_clock_monotonic_ms() + HOUSEKEEPING_MS;
    worker_name(jobs, cx);
    return cx;
}

/* ---- one job in its fiber ---- */

static const char *keep(sl_arena *arena, const char *text)
{
    return text ? sl_arena_copy(arena, text, strlen(text)) : NULL;
}

static sl_job_fiber *job_fiber_new(sl_jobs *jobs, const sl_job_row *row)
{
    sl_arena *arena = sl_arena_new();
    sl_job_fiber *one = sl_arena_alloc(arena, sizeof(*one));
    *one = (sl_job_fiber){ .jobs = jobs, .arena = arena, .row = *row, .next = jobs->fibers };
    one->row.id = keep(arena, row->id);
    one->row.name = keep(arena, row->name);
    one->row.unique_key = keep(arena, row->unique_key);
    one->row.state = keep(arena, row->state);
    one->row.locked_by = keep(arena, row->locked_by);
    one->row.payload = keep(arena, row->payload);
    one->row.last_error = keep(arena, row->last_error);
    one->row.request_id = keep(arena, row->request_id);
    one->row.scope = keep(arena, row->scope);
    jobs->fibers = one;
    jobs->running++;
    return one;
}

static void job_fiber_free(sl_job_fiber *one)
{
    sl_jobs *jobs = one->jobs;
    sl_job_fiber **at = &jobs->fibers;
    while (*at != one)
        at = &(*at)->next;
    *at = one->next;
    jobs->due = jobs->due || jobs->running == SL_JOB_CONCURRENCY;
    jobs->running--;
    sl_arena_free(one->arena);
    if (jobs->due || jobs->stopping)
        sl_condition_broadcast(&jobs->wake);
}

static void job_fiber(void *data)
{
    sl_job_fiber *one = data;
    sl_job_perform(one->jobs, &one->row);
    job_fiber_free(one);
}

/* What finds no fiber stays claimed until its lease ends: better late than past the limit of fibers. */
static void jobs_begin(sl_jobs *jobs, sl_list rows)
{
    if (jobs->running == 0)
        jobs->renewed = sl_clock_monotonic_ms();
    for (uint32_t i = 0; i < rows.count; i++) {
        sl_job_fiber *one = job_fiber_new(jobs, SL_ITEM(rows, sl_job_row, i));
        if (sl_fiber_start(jobs->host->loop, job_fiber, one, &one->fiber) == SL_OK)
            continue;
        sl_log(NULL, SL_LOG_WARNING, "no fiber for a job", "job", one->row.name, "id", one->row.id);
        job_fiber_free(one);
    }
}

/* ---- the runner ---- */

static void failing_tell(sl_jobs *jobs, sl_context *cx, sl_status status)
{
    bool failing = status != SL_OK && status != SL_E_CANCELLED;
    if (failing && !jobs->failing)
        sl_log(NULL, SL_LOG_ERROR, "jobs cannot be claimed", "status", sl_status_name(status),
               "error", sl_error_message(cx));
    if (!failing && jobs->failing)
        sl_log(NULL, SL_LOG_INFO, "jobs can be claimed again");
    jobs->failing = failing;
}

static sl_status leases_renew(sl_jobs *jobs, sl_context *cx)
{
    int64_t now = sl_clock_monotonic_ms();
    if (jobs->running == 0 || now - jobs->renewed < SL_JOB_LEASE_MS / 3)
        return SL_OK;
    jobs->renewed = now;
    return sl_jobs_renew(cx, jobs);
}

static sl_status strangers_put_off(sl_jobs *jobs, sl_context *cx)
{
    int64_t now = sl_clock_monotonic_ms();
    if (jobs->looked != 0 && now - jobs->looked < SL_JOB_STRANGE_MS)
        return SL_OK;
    jobs->looked = now;
    return sl_jobs_put_off(cx, jobs);
}

/* Somebody else may have room for what is left. */
static void others_tell(sl_jobs *jobs, sl_context *cx)
{
    int64_t now = sl_clock_monotonic_ms();
    if (jobs->told != 0 && now - jobs->told < SL_JOB_NEWS_MS)
        return;
    jobs->told = now;
    sl_news_tell(cx, SL_JOB_NEWS);
}

static void news_heard(void *data)
{
    sl_jobs *jobs = data;
    jobs->due = true;
    sl_condition_broadcast(&jobs->wake);
}

/* True when there may be more at once: as many were due as could be taken. */
static bool runner_turn(sl_jobs *jobs)
{
    sl_context *cx = housekeeping_context(jobs);
    uint32_t room = jobs->running < SL_JOB_CONCURRENCY ? SL_JOB_CONCURRENCY - jobs->running : 0;
    sl_list rows = { .count = 0 };
    sl_status status = jobs->freed ? SL_OK : sl_jobs_free_dead(cx);
    jobs->freed = status == SL_OK;
    if (status == SL_OK)
        status = leases_renew(jobs, cx);
    if (status == SL_OK && !jobs->stopping)
        status = SL_FAULT("job.before_claim") ? SL_E_UNAVAILABLE : sl_schedules_enqueue(cx, jobs);
    if (status == SL_OK && !jobs->stopping)
        status = sl_jobs_claim(cx, jobs, room, SL_JOB_LEASE_MS, &rows);
    if (status == SL_OK && rows.count > 0 && SL_FAULT("job.claimed"))
        status = sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The answer to a claim was lost.");
    if (status == SL_OK)
        jobs_begin(jobs, rows);
    if (status == SL_OK && !jobs->stopping && rows.count == room)
        others_tell(jobs, cx);
    if (status == SL_OK && !jobs->stopping)
        status = strangers_put_off(jobs, cx);
    failing_tell(jobs, cx, status);
    sl_context_free(cx);
    return status == SL_OK && rows.count > 0 && rows.count == room;
}

static void runner_fiber(void *data)
{
    sl_jobs *jobs = data;
    sl_status status = SL_OK;
    /* Leases are prolonged to the last job's end, also after the stop. */
    while ((!jobs->stopping || jobs->running > 0) && status != SL_E_CANCELLED) {
        jobs->due = false;
        bool more = runner_turn(jobs);
        if (jobs->stopping && jobs->running == 0)
            break;
        if (!jobs->due && (!more || jobs->running >= SL_JOB_CONCURRENCY))
            status = sl_wait_condition(&jobs->wake, sl_clock_monotonic_ms() + SL_JOB_POLL_MS);
    }
}

static void runner_start(void *data)
{
    sl_jobs *jobs = data;
    if (jobs->stopping || sl_fiber_start(jobs->host->loop, runner_fiber, jobs, NULL) == SL_OK)
        return;
    sl_log(NULL, SL_LOG_ERROR, "no fiber for the runner of jobs, trying again");
    sl_loop_after(jobs->host->loop, SL_JOB_POLL_MS, runner_start, jobs);
}

void sl_jobs_start(sl_jobs *jobs)
{
    jobs->stopping = false;
    jobs->loop_runs = true;
    sl_news_hear(jobs->host->database, SL_JOB_NEWS, news_heard, jobs);
    runner_start(jobs);
}

void sl_jobs_stop(sl_jobs *jobs)
{
    jobs->stopping = true;
    sl_condition_broadcast(&jobs->wake);
}

/* Until `deadline` (0: none) or until no job runs. */
static sl_status wait_none_runs(sl_jobs *jobs, int64_t deadline)
{
    sl_status status = SL_OK;
    while ((jobs->running > 0 || jobs->soon_running > 0) && status == SL_OK)
        status = sl_wait_condition(&jobs->wake, deadline);
    return status;
}

void sl_jobs_drain(sl_jobs *jobs, int64_t milliseconds)
{
    sl_jobs_stop(jobs);
    if (wait_none_runs(jobs, sl_clock_monotonic_ms() + milliseconds) == SL_OK)
        return;
    for (const sl_job_fiber *one = jobs->fibers; one; one = one->next)
        sl_fiber_cancel(one->fiber);
    for (uint32_t i = 0; i < SL_SOON_FIBERS; i++) {
        if (jobs->soon_fibers[i])
            sl_fiber_cancel(jobs->soon_fibers[i]);
    }
    sl_status status = wait_none_runs(jobs, 0);
    if (status != SL_OK)
        sl_log(NULL, SL_LOG_WARNING, "jobs are ending without being waited for");
}

sl_status sl_jobs_run_due(sl_context *cx, uint32_t *ret_count)
{
    sl_jobs *jobs = cx->host->jobs;
    worker_name(jobs, cx);
    uint32_t count = 0;
    sl_context *own = housekeeping_context(jobs);
    sl_status status = sl_schedules_enqueue(own, jobs);
    sl_context_free(own);
    for (bool more = true; more && status == SL_OK;) {
        own = housekeeping_context(jobs);
        sl_list rows = { .count = 0 };
        status = sl_jobs_claim(own, jobs, 1, DUE_LEASE_MS, &rows);
        more = status == SL_OK && rows.count > 0;
        if (more)
            sl_job_perform(jobs, SL_ITEM(rows, sl_job_row, 0));
        count += more;
        sl_context_free(own);
    }
    if (status != SL_OK)
        return sl_fail(cx, status, NULL, "The jobs cannot be run: the database does not answer.");
    *ret_count = count;
    return SL_OK;
}
