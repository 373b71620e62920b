/*
 * fiber.h: fibers, and the only places where one suspends.
 *
 * A loop runs in one thread. A fiber is started on it and runs straight-line code; what is tagged [suspends] parks it and lets
 * the loop run others. A fiber never changes thread. Being cancelled is a return value: the wait returns SL_E_CANCELLED and the
 * fiber unwinds by itself. Resuming happens only from the loop, through its ready queue.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_FIBER_FIBER_H
#define STRIPE_LITE_CORE_FIBER_FIBER_H

#include <stdbool.h>
#include <stdint.h>

#include <stripe_lite/status.h>

typedef struct sl_loop sl_loop;
typedef struct sl_fiber sl_fiber;
struct event_base;

#define SL_FIBER_STACK (128 * 1024)

#define SL_WAIT_READ 1
#define SL_WAIT_WRITE 2

/* ---- the loop ---- */

/* `max_fibers`: no more than so many at once; sl_fiber_start answers SL_E_UNAVAILABLE past it. NULL when the system refuses.
 * since 1.0 [no-suspend], all of these */
sl_loop *sl_loop_new(uint32_t max_fibers);
/* Every fiber must have ended and no thread may post any more. Timers and watches that are left are freed. */
void sl_loop_free(sl_loop *loop);
/* Runs until sl_loop_stop; then goes on until the last fiber has ended and the last post has run. */
void sl_loop_run(sl_loop *loop);
/* From the loop's thread (another one posts it); counts for the run that goes on, or else for the next. */
void sl_loop_stop(sl_loop *loop);
/* libevent's base, for core/http and core/http_client glue. */
struct event_base *sl_loop_base(sl_loop *loop);
/* The loop that runs in this thread, or NULL. */
sl_loop *sl_loop_current(void);
uint32_t sl_loop_fibers(const sl_loop *loop);
/* sl_fiber_cancel for every fiber there is: the end of a drain. */
void sl_loop_cancel_all(sl_loop *loop);

/* Calls `function(data)` on the loop after `milliseconds` (0: on the next turn), once, or again and again for `_every`. The
 * timer is freed by itself after a single shot, else by sl_timer_free. It must not suspend. */
typedef struct sl_timer sl_timer;
sl_timer *sl_loop_after(sl_loop *loop, int64_t milliseconds, void (*function)(void *data),
                        void *data);
sl_timer *sl_loop_every(sl_loop *loop, int64_t milliseconds, void (*function)(void *data),
                        void *data);
void sl_timer_free(sl_timer *timer); /* only a timer that has not fired its single shot */

/* Calls `function(data, events)` on the loop whenever the descriptor is ready for what sl_watch_set asks (SL_WAIT_READ,
 * SL_WAIT_WRITE, both, 0: nothing, as in the beginning). Must not suspend; may free its own watch. The descriptor stays open
 * until sl_watch_free or sl_watch_set(0). SL_E_INTERNAL for a descriptor that cannot be watched (a file). */
typedef struct sl_watch sl_watch;
sl_watch *sl_watch_new(sl_loop *loop, int descriptor, void (*function)(void *data, int events),
                       void *data);
sl_status sl_watch_set(sl_watch *watch, int events) SL_MUST_CHECK;
void sl_watch_free(sl_watch *watch);

/* From any thread: `function(data)` runs on the loop soon (an eventfd). [no-suspend, thread-safe] */
void sl_loop_post(sl_loop *loop, void (*function)(void *data), void *data);

/* ---- fibers ---- */

/* Puts a new fiber into the ready queue; it starts on the loop's next turn. SL_E_UNAVAILABLE when there are too many or no
 * stack can be had. `ret_fiber` may be NULL; the handle is valid until the fiber ends. */
sl_status sl_fiber_start(sl_loop *loop, void (*function)(void *data), void *data,
                         sl_fiber **ret_fiber) SL_MUST_CHECK;
/* The running fiber, NULL on the loop itself. */
sl_fiber *sl_fiber_current(void);
/* Its waits return SL_E_CANCELLED from now on, the current one at once; a wait that is over already keeps its result. From the
 * loop's thread. */
void sl_fiber_cancel(sl_fiber *fiber);
/* While `shield` is on, waits are not cancelled: between a gateway's answer and its commit. Nests. */
void sl_fiber_shield(bool on);
/* Whether the next wait would return SL_E_CANCELLED. */
bool sl_fiber_cancelled(void);

/* What a fiber serves, for the report of a crash. Texts live as long as the fiber works on it. */
typedef struct sl_fiber_work {
    const char *kind;   /* "request" or "job" */
    const char *name;   /* "POST /v1/charges"; a job's type */
    const char *id;     /* of the request, or of the one that the job belongs to */
    const char *plugin; /* whose route or job it is */
} sl_fiber_work;
/* The running fiber serves this from now on; NULL: nothing. since 1.0 [no-suspend] */
void sl_fiber_works_on(const sl_fiber_work *work);

/* The running fiber as a signal handler sees it. */
typedef struct sl_fiber_view {
    const char *guard; /* the page below the stack, where an overflow is noticed */
    const char *stack; /* lowest usable byte */
    const char *top;   /* end of the stack */
    const sl_fiber_work *work;
} sl_fiber_view;
/* False when no fiber runs. since 1.0 [no-suspend, async-signal-safe] */
bool sl_loop_view(const sl_loop *loop, sl_fiber_view *ret_view);

/* ---- waiting: deadlines are monotonic milliseconds (core/base/clock.h), 0 is none; each returns SL_OK, SL_E_TIMEOUT or
 * SL_E_CANCELLED; SL_E_INTERNAL outside a fiber and for a descriptor that cannot be waited for; [suspends], all of these ---- */

/* Until the descriptor is readable or writable; `ret_events` which. */
sl_status sl_wait_descriptor(int descriptor, int events, int64_t deadline,
                             int *ret_events) SL_MUST_CHECK;
sl_status sl_wait_until(int64_t deadline) SL_MUST_CHECK; /* sleeping to the deadline is SL_OK */
/* Lets the others run once. */
sl_status sl_wait_turn(void) SL_MUST_CHECK;

/* A condition: fibers wait on it until it is signalled. Lives as long as somebody waits on it; embed it. */
typedef struct sl_condition {
    struct sl_waiter *first;
    struct sl_waiter *last;
} sl_condition;
sl_status sl_wait_condition(sl_condition *condition, int64_t deadline) SL_MUST_CHECK;
void sl_condition_signal(sl_condition *condition);    /* the one waiting longest; [no-suspend] */
void sl_condition_broadcast(sl_condition *condition); /* all; [no-suspend] */

/* Debug builds end the process with a sentence when a call that may suspend runs outside a fiber. */
void sl_assert_may_suspend(const char *function);

#endif
