/*
 * fiber.c: the life of a fiber: started, ready, running, cancelled, ended.
 *
 * All of it happens in the loop's thread. Whoever wakes a fiber only puts it into the ready queue; the loop alone switches.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/fiber/inside.h"

void sl_ready_push(sl_loop *loop, sl_fiber *fiber)
{
    fiber->state = FIBER_READY;
    fiber->next = NULL;
    if (loop->ready_last)
        loop->ready_last->next = fiber;
    else
        loop->ready_first = fiber;
    loop->ready_last = fiber;
}

static void live_add(sl_loop *loop, sl_fiber *fiber)
{
    fiber->live_previous = NULL;
    fiber->live_next = loop->live;
    if (loop->live)
        loop->live->live_previous = fiber;
    loop->live = fiber;
    loop->fibers++;
}

static void live_remove(sl_loop *loop, sl_fiber *fiber)
{
    if (fiber->live_previous)
        fiber->live_previous->live_next = fiber->live_next;
    else
        loop->live = fiber->live_next;
    if (fiber->live_next)
        fiber->live_next->live_previous = fiber->live_previous;
    loop->fibers--;
}

void sl_ready_run(sl_loop *loop)
{
    sl_fiber *last = loop->ready_last;
    sl_fiber *fiber = NULL;
    while (last && fiber != last) {
        fiber = loop->ready_first;
        loop->ready_first = fiber->next;
        if (!loop->ready_first)
            loop->ready_last = NULL;
        sl_switch_into(loop, fiber);
        if (fiber->ended) {
            live_remove(loop, fiber);
            sl_stack_give(loop, fiber);
        }
    }
}

sl_status sl_fiber_start(sl_loop *loop, void (*function)(void *data), void *data,
                         sl_fiber **ret_fiber)
{
    if (loop->fibers >= loop->max_fibers)
        return SL_E_UNAVAILABLE;
    sl_fiber *fiber = sl_stack_take(loop);
    if (!fiber)
        return SL_E_UNAVAILABLE;
    fiber->function = function;
    fiber->data = data;
    live_add(loop, fiber);
    sl_ready_push(loop, fiber);
    if (ret_fiber)
        *ret_fiber = fiber;
    return SL_OK;
}

sl_fiber *sl_fiber_current(void)
{
    sl_loop *loop = sl_loop_current();
    return loop ? loop->running : NULL;
}

bool sl_fiber_wake(sl_fiber *fiber, sl_status result)
{
    if (fiber->state != FIBER_PARKED)
        return false;
    struct sl_waiter *waiter = fiber->waiter;
    if (waiter) {
        /* Unlinked now and not when it runs: a signal that comes between must go to somebody who still waits. */
        sl_condition *condition = waiter->condition;
        if (waiter->previous)
            waiter->previous->next = waiter->next;
        else
            condition->first = waiter->next;
        if (waiter->next)
            waiter->next->previous = waiter->previous;
        else
            condition->last = waiter->previous;
        fiber->waiter = NULL;
    }
    fiber->result = result;
    sl_ready_push(fiber->loop, fiber);
    return true;
}

void sl_fiber_cancel(sl_fiber *fiber)
{
    fiber->cancelled = true;
    if (fiber->shield == 0)
        sl_fiber_wake(fiber, SL_E_CANCELLED);
}

void sl_loop_cancel_all(sl_loop *loop)
{
    for (sl_fiber *fiber = loop->live; fiber; fiber = fiber->live_next)
        sl_fiber_cancel(fiber);
}

void sl_fiber_shield(bool on)
{
    sl_fiber *fiber = sl_fiber_current();
    if (!fiber)
        return;
    if (on)
        fiber->shield++;
    else if (fiber->shield > 0)
        fiber->shield--;
}

bool sl_fiber_cancelled(void)
{
    const sl_fiber *fiber = sl_fiber_current();
    return fiber && fiber->cancelled && fiber->shield == 0;
}

void sl_fiber_works_on(const sl_fiber_work *work)
{
    sl_fiber *fiber = sl_fiber_current();
    if (fiber)
        fiber->work = work;
}

bool sl_loop_view(const sl_loop *loop, sl_fiber_view *ret_view)
{
    const sl_fiber *fiber = loop->running;
    if (!fiber)
        return false;
    *ret_view = (sl_fiber_view){ .guard = fiber->mapping,
                                 .stack = fiber->stack,
                                 .top = fiber->stack + fiber->stack_size,
                                 .work = fiber->work };
    return true;
}
