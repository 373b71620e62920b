/*
 * inside.h: what the files of this room share: the loop, a fiber, the switch between them.
 *
 * A fiber's record lies at the top of its own stack mapping, so that both are had and given back in one step. libevent's types
 * stay opaque here; only wait*.c look inside.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_FIBER_INSIDE_H
#define STRIPE_LITE_CORE_FIBER_INSIDE_H

#include <pthread.h>
#include <stddef.h>

#include "core/fiber/fiber.h"

struct event;

/* Idle fibers beyond these many give their pages back; beyond SL_POOL_COLD also their mapping. */
#define SL_POOL_WARM 256
#define SL_POOL_COLD 2048

typedef enum fiber_state { FIBER_IDLE, FIBER_READY, FIBER_RUNNING, FIBER_PARKED } fiber_state;

struct sl_fiber {
    void *context; /* where it goes on; NULL: to be made anew */
    sl_loop *loop;
    void (*function)(void *data);
    void *data;
    sl_fiber *next;      /* in the ready queue or the pool */
    sl_fiber *live_next; /* among all that have not ended */
    sl_fiber *live_previous;
    struct sl_waiter *waiter; /* the condition it is queued on, by its own stack */
    struct event *timer;      /* made at first use, kept */
    struct event *descriptor; /* the same */
    int64_t deadline;         /* of the wait that goes on, 0: none */
    sl_status result;         /* what the wait returns */
    int events;               /* what the descriptor was ready for */
    uint32_t shield;
    fiber_state state;
    bool cancelled;
    bool ended;
    void *mapping;
    size_t mapping_size;
    char *stack; /* lowest usable byte, above the guard page */
    size_t stack_size;
    void *fake_stack; /* address sanitizer's */
    unsigned valgrind_id;
    const sl_fiber_work *work;
};

struct sl_waiter {
    sl_fiber *fiber;
    sl_condition *condition;
    struct sl_waiter *next;
    struct sl_waiter *previous;
};

typedef struct loop_post {
    void (*function)(void *data);
    void *data;
    struct loop_post *next;
} loop_post;

struct sl_loop {
    struct event_base *base;
    void *context; /* of the loop itself while a fiber runs */
    sl_fiber *running;
    sl_fiber *ready_first;
    sl_fiber *ready_last;
    sl_fiber *live;
    sl_fiber *pool;
    uint32_t pool_count;
    uint32_t fibers;
    uint32_t max_fibers;
    bool stopping;
    sl_timer *timers;
    sl_watch *watches;
    pthread_mutex_t post_lock;
    loop_post *post_first;
    loop_post *post_last;
    int post_descriptor;
    struct event *post_event;
    void *fake_stack; /* address sanitizer's, with the bounds of the loop's own stack */
    const void *stack_bottom;
    size_t stack_size;
};

/* stack.c: a fiber with its stack, idle; NULL when none can be had. And back: kept, or unmapped. */
sl_fiber *sl_stack_take(sl_loop *loop);
void sl_stack_give(sl_loop *loop, sl_fiber *fiber);
void sl_stack_drop_pool(sl_loop *loop);

/* switch.c: into a fiber until it parks or ends (from the loop); out of it (from the fiber). */
void sl_switch_into(sl_loop *loop, sl_fiber *fiber);
void sl_switch_out(sl_fiber *fiber);

/* fiber.c */
void sl_ready_push(sl_loop *loop, sl_fiber *fiber);
/* Runs what is ready now; what becomes ready meanwhile waits for the next turn. */
void sl_ready_run(sl_loop *loop);
/* Ends a parked fiber's wait with `result`; false, and nothing done, when it is not parked. */
bool sl_fiber_wake(sl_fiber *fiber, sl_status result);

/* wait.c: forgets the fiber's libevent events before its memory goes. */
void sl_wait_forget(sl_fiber *fiber);

/* wait_timer.c: frees what its users have left. */
void sl_timers_drop(sl_loop *loop);

#endif
