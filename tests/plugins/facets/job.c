/*
 * job.c: a plugin with a job on demand and one on a schedule.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

static sl_status work(sl_context *cx, const sl_job_view *job)
{
    if (job->attempt > 1)
        sl_job_again(cx, 60);
    return SL_OK;
}

static const sl_job_type jobs[] = {
    { .name = "job.work", .handler = work },
    { .name = "job.sweep", .handler = work, .every = 60 },
    SL_JOBS_END,
};

SL_PLUGIN(.name = "job", .version = "1.0.0", .summary = "Two jobs", .jobs = jobs)
