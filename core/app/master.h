/*
 * master.h: what the master knows: its workers, their slots and generations, and the reload that is under way.
 *
 * Listening sockets belong to slots and outlive workers and generations: what waits in their queues is served by whoever comes
 * next, which is why neither a crash nor a reload refuses a connection.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_APP_MASTER_H
#define STRIPE_LITE_CORE_APP_MASTER_H

#include <signal.h>
#include <sys/types.h>

#include "core/app/app.h"
#include "core/app/board.h"
#include "core/app/sockets.h"

#define SL_WORKERS ((size_t)2 * SL_SLOTS) /* two generations of all slots */
#define SL_STOP_GRACE_MS 2000             /* after server.drain */

typedef struct sl_worker {
    pid_t process; /* 0: the place is free */
    int ready;     /* read end; -1 once it has said so */
    bool serving;
    bool retiring; /* told to drain */
    bool stuck;    /* told to end, because its loop stood still */
    int32_t slot;
    uint32_t generation;
    int64_t started; /* monotonic ms */
    int64_t kill_at; /* retiring or stuck: when it is killed */
} sl_worker;

typedef struct sl_slot {
    int64_t start_at; /* monotonic ms; 0: nothing to start */
    int64_t backoff;
} sl_slot;

typedef struct sl_master {
    sl_invocation *invocation;
    int (*reload)(sl_invocation *invocation);
    sl_sockets sockets;
    sl_board_entry *board; /* an entry a worker */
    sl_worker workers[SL_WORKERS];
    sl_slot slots[SL_SLOTS];
    int signals;
    int alive[2]; /* workers watch the read end; only the master holds the write end */
    uint32_t generation;
    bool announced;
    bool stopping;
    int64_t kill_at;
    int watch;                         /* --reload; -1: none */
    int64_t reload_at;                 /* monotonic ms; 0: none is due */
    pid_t preparer;                    /* of a reload; 0: none */
    const struct sl_settings *renewed; /* what it looks at */
    bool faltered;                     /* a worker of this generation has ended before it served */
    int64_t renewed_at;                /* when this generation began */
    int64_t looked_at;                 /* when the heartbeats were looked at last */
    int64_t ping_at;                   /* for the service manager */
    int exit_code;
} sl_master;

/* ---- master.c ---- */

/* Drains and ends with this code. since 1.0 [no-suspend], all of these */
void sl_master_stop(sl_master *m, int exit_code);
/* Takes one signal that waits in `signals`. */
void sl_master_hear(sl_master *m);
/* In a fresh child: no signal is blocked, and what is the master's alone is closed. */
void sl_master_leave(sl_master *m);
/* A child's exit code; one that a signal ended is told, for it could not say anything itself. */
int sl_child_code(int status, const char *who);

/* ---- workers.c ---- */

void sl_worker_start_in(sl_master *m, int32_t slot);
void sl_worker_ready(sl_master *m, sl_worker *worker);
void sl_worker_ended(sl_master *m, sl_worker *worker, int status);
void sl_workers_signal(sl_master *m, int number);
bool sl_workers_left(const sl_master *m);
/* Whether each slot has a worker of the newest generation that serves. */
bool sl_workers_serve(const sl_master *m);
/* Ends those that are late: retired ones past their drain, and ones whose loop stands still. True while all loops turn. */
bool sl_workers_look(sl_master *m, int64_t now);

/* ---- reload.c ---- */

/* The preparer of the start, waited for; its exit code, or SL_EXIT_OK and `stopping` when a signal came meanwhile. */
int sl_prepare_first(sl_master *m);
/* Reads the settings anew and has a preparer look at them; when one is under way, another follows it. */
void sl_reload_begin(sl_master *m);
/* Whether a reload that is due may begin. */
bool sl_reload_may_begin(const sl_master *m);
/* The preparer has ended: fresh workers, or the old ones go on. */
void sl_reload_prepared(sl_master *m, int status);

#endif
