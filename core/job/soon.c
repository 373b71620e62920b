/*
 * soon.c: work that the database knows of already, done at once by the worker that put it there.
 *
 * A short queue in memory, a few fibers that empty it. It holds a word for each piece of work, most often an id; what is lost with
 * the process is found in the database by whoever looks for what is overdue there. So nobody claims what was just written, and
 * a flood falls back on the database instead of on memory.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <stripe_lite/log.h>

#include "core/base/clock.h"
#include "core/job/inside.h"

#define WAITING 4096u
#define TIMEOUT_MS 60000

struct sl_soon {
    sl_arena *arena;
    const char *name;
    const char *plugin;
    const char *account;
    const char *request_id;
    const char *data;
    bool livemode;
    sl_status (*run)(sl_context *cx, const char *data);
    struct sl_soon *next;
};

uint32_t sl_soon_room(const sl_context *cx)
{
    const sl_jobs *jobs = cx->host->jobs;
    return jobs && jobs->loop_runs && !jobs->stopping ? WAITING - jobs->soon_waiting : 0;
}

static void soon_perform(const sl_jobs *jobs, const struct sl_soon *one)
{
    sl_context *cx = sl_context_new(jobs->host, one->account, one->livemode, one->request_id);
    cx->deadline = sl_clock_monotonic_ms() + TIMEOUT_MS;
    cx->plugin = one->plugin;
    sl_fiber_work work = { "job", one->name, one->request_id, one->plugin };
    sl_fiber_works_on(&work);
    int64_t start = sl_clock_monotonic_us();
    sl_status status = one->run(cx, one->data);
    sl_fiber_works_on(NULL);
    if (status != SL_OK && status != SL_E_CANCELLED)
        sl_log(cx, SL_LOG_WARNING, "work was left undone", "work", one->name, "status",
               sl_status_name(status), "error", sl_error_message(cx) ? sl_error_message(cx) : "");
    sl_metric_observe("stripe_lite_job_seconds", "job", one->name, sl_clock_monotonic_us() - start);
    sl_context_free(cx);
}

/* What still waits when the worker stops is left to the others. */
static void soon_fiber(void *data)
{
    sl_jobs *jobs = data;
    struct sl_soon *one;
    while ((one = jobs->soon_first) != NULL) {
        jobs->soon_first = one->next;
        if (!jobs->soon_first)
            jobs->soon_last = NULL;
        jobs->soon_waiting--;
        if (!jobs->stopping)
            soon_perform(jobs, one);
        sl_arena_free(one->arena);
    }
    uint32_t slot = 0;
    while (jobs->soon_fibers[slot] != sl_fiber_current())
        slot++;
    jobs->soon_fibers[slot] = NULL;
    jobs->soon_running--;
    if (jobs->stopping)
        sl_condition_broadcast(&jobs->wake);
}

static void fiber_more(sl_jobs *jobs)
{
    if (jobs->soon_running >= SL_SOON_FIBERS)
        return;
    uint32_t slot = 0;
    while (jobs->soon_fibers[slot])
        slot++;
    /* Without one, those that run come by; else whoever looks for what is overdue. */
    if (sl_fiber_start(jobs->host->loop, soon_fiber, jobs, &jobs->soon_fibers[slot]) == SL_OK)
        jobs->soon_running++;
    else
        jobs->soon_fibers[slot] = NULL;
}

bool sl_soon(sl_context *cx, const char *name, sl_status (*run)(sl_context *cx, const char *data),
             const char *data)
{
    if (sl_soon_room(cx) == 0)
        return false;
    sl_jobs *jobs = cx->host->jobs;
    sl_arena *arena = sl_arena_new();
    struct sl_soon *one = sl_arena_alloc(arena, sizeof(*one));
    *one = (struct sl_soon){
        .arena = arena,
        .name = name,
        .plugin = cx->plugin,
        .account = sl_arena_copy(arena, cx->account, strlen(cx->account)),
        .request_id = sl_arena_copy(arena, cx->request_id, strlen(cx->request_id)),
        .data = sl_arena_copy(arena, data, strlen(data)),
        .livemode = cx->livemode,
        .run = run,
    };
    if (jobs->soon_last)
        jobs->soon_last->next = one;
    else
        jobs->soon_first = one;
    jobs->soon_last = one;
    jobs->soon_waiting++;
    fiber_more(jobs);
    return true;
}

void sl_soon_drop(sl_jobs *jobs)
{
    while (jobs->soon_first) {
        struct sl_soon *one = jobs->soon_first;
        jobs->soon_first = one->next;
        sl_arena_free(one->arena);
    }
    jobs->soon_last = NULL;
    jobs->soon_waiting = 0;
}
