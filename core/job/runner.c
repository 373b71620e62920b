/*
 * runner.c: the fiber of each worker that claims jobs and gives each a fiber of its own.
 *
 * It sleeps on a condition that an enqueue's commit, a finished job and the stop signal; a second is the longest it sleeps, which
 * is how soon it sees what other nodes enqueued.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <stripe_lite/log.h>

#include "core/base/clock.h"
#include "core/database/database.h"
#include "core/job/inside.h"

#define HOUSEKEEPING_MS 10000 /* the deadline of the runner's own statements */

static void worker_name(sl_jobs *jobs, sl_context *cx)
{
    if (!jobs->worker) {
        const char *name = sl_id(cx, "wrk");
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

struct start {
    sl_jobs *jobs;
    sl_arena *arena;
    sl_job_row row;
};

static const char *keep(sl_arena *arena, const char *text)
{
    return text ? sl_arena_copy(arena, text, strlen(text)) : NULL;
}

static struct start *start_new(sl_jobs *jobs, const sl_job_row *row)
{
    sl_arena *arena = sl_arena_new();
    struct start *start = sl_arena_alloc(arena, sizeof(*start));
    *start = (struct start){ .jobs = jobs, .arena = arena, .row = *row };
    start->row.id = keep(arena, row->id);
    start->row.name = keep(arena, row->name);
    start->row.unique_key = keep(arena, row->unique_key);
    start->row.state = keep(arena, row->state);
    start->row.locked_by = keep(arena, row->locked_by);
    start->row.payload = keep(arena, row->payload);
    start->row.last_error = keep(arena, row->last_error);
    start->row.request_id = keep(arena, row->request_id);
    start->row.scope = keep(arena, row->scope);
    return start;
}

static void job_fiber(void *data)
{
    struct start *start = data;
    sl_jobs *jobs = start->jobs;
    sl_job_perform(jobs, &start->row);
    sl_arena_free(start->arena);
    jobs->running--;
    sl_condition_broadcast(&jobs->wake);
}

/* What finds no fiber stays claimed until its lease ends: better late than past the limit of fibers. */
static void jobs_begin(sl_jobs *jobs, sl_list rows)
{
    for (uint32_t i = 0; i < rows.count; i++) {
        struct start *start = start_new(jobs, SL_ITEM(rows, sl_job_row, i));
        jobs->running++;
        if (sl_fiber_start(jobs->host->loop, job_fiber, start, NULL) == SL_OK)
            continue;
        jobs->running--;
        sl_log(NULL, SL_LOG_WARNING, "no fiber for a job", "job", start->row.name, "id", start->row.id);
        sl_arena_free(start->arena);
    }
}

/* ---- the runner ---- */

static void failing_tell(sl_jobs *jobs, sl_context *cx, sl_status status)
{
    bool failing = status != SL_OK && status != SL_E_CANCELLED;
    if (failing && !jobs->failing)
        sl_log(NULL, SL_LOG_ERROR, "jobs cannot be claimed", "status", sl_status_name(status), "error", sl_error_message(cx));
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

/* True when there may be more at once: as many were due as could be taken. */
static bool runner_turn(sl_jobs *jobs)
{
    sl_context *cx = housekeeping_context(jobs);
    uint32_t room = jobs->running < SL_JOB_CONCURRENCY ? SL_JOB_CONCURRENCY - jobs->running : 0;
    sl_list rows = { .count = 0 };
    sl_status status = leases_renew(jobs, cx);
    if (status == SL_OK && !jobs->stopping)
        status = sl_schedules_enqueue(cx, jobs);
    if (status == SL_OK && !jobs->stopping)
        status = sl_jobs_claim(cx, jobs, room, &rows);
    failing_tell(jobs, cx, status);
    if (status == SL_OK)
        jobs_begin(jobs, rows);
    sl_context_free(cx);
    return status == SL_OK && rows.count > 0 && rows.count == room;
}

static void runner_fiber(void *data)
{
    sl_jobs *jobs = data;
    sl_status status = SL_OK;
    /* Leases are prolonged to the last job's end, also after the stop. */
    while ((!jobs->stopping || jobs->running > 0) && status != SL_E_CANCELLED) {
        bool more = runner_turn(jobs);
        if (jobs->stopping && jobs->running == 0)
            break;
        if (!more || jobs->running >= SL_JOB_CONCURRENCY)
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
    runner_start(jobs);
}

void sl_jobs_stop(sl_jobs *jobs)
{
    jobs->stopping = true;
    sl_condition_broadcast(&jobs->wake);
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
        status = sl_jobs_claim(own, jobs, 1, &rows);
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
