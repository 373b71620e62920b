/*
 * commit.c: committing what is pending, and running a step again until it could be.
 *
 * A commit is never cancelled half way: once the driver has the set, the fiber waits for its fate. After a first commit in a
 * context (money may have moved) a step runs shielded and gets a few seconds even when the deadline has passed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/fault.h>

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/database/numbers.h"
#include "core/database/write_set.h"
#include "core/fiber/fiber.h"

/* Milliseconds. */
#define RETRY_WITHOUT_DEADLINE 10000
#define OUTCOME_AT_LEAST 5000
#define BACKOFF_FIRST 2
#define BACKOFF_LIMIT 50

static sl_status hooks_before(sl_context *cx)
{
    for (sl_commit_hook *hook = cx->hooks; hook; hook = hook->next) {
        sl_status status = hook->before ? hook->before(cx, hook->data) : SL_OK;
        if (status != SL_OK)
            return status;
    }
    return SL_OK;
}

static void hooks_after(sl_context *cx, sl_status result)
{
    for (sl_commit_hook *hook = cx->hooks; hook; hook = hook->next) {
        if (hook->after)
            hook->after(cx, hook->data, result);
    }
}

static void hooks_restart(sl_context *cx)
{
    for (sl_commit_hook *hook = cx->hooks; hook; hook = hook->next) {
        if (hook->restart)
            hook->restart(cx, hook->data);
    }
}

static sl_status set_write(sl_context *cx, struct sl_write_set *set)
{
    if (set->fault)
        return sl_fail(cx, SL_E_INTERNAL, NULL, "%s", set->fault);
    if (set->stale)
        return SL_E_CONFLICT;
    if (set->live == 0)
        return SL_OK;
    sl_write write;
    sl_write_set_compile(cx, set, &write);
    if (SL_FAULT("write_set.before"))
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The database is busy. Please try again.");
    const sl_database *database = cx->host->database;
    sl_fiber_shield(true);
    sl_status status = database->driver->write(database->self, cx, &write);
    sl_fiber_shield(false);
    if (status == SL_OK)
        sl_draws_settle(set);
    if (SL_FAULT("write_set.after") && status == SL_OK)
        status =
            sl_fail(cx, SL_E_UNKNOWN, NULL,
                    "Whether this was carried out is not known: the database's answer was lost.");
    if (status == SL_OK || status == SL_E_UNKNOWN) {
        cx->committed = true;
        set->commits++;
    }
    return status;
}

void sl_discard(sl_context *cx)
{
    if (cx->writes)
        sl_write_set_reset(cx->writes);
    cx->events = NULL;
    cx->keep = false;
    cx->key_released = false;
}

sl_status sl_commit(sl_context *cx)
{
    sl_assert_may_suspend(__func__);
    sl_status status = hooks_before(cx);
    if (status == SL_OK)
        status = set_write(cx, sl_write_set_of(cx));
    hooks_after(cx, status);
    sl_discard(cx);
    return status;
}

void sl_keep(sl_context *cx)
{
    cx->keep = true;
}

/* One run of the step and its commit. A kept failure is returned as such only when its writes are in the database. */
static sl_status step_once(sl_context *cx, sl_step step, void *data)
{
    sl_discard(cx);
    sl_error_clear(cx);
    hooks_restart(cx);
    sl_status status = step(cx, data);
    if (status == SL_OK)
        return sl_commit(cx);
    if (!cx->keep || status == SL_E_CONFLICT) {
        sl_discard(cx);
        return status;
    }
    sl_status committed = sl_commit(cx);
    return committed == SL_OK ? status : committed;
}

static int64_t backoff(uint32_t run)
{
    int64_t limit = BACKOFF_FIRST;
    for (uint32_t i = 0; i < run && limit < BACKOFF_LIMIT; i++)
        limit *= 2;
    if (limit > BACKOFF_LIMIT)
        limit = BACKOFF_LIMIT;
    return limit / 2 + (int64_t)sl_random_below((uint64_t)limit / 2 + 1);
}

static sl_status lock_timeout(sl_context *cx)
{
    return sl_fail(
        cx, SL_E_RATE, "lock_timeout",
        "This object cannot be accessed right now because another request is currently using it. "
        "Please try again.");
}

static sl_status step_repeat(sl_context *cx, sl_step step, void *data, int64_t deadline)
{
    const struct sl_write_set *set = sl_write_set_of(cx);
    uint32_t commits = set->commits;
    for (uint32_t run = 0;; run++) {
        sl_status status = step_once(cx, step, data);
        if (status != SL_E_CONFLICT)
            return status;
        /* What this step has committed by itself must not be done twice. */
        int64_t next = sl_clock_monotonic_ms() + backoff(run);
        if (set->commits != commits || next >= deadline)
            return lock_timeout(cx);
        status = sl_wait_until(next);
        if (status != SL_OK)
            return sl_fail(cx, status, NULL, "The server is shutting down.");
    }
}

sl_status sl_retry(sl_context *cx, sl_step step, void *data)
{
    sl_assert_may_suspend(__func__);
    if (sl_has_pending(cx)) {
        sl_discard(cx);
        return sl_fail(cx, SL_E_INTERNAL, NULL, "A step was started with writes pending.");
    }
    int64_t now = sl_clock_monotonic_ms();
    if (!cx->committed)
        return step_repeat(cx, step, data,
                           cx->deadline ? cx->deadline : now + RETRY_WITHOUT_DEADLINE);
    int64_t deadline = cx->deadline;
    if (deadline && deadline < now + OUTCOME_AT_LEAST)
        cx->deadline = now + OUTCOME_AT_LEAST;
    sl_fiber_shield(true);
    sl_status status =
        step_repeat(cx, step, data, cx->deadline ? cx->deadline : now + RETRY_WITHOUT_DEADLINE);
    sl_fiber_shield(false);
    cx->deadline = deadline;
    return status;
}
