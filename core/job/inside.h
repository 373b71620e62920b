/*
 * inside.h: what the files of this room share: the row of a job, the type it has here, the run.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_JOB_INSIDE_H
#define STRIPE_LITE_CORE_JOB_INSIDE_H

#include "core/base/context.h"
#include "core/fiber/fiber.h"
#include "core/job/job.h"

#define SL_JOB_LEASE_MS 30000
#define SL_JOB_POLL_MS 1000
#define SL_JOB_CONCURRENCY 32 /* a worker */
#define SL_JOB_ATTEMPTS 20
#define SL_JOB_TIMEOUT 60      /* seconds */
#define SL_JOB_BACKOFF 5       /* seconds */
#define SL_JOB_BACKOFF_LIMIT 3600

typedef struct sl_job_row {
    const char *id;
    const char *name;
    const char *unique_key;
    const char *state; /* "ready", "running", "dead" */
    int64_t run_at;    /* unix milliseconds */
    const char *locked_by;
    int64_t attempt;
    int64_t attempts;
    const char *payload;
    const char *last_error;
    const char *request_id;
    int64_t created;
    int64_t version;
    const char *scope; /* no column of the table: its account_id */
} sl_job_row;

extern const sl_table sl_job_table;

typedef struct sl_job_entry {
    const sl_job_type *type;
    const char *plugin;
    const bool *active;
    int64_t slot; /* the last period this worker has looked at; 0: none yet */
} sl_job_entry;

struct sl_jobs {
    const sl_host *host;
    sl_job_entry *entries;
    uint32_t count;
    uint32_t running;
    const char *worker; /* unlike any other's: `locked_by` */
    sl_condition wake;  /* something may be due, a slot became free, or stop */
    sl_arena *arena;
    int64_t renewed;    /* monotonic milliseconds */
    bool stopping;
    bool failing; /* the database does not answer; told once */
};

/* What `cx->job` points at while a handler runs. */
struct sl_job_run {
    sl_jobs *jobs;
    sl_job_row *row;
    const sl_job_entry *entry;
    int64_t again; /* seconds, -1: not asked for */
    bool rerun;    /* the step has run before */
    bool lost;     /* the row is no longer this worker's */
};

/* The entry of a name, NULL when no active plugin has it. [no-suspend] */
sl_job_entry *sl_jobs_entry(sl_jobs *jobs, const char *name);

/* Claims at most `limit` due jobs whose type is known here; rows live in cx's arena. [suspends] */
sl_status sl_jobs_claim(sl_context *cx, sl_jobs *jobs, uint32_t limit, sl_list *ret_rows) SL_MUST_CHECK;

/* Prolongs the leases of what this worker runs. [suspends] */
sl_status sl_jobs_renew(sl_context *cx, sl_jobs *jobs) SL_MUST_CHECK;

/* Runs one claimed job to its end, with a context of its own. [suspends] */
void sl_job_perform(sl_jobs *jobs, const sl_job_row *claimed);

/* Enqueues the schedules whose period has begun. [suspends] */
sl_status sl_schedules_enqueue(sl_context *cx, sl_jobs *jobs) SL_MUST_CHECK;

#endif
