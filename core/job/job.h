/*
 * job.h: the queue of jobs in the database and the runner of each worker.
 *
 * A job's row is claimed by one statement that makes it `running` until its lease ends; the runner prolongs the leases of what
 * it runs, and a job whose worker died is claimed again. The row's version guards every commit of a run: of two workers that
 * believe to have a job, one commits. A done job is deleted in the commit of its handler's writes.
 *
 * Schedules: a job type with `every` is enqueued once a period, for every account and mode in use: those that have an API key,
 * the connected accounts, and the first account in the mode of tokens. A job of the last period that is not done yet swallows the
 * next one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_JOB_JOB_H
#define STRIPE_LITE_CORE_JOB_JOB_H

#include <stripe_lite/job.h>
#include <stripe_lite/queue.h>

#include "core/base/context.h"

typedef struct sl_jobs sl_jobs;

/* since 1.0 [start-up only] */
sl_jobs *sl_jobs_new(const sl_host *host);
void sl_jobs_free(sl_jobs *jobs); /* no fiber of it may run any more */

/* Adds a job type of a plugin; it counts while `*active`. What the pointers name lives as long as the jobs. NULL, or a sentence
 * saying why it is refused, owned by `jobs`: no handler, negative seconds, a name that an active plugin has already. since 1.0
 * [start-up only] */
const char *sl_jobs_add(sl_jobs *jobs, const char *plugin, const bool *active,
                        const sl_job_type *type);

/* Starts the runner's fiber: it claims what is due at once, after a local enqueue, and every second. While no fiber can be had it
 * tries again each second. since 1.0 [start-up only] */
void sl_jobs_start(sl_jobs *jobs);

/* No job is claimed from now on; those that run go on to their end, or until their fibers are cancelled, and are then given back
 * to the queue. since 1.0 [no-suspend] */
void sl_jobs_stop(sl_jobs *jobs);

/* As sl_jobs_stop, and waits until none runs; those that still do after `milliseconds` are cancelled. since 1.0 [suspends] */
void sl_jobs_drain(sl_jobs *jobs, int64_t milliseconds);

/* Jobs that run now. since 1.0 [no-suspend] */
uint32_t sl_jobs_running(const sl_jobs *jobs);

/* Turns schedules into jobs where a period began, then runs everything that is due, in this fiber, one after the other, until
 * nothing is; how many ran. For commands and tests. since 1.0 [suspends] */
sl_status sl_jobs_run_due(sl_context *cx, uint32_t *ret_count) SL_MUST_CHECK;

/* How many jobs wait or run, and how many are dead, over all accounts. since 1.0 [suspends] */
sl_status sl_jobs_count(sl_context *cx, int64_t *ret_live, int64_t *ret_dead) SL_MUST_CHECK;

#endif
