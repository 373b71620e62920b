/*
 * wait_loop.c: the loop: turns of libevent and of the ready queue, and what other threads post to it.
 *
 * A turn polls once, runs the callbacks of what happened, then every fiber that is ready. It blocks only when none is.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/base/wipe.h"
#include "core/fiber/inside.h"

static _Thread_local sl_loop *current_loop;

sl_loop *sl_loop_current(void)
{
    return current_loop;
}

struct event_base *sl_loop_base(sl_loop *loop)
{
    return loop->base;
}

uint32_t sl_loop_fibers(const sl_loop *loop)
{
    return loop->fibers;
}

static loop_post *posts_take(sl_loop *loop)
{
    pthread_mutex_lock(&loop->post_lock);
    loop_post *first = loop->post_first;
    loop->post_first = NULL;
    loop->post_last = NULL;
    pthread_mutex_unlock(&loop->post_lock);
    return first;
}

static bool posts_waiting(sl_loop *loop)
{
    pthread_mutex_lock(&loop->post_lock);
    bool waiting = loop->post_first != NULL;
    pthread_mutex_unlock(&loop->post_lock);
    return waiting;
}

static void posts_run(evutil_socket_t descriptor, short events, void *data)
{
    (void)events;
    uint64_t count;
    /* Emptied before the list is taken: a post that comes between rings again. */
    while (read((int)descriptor, &count, sizeof(count)) < 0 && errno == EINTR)
        ;
    loop_post *post = posts_take(data);
    while (post) {
        loop_post *next = post->next;
        void (*function)(void *data) = post->function;
        void *argument = post->data;
        free(post);
        function(argument);
        post = next;
    }
}

void sl_loop_post(sl_loop *loop, void (*function)(void *data), void *data)
{
    loop_post *post = malloc(sizeof(*post));
    if (!post) {
        fputs("out of memory\n", stderr);
        abort();
    }
    *post = (loop_post){ .function = function, .data = data };
    pthread_mutex_lock(&loop->post_lock);
    bool ring = loop->post_first == NULL;
    if (loop->post_last)
        loop->post_last->next = post;
    else
        loop->post_first = post;
    loop->post_last = post;
    /* Rung while locked: once the list is taken the loop may end and be freed by its owner. */
    if (ring) {
        uint64_t one = 1;
        while (write(loop->post_descriptor, &one, sizeof(one)) < 0 && errno == EINTR)
            ;
    }
    pthread_mutex_unlock(&loop->post_lock);
}

/* The buffers of connections are libevent's. */
static void memory_set(void)
{
    event_set_mem_functions(malloc, realloc, sl_wipe_free);
}

sl_loop *sl_loop_new(uint32_t max_fibers)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, memory_set);
    sl_loop *loop = calloc(1, sizeof(*loop));
    if (!loop)
        return NULL;
    loop->max_fibers = max_fibers;
    loop->post_descriptor = -1;
    if (pthread_mutex_init(&loop->post_lock, NULL) != 0) {
        free(loop);
        return NULL;
    }
    loop->base = event_base_new();
    loop->post_descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (loop->base && loop->post_descriptor >= 0)
        loop->post_event =
            event_new(loop->base, loop->post_descriptor, EV_READ | EV_PERSIST, posts_run, loop);
    if (!loop->post_event || event_add(loop->post_event, NULL) != 0) {
        sl_loop_free(loop);
        return NULL;
    }
    return loop;
}

void sl_loop_free(sl_loop *loop)
{
    if (!loop)
        return;
    if (loop->fibers > 0) {
        fprintf(stderr, "a loop was freed with %u fibers that have not ended\n", loop->fibers);
        abort();
    }
    sl_stack_drop_pool(loop);
    sl_timers_drop(loop);
    loop_post *post = posts_take(loop);
    while (post) {
        loop_post *next = post->next;
        free(post);
        post = next;
    }
    if (loop->post_event)
        event_free(loop->post_event);
    if (loop->post_descriptor >= 0)
        close(loop->post_descriptor);
    if (loop->base)
        event_base_free(loop->base);
    pthread_mutex_destroy(&loop->post_lock);
    free(loop);
}

void sl_loop_run(sl_loop *loop)
{
    sl_loop *outer = current_loop;
    current_loop = loop;
    for (;;) {
        sl_ready_run(loop);
        if (loop->stopping && loop->fibers == 0 && !posts_waiting(loop))
            break;
        event_base_loop(loop->base, EVLOOP_ONCE | (loop->ready_first ? EVLOOP_NONBLOCK : 0));
    }
    loop->stopping = false;
    current_loop = outer;
}

void sl_loop_stop(sl_loop *loop)
{
    loop->stopping = true;
}
