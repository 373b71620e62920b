/*
 * duplicate_job.c: it declares one job twice.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

static sl_status work(sl_context *cx, const sl_job_view *job)
{
    (void)cx;
    (void)job;
    return SL_OK;
}

static const sl_job_type jobs[] = {
    { .name = "duplicate_job.work", .handler = work },
    { .name = "duplicate_job.work", .handler = work },
    SL_JOBS_END,
};

SL_PLUGIN(.name = "duplicate_job", .version = "1.0.0", .summary = "One job twice", .jobs = jobs)
