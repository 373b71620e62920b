/*
 * lanes.h: what the files of queues share: a queue in this worker, its book of lanes, the statements.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_JOB_LANES_H
#define STRIPE_LITE_CORE_JOB_LANES_H

#include "core/database/textmap.h"
#include "core/fiber/fiber.h"
#include "core/job/queues.h"

/* How a lane stands, and how many runs of all such lanes a worker has at once. */
#define LANE_NEW 0
#define LANE_WORKS 1
#define LANE_FAILS 2
#define LANE_STANDINGS 3

#define LANES_A_CLAIM 64
#define NEVER INT64_MAX

typedef struct lane {
    const char *name;
    int32_t standing;
    int32_t failures;  /* in a row */
    int32_t running;   /* in this worker */
    int64_t due_at;    /* unix ms of the first row that is known to wait; NEVER: none */
    int64_t open_at;   /* monotonic ms until which the lane stands still */
    int64_t used_at;   /* monotonic ms: an idle one is forgotten some time */
    uint32_t told;     /* how often a row was told of: what is told during a claim counts */
    struct lane *next; /* the one that has waited longest first */
} lane;

typedef struct queue_run queue_run;

/* A fiber that claims rows of lanes of some standings. */
typedef struct lane_claimer {
    struct queue_worker *worker;
    bool claims[LANE_STANDINGS];
    bool failing; /* said once */
} lane_claimer;

/* Lanes that work have a claimer of their own: they wait for no claim of others. */
#define LANE_CLAIMERS 2

typedef struct queue_worker {
    struct sl_queues *owner;
    const sl_queue *queue;
    const char *plugin;
    const bool *active;
    sl_textmap by_name;
    lane *first;
    lane **last;
    uint32_t lane_count;
    int32_t running[LANE_STANDINGS];
    uint32_t running_all;
    queue_run *runs;
    lane_claimer claimers[LANE_CLAIMERS];
    sl_condition wake; /* of the fibers that claim */
    sl_condition rest; /* of the one that looks */
    int64_t counted;   /* monotonic ms of the last count of what waits */
    uint32_t news;     /* grows when there may be something to claim */
    bool freed;        /* what dead workers held: looked for once */
    bool blind;        /* looks fail: said once */
    struct queue_worker *next;
} queue_worker;

struct sl_queues {
    const sl_host *host;
    queue_worker *workers;
    const char *holder;
    sl_arena *arena;
    bool stopping;
};

/* ---- lane_book.c; all [no-suspend] ---- */

void lanes_begin(queue_worker *worker);
void lanes_end(queue_worker *worker);
lane *lane_of(queue_worker *worker, const char *name);
/* A row waits from `due_at` on. */
void lane_tell(lane *one, int64_t due_at);
void lane_works(queue_worker *worker, lane *one);
void lane_fails(lane *one, int64_t pause_ms);
void lane_begins(queue_worker *worker, lane *one, int32_t *ret_slot);
void lane_ended(queue_worker *worker, lane *one, int32_t slot);
/* Up to LANES_A_CLAIM open lanes of one standing with due rows and room, and how many rows of each may be claimed; they go to the
 * end of the book. */
uint32_t lanes_open(queue_worker *worker, int32_t standing, lane **ret_lanes, int32_t *ret_each);
/* Monotonic ms at which a lane of these standings opens or a row of it becomes due, NEVER when none will. Standings without a free
 * slot do not count: a run that ends is news. */
int64_t lanes_next(const queue_worker *worker, const bool standings[LANE_STANDINGS]);

/* ---- lane_claim.c; all [suspends] ---- */

/* All lanes with rows that wait, into the book. */
sl_status lanes_look(sl_context *cx, queue_worker *worker) SL_MUST_CHECK;
/* Claims up to `each` due rows of each lane. Columns: account_id, then those of the table. */
sl_status lanes_claim(sl_context *cx, queue_worker *worker, lane *const *lanes, uint32_t count,
                      int32_t each, int64_t lease_ms, sl_rows **ret_rows) SL_MUST_CHECK;
sl_status lanes_free_dead(sl_context *cx, const queue_worker *worker) SL_MUST_CHECK;
/* How many rows wait, and since when (unix ms, SL_NONE: none does), into the gauges. */
sl_status lanes_count(sl_context *cx, const queue_worker *worker) SL_MUST_CHECK;

#endif
