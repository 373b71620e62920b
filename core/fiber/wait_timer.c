/*
 * wait_timer.c: timers and watched descriptors that call a function on the loop.
 *
 * For code that serves many at once and so has no fiber to park: the HTTP client's and the database's connections.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>

#include <event2/event.h>

#include "core/base/clock.h"
#include "core/fiber/inside.h"

struct sl_timer {
    sl_loop *loop;
    struct event *event;
    void (*function)(void *data);
    void *data;
    int64_t due;      /* single shot: monotonic milliseconds */
    int64_t interval; /* 0: single shot */
    sl_timer *next;
    sl_timer *previous;
};

struct sl_watch {
    sl_loop *loop;
    struct event *event;
    int descriptor;
    int events;
    void (*function)(void *data, int events);
    void *data;
    sl_watch *next;
    sl_watch *previous;
};

static void *record_new(size_t size)
{
    void *record = calloc(1, size);
    if (!record) {
        fputs("out of memory\n", stderr);
        abort();
    }
    return record;
}

static struct event *record_event(struct event *event)
{
    if (!event) {
        fputs("out of memory\n", stderr);
        abort();
    }
    return event;
}

static void timer_arm(sl_timer *timer, int64_t milliseconds)
{
    int64_t left = milliseconds > 0 ? milliseconds : 0;
    struct timeval delay = { .tv_sec = (time_t)(left / 1000),
                             .tv_usec = (suseconds_t)(left % 1000 * 1000) };
    event_add(timer->event, &delay);
}

static void timer_fired(evutil_socket_t descriptor, short events, void *data)
{
    (void)descriptor;
    (void)events;
    sl_timer *timer = data;
    void (*function)(void *data) = timer->function;
    void *argument = timer->data;
    if (timer->interval == 0) {
        int64_t now = sl_clock_monotonic_ms();
        if (now < timer->due) {
            timer_arm(timer, timer->due - now);
            return;
        }
        sl_timer_free(timer);
    }
    /* Last: the function may free a repeating timer. */
    function(argument);
}

static sl_timer *timer_new(sl_loop *loop, void (*function)(void *data), void *data, short flags)
{
    sl_timer *timer = record_new(sizeof(*timer));
    timer->loop = loop;
    timer->function = function;
    timer->data = data;
    timer->event = record_event(event_new(loop->base, -1, flags, timer_fired, timer));
    timer->next = loop->timers;
    if (loop->timers)
        loop->timers->previous = timer;
    loop->timers = timer;
    return timer;
}

sl_timer *sl_loop_after(sl_loop *loop, int64_t milliseconds, void (*function)(void *data),
                        void *data)
{
    sl_timer *timer = timer_new(loop, function, data, 0);
    timer->due = sl_clock_monotonic_ms() + milliseconds;
    timer_arm(timer, milliseconds);
    return timer;
}

sl_timer *sl_loop_every(sl_loop *loop, int64_t milliseconds, void (*function)(void *data),
                        void *data)
{
    sl_timer *timer = timer_new(loop, function, data, EV_PERSIST);
    timer->interval = milliseconds > 0 ? milliseconds : 1;
    timer_arm(timer, timer->interval);
    return timer;
}

void sl_timer_free(sl_timer *timer)
{
    if (!timer)
        return;
    if (timer->previous)
        timer->previous->next = timer->next;
    else
        timer->loop->timers = timer->next;
    if (timer->next)
        timer->next->previous = timer->previous;
    event_free(timer->event);
    free(timer);
}

static void watch_fired(evutil_socket_t descriptor, short events, void *data)
{
    (void)descriptor;
    sl_watch *watch = data;
    int ready = ((events & EV_READ) ? SL_WAIT_READ : 0) | ((events & EV_WRITE) ? SL_WAIT_WRITE : 0);
    watch->function(watch->data, ready);
}

sl_watch *sl_watch_new(sl_loop *loop, int descriptor, void (*function)(void *data, int events),
                       void *data)
{
    sl_watch *watch = record_new(sizeof(*watch));
    watch->loop = loop;
    watch->descriptor = descriptor;
    watch->function = function;
    watch->data = data;
    watch->event = record_event(event_new(loop->base, descriptor, EV_PERSIST, watch_fired, watch));
    watch->next = loop->watches;
    if (loop->watches)
        loop->watches->previous = watch;
    loop->watches = watch;
    return watch;
}

sl_status sl_watch_set(sl_watch *watch, int events)
{
    if (events == watch->events)
        return SL_OK;
    event_del(watch->event);
    watch->events = 0;
    if (events == 0)
        return SL_OK;
    short wanted = (short)(EV_PERSIST | ((events & SL_WAIT_READ) ? EV_READ : 0) |
                           ((events & SL_WAIT_WRITE) ? EV_WRITE : 0));
    if (event_assign(watch->event, watch->loop->base, watch->descriptor, wanted, watch_fired,
                     watch) != 0 ||
        event_add(watch->event, NULL) != 0)
        return SL_E_INTERNAL;
    watch->events = events;
    return SL_OK;
}

void sl_watch_free(sl_watch *watch)
{
    if (!watch)
        return;
    if (watch->previous)
        watch->previous->next = watch->next;
    else
        watch->loop->watches = watch->next;
    if (watch->next)
        watch->next->previous = watch->previous;
    event_free(watch->event);
    free(watch);
}

void sl_timers_drop(sl_loop *loop)
{
    for (sl_timer *timer = loop->timers, *next; timer; timer = next) {
        next = timer->next;
        sl_timer_free(timer);
    }
    for (sl_watch *watch = loop->watches, *next; watch; watch = next) {
        next = watch->next;
        sl_watch_free(watch);
    }
}
