/*
 * job.h: work that outlives its request: queued with the write set, claimed by one worker, retried with backoff.
 *
 * A job runs at least once. What its handler writes is committed together with the job's end, so that its own effects happen
 * once. After the last attempt it is dead, kept and counted.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_JOB_H
#define STRIPE_LITE_JOB_H

#include <stripe_lite/database.h>

SL_BEGIN_DECLS

typedef struct sl_job_request {
    uint32_t struct_size;
    int32_t attempts; /* how often at most; 0: 20 */
    const char *name; /* a job that some plugin declares: "payments.recover" */
    const char *key;  /* unique while the job is not done: enqueued twice, run once; NULL: no key */
    int64_t run_at;   /* unix seconds; 0: now */
    const char *payload; /* one JSON value's text or NULL */
} sl_job_request;

/* Adds a job to the context's write set. A live job of the same name and key swallows it. since 1.0 [no-suspend] */
SL_API void sl_job_enqueue(sl_context *cx, const sl_job_request *request);

typedef struct sl_job_view {
    uint32_t struct_size;
    int32_t attempt; /* 1 for the first run */
    int32_t attempts;
    int32_t reserved;
    const char *id;
    const char *name;
    const char *key;
    const sl_value *payload;
} sl_job_view;

/* SL_OK: done. Anything else: again after a backoff, until attempts are used up. sl_job_again says when. [suspends] */
typedef sl_status (*sl_job_handler)(sl_context *cx, const sl_job_view *job);

/* The job that is running is to run again in `seconds` although the handler returns SL_OK; its writes are committed and the
 * attempt counts. A step that begins (sl_retry) forgets it: say it inside the last step, or behind it. since 1.0 [no-suspend] */
SL_API void sl_job_again(sl_context *cx, int64_t seconds);

/* Has `run` work on `data` (copied) in this process as soon as a fiber is free, in a context of its own for this one's account;
 * what it leaves pending is dropped. Nothing keeps it: it is for work that the database knows of anyway and somebody looks for
 * when it is overdue there, so that it need not be claimed first. Call it after the commit. False when too much waits already.
 * since 1.0 [no-suspend] */
SL_API bool sl_soon(sl_context *cx, const char *name,
                    sl_status (*run)(sl_context *cx, const char *data), const char *data);

/* How many more sl_soon takes now; 0 in commands. since 1.0 [no-suspend] */
SL_API uint32_t sl_soon_room(const sl_context *cx);

typedef struct sl_job_type {
    const char *name; /* "payments.recover" */
    sl_job_handler handler;
    int64_t
        every; /* seconds; a schedule: run once per period over all nodes, for every account in use; 0: on demand */
    int64_t backoff;       /* seconds before the second run, doubling up to backoff_limit; 0: 5 */
    int64_t backoff_limit; /* 0: 3600 */
    int64_t timeout;       /* seconds a run may take; 0: 60 */
    uint64_t reserved[4];
} sl_job_type;
#define SL_JOBS_END  \
    {                \
        .name = NULL \
    }

SL_END_DECLS
#endif
