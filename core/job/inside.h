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
#define SL_JOB_NEWS "jobs"
#define SL_JOB_NEWS_MS 100    /* the least between two of a worker */
#define SL_JOB_CONCURRENCY 16 /* a worker */
#define SL_SOON_FIBERS 40     /* a worker */
#define SL_JOB_ATTEMPTS 20
#define SL_JOB_TIMEOUT 60 /* seconds */
#define SL_JOB_BACKOFF 5  /* seconds */
#define SL_JOB_BACKOFF_LIMIT 3600
#define SL_JOB_STRANGE_MS 60000 /* overdue so long, a job that nobody here knows is told of ... */
#define SL_JOB_STRANGE_AGAIN_MS 300000 /* ... and put off */

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

/* A claimed job and its fiber. */
typedef struct sl_job_fiber {
    sl_jobs *jobs;
    sl_arena *arena;
    sl_job_row row;
    sl_fiber *fiber;
    struct sl_job_fiber *next;
} sl_job_fiber;

struct sl_jobs {
    const sl_host *host;
    sl_job_entry *entries;
    uint32_t count;
    uint32_t running; /* length of `fibers` */
    sl_job_fiber *fibers;
    const char *worker; /* unlike any other's: `locked_by` */
    sl_condition wake;  /* something may be due, a slot became free, or stop */
    sl_arena *arena;
    int64_t renewed;            /* monotonic milliseconds, as is */
    int64_t looked;             /* for jobs that nobody here knows */
    int64_t told;               /* the others, that there is more than this worker can take */
    struct sl_soon *soon_first; /* see soon.c */
    struct sl_soon *soon_last;
    uint32_t soon_waiting;
    uint32_t soon_running;
    sl_fiber *soon_fibers[SL_SOON_FIBERS]; /* NULL: no fiber has this place */
    bool loop_runs; /* sl_jobs_start was called: there is somebody to do what waits */
    bool due;   /* set with `wake`, which does not last: the runner may not be waiting just then */
    bool freed; /* what dead workers held: looked for once */
    bool stopping;
    bool failing; /* the database does not answer; told once */
};

/* What `cx->job` points at while a handler runs. */
struct sl_job_run {
    sl_jobs *jobs;
    sl_job_row *row;
    const sl_job_entry *entry;
    sl_job_row *held; /* the row as the commit under way leaves it */
    int64_t again;    /* seconds, -1: not asked for */
    bool ending;      /* the handler has returned SL_OK: the next commit is the last */
    bool rerun;       /* the step has run before */
    bool lost;        /* the row is no longer this worker's */
};

/* The entry of a name, NULL when no active plugin has it. [no-suspend] */
sl_job_entry *sl_jobs_entry(sl_jobs *jobs, const char *name);

/* Claims at most `limit` due jobs whose type is known here; rows live in cx's arena. [suspends] */
sl_status sl_jobs_claim(sl_context *cx, sl_jobs *jobs, uint32_t limit, int64_t lease_ms,
                        sl_list *ret_rows) SL_MUST_CHECK;

/* For the inner half of a statement, which stands in a materialized WITH: a planner may otherwise run it more than once, and its
 * limit with it. SQLite has one writer: nobody else can take the rows between the two halves. [no-suspend] */
const char *sl_jobs_lock_free_only(const sl_context *cx);

/* A new name for this process. [no-suspend] */
const char *sl_job_holder_name(sl_context *cx);

/* Those of the names in the rows' first column whose processes were here and are no more. [no-suspend] */
sl_list sl_holders_dead(sl_context *cx, const sl_rows *rows);

/* Makes due what processes of this machine held that are dead. [suspends] */
sl_status sl_jobs_free_dead(sl_context *cx) SL_MUST_CHECK;

/* Prolongs the leases of what this worker runs. [suspends] */
sl_status sl_jobs_renew(sl_context *cx, const sl_jobs *jobs) SL_MUST_CHECK;

/* Puts off what is long due and of no type that is known here, with a warning: its plugin may come back. [suspends] */
sl_status sl_jobs_put_off(sl_context *cx, const sl_jobs *jobs) SL_MUST_CHECK;

/* Runs one claimed job to its end, with a context of its own. [suspends] */
void sl_job_perform(sl_jobs *jobs, const sl_job_row *claimed);

/* Forgets what waits to be done soon. [no-suspend] */
void sl_soon_drop(sl_jobs *jobs);

/* Enqueues the jobs of every schedule whose period began. [suspends] */
sl_status sl_schedules_enqueue(sl_context *cx, sl_jobs *jobs) SL_MUST_CHECK;

#endif
