/*
 * wait.c: the only file where a fiber suspends.
 *
 * A wait arms what may end it (a timer, a descriptor, a place in a condition's queue), parks, and disarms when it goes on. The
 * first to end it decides the result; what comes later finds the fiber no longer parked and changes nothing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>

#include <event2/event.h>

#include "core/base/clock.h"
#include "core/fiber/inside.h"

/* Milliseconds: a longer wait is armed again, so that no sum in libevent overflows. */
#define LONGEST_TIMER ((int64_t)1000 * 60 * 60 * 24)

void sl_assert_may_suspend(const char *function)
{
#ifndef NDEBUG
    if (!sl_fiber_current()) {
        fprintf(stderr, "%s may suspend and was called outside a fiber\n", function);
        abort();
    }
#else
    (void)function;
#endif
}

static void timer_arm(sl_fiber *fiber, int64_t now)
{
    int64_t left = fiber->deadline > now ? fiber->deadline - now : 0;
    if (left > LONGEST_TIMER)
        left = LONGEST_TIMER;
    struct timeval delay = { .tv_sec = (time_t)(left / 1000),
                             .tv_usec = (suseconds_t)(left % 1000 * 1000) };
    event_add(fiber->timer, &delay);
}

static void timer_fired(evutil_socket_t descriptor, short events, void *data)
{
    (void)descriptor;
    (void)events;
    sl_fiber *fiber = data;
    if (fiber->state != FIBER_PARKED)
        return;
    /* libevent counts from the time its turn began, which may be earlier than the wait. */
    int64_t now = sl_clock_monotonic_ms();
    if (now < fiber->deadline)
        timer_arm(fiber, now);
    else
        sl_fiber_wake(fiber, SL_E_TIMEOUT);
}

static void descriptor_fired(evutil_socket_t descriptor, short events, void *data)
{
    (void)descriptor;
    sl_fiber *fiber = data;
    if (fiber->state != FIBER_PARKED)
        return;
    fiber->events =
        ((events & EV_READ) ? SL_WAIT_READ : 0) | ((events & EV_WRITE) ? SL_WAIT_WRITE : 0);
    sl_fiber_wake(fiber, SL_OK);
}

void sl_wait_forget(sl_fiber *fiber)
{
    if (fiber->timer)
        event_free(fiber->timer);
    if (fiber->descriptor)
        event_free(fiber->descriptor);
    fiber->timer = NULL;
    fiber->descriptor = NULL;
}

/* What stands before every wait: SL_OK when it may go to sleep. */
static sl_status wait_begin(const sl_fiber *fiber)
{
    if (!fiber)
        return SL_E_INTERNAL;
    return fiber->cancelled && fiber->shield == 0 ? SL_E_CANCELLED : SL_OK;
}

/* Parks until somebody wakes the fiber or the deadline comes. */
static sl_status wait_parked(sl_fiber *fiber, int64_t deadline)
{
    if (deadline != 0) {
        if (!fiber->timer)
            fiber->timer = event_new(fiber->loop->base, -1, 0, timer_fired, fiber);
        if (!fiber->timer)
            return SL_E_INTERNAL;
        fiber->deadline = deadline;
        timer_arm(fiber, sl_clock_monotonic_ms());
    }
    fiber->state = FIBER_PARKED;
    sl_switch_out(fiber);
    if (deadline != 0)
        event_del(fiber->timer);
    return fiber->result;
}

static bool deadline_passed(int64_t deadline)
{
    return deadline != 0 && sl_clock_monotonic_ms() >= deadline;
}

sl_status sl_wait_turn(void)
{
    sl_assert_may_suspend(__func__);
    sl_fiber *fiber = sl_fiber_current();
    sl_status status = wait_begin(fiber);
    if (status != SL_OK)
        return status;
    sl_ready_push(fiber->loop, fiber);
    sl_switch_out(fiber);
    return SL_OK;
}

sl_status sl_wait_until(int64_t deadline)
{
    sl_assert_may_suspend(__func__);
    sl_fiber *fiber = sl_fiber_current();
    sl_status status = wait_begin(fiber);
    if (status != SL_OK)
        return status;
    if (deadline_passed(deadline))
        return sl_wait_turn();
    status = wait_parked(fiber, deadline);
    return status == SL_E_TIMEOUT ? SL_OK : status;
}

sl_status sl_wait_descriptor(int descriptor, int events, int64_t deadline, int *ret_events)
{
    sl_assert_may_suspend(__func__);
    sl_fiber *fiber = sl_fiber_current();
    sl_status status = wait_begin(fiber);
    if (status != SL_OK)
        return status;
    if (deadline_passed(deadline))
        return SL_E_TIMEOUT;
    short wanted = (short)(((events & SL_WAIT_READ) ? EV_READ : 0) |
                           ((events & SL_WAIT_WRITE) ? EV_WRITE : 0));
    struct event_base *base = fiber->loop->base;
    if (!fiber->descriptor)
        fiber->descriptor = event_new(base, descriptor, wanted, descriptor_fired, fiber);
    else if (event_assign(fiber->descriptor, base, descriptor, wanted, descriptor_fired, fiber) !=
             0)
        return SL_E_INTERNAL;
    if (!fiber->descriptor || event_add(fiber->descriptor, NULL) != 0)
        return SL_E_INTERNAL;
    status = wait_parked(fiber, deadline);
    event_del(fiber->descriptor);
    if (status == SL_OK && ret_events)
        *ret_events = fiber->events;
    return status;
}

sl_status sl_wait_condition(sl_condition *condition, int64_t deadline)
{
    sl_assert_may_suspend(__func__);
    sl_fiber *fiber = sl_fiber_current();
    sl_status status = wait_begin(fiber);
    if (status != SL_OK)
        return status;
    if (deadline_passed(deadline))
        return SL_E_TIMEOUT;
    struct sl_waiter waiter = { .fiber = fiber,
                                .condition = condition,
                                .previous = condition->last };
    if (condition->last)
        condition->last->next = &waiter;
    else
        condition->first = &waiter;
    condition->last = &waiter;
    fiber->waiter = &waiter;
    return wait_parked(fiber, deadline);
}

void sl_condition_signal(sl_condition *condition)
{
    if (condition->first)
        sl_fiber_wake(condition->first->fiber, SL_OK);
}

void sl_condition_broadcast(sl_condition *condition)
{
    while (condition->first)
        sl_fiber_wake(condition->first->fiber, SL_OK);
}
