/*
 * switch.c: the switch of stacks, by Boost.Context's two assembly routines.
 *
 * Each jump returns the context that jumped here; it is stored at once, because the old one is spent. A fiber's entry loops: at
 * the end of its function it goes back to the loop and, when taken from the pool, begins the next function there. The address
 * sanitizer is told of each switch in both directions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/fiber/inside.h"

/* The routines' C interface, as <boost/context/detail/fcontext.hpp> declares it for C++. */
typedef struct transfer {
    void *context;
    void *data;
} transfer;
transfer jump_fcontext(void *to, void *data);
void *make_fcontext(void *stack_top, size_t size, void (*function)(transfer from));

#if defined(__SANITIZE_ADDRESS__)
#define SWITCH_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SWITCH_SANITIZED 1
#endif
#endif
#ifdef SWITCH_SANITIZED
#include <sanitizer/common_interface_defs.h>
#define SWITCH_BARE __attribute__((no_sanitize("address"), noinline))
#else
#define SWITCH_BARE
#define __sanitizer_start_switch_fiber(save, bottom, size) ((void)0)
#define __sanitizer_finish_switch_fiber(save, bottom, size) ((void)0)
#endif

/* Not instrumented: these frames stay while the sanitizer's view of the stack changes under them. */
SWITCH_BARE static void fiber_entry(transfer from)
{
    sl_fiber *fiber = from.data;
    fiber->loop->context = from.context;
    __sanitizer_finish_switch_fiber(NULL, &fiber->loop->stack_bottom, &fiber->loop->stack_size);
    for (;;) {
        fiber->function(fiber->data);
        fiber->ended = true;
        sl_switch_out(fiber);
    }
}

SWITCH_BARE void sl_switch_into(sl_loop *loop, sl_fiber *fiber)
{
    if (!fiber->context)
        fiber->context =
            make_fcontext(fiber->stack + fiber->stack_size, fiber->stack_size, fiber_entry);
    loop->running = fiber;
    fiber->state = FIBER_RUNNING;
    __sanitizer_start_switch_fiber(&loop->fake_stack, fiber->stack, fiber->stack_size);
    transfer back = jump_fcontext(fiber->context, fiber);
    __sanitizer_finish_switch_fiber(loop->fake_stack, NULL, NULL);
    fiber->context = back.context;
    loop->running = NULL;
}

SWITCH_BARE void sl_switch_out(sl_fiber *fiber)
{
    sl_loop *loop = fiber->loop;
    /* Without a place to save it, the sanitizer gives up the fake stack of a fiber that has ended. */
    __sanitizer_start_switch_fiber(fiber->ended ? NULL : &fiber->fake_stack, loop->stack_bottom,
                                   loop->stack_size);
    if (fiber->ended)
        fiber->fake_stack = NULL;
    transfer back = jump_fcontext(loop->context, NULL);
    /* A pooled fiber may begin again, so the loop is asked of the fiber and not remembered. */
    fiber->loop->context = back.context;
    __sanitizer_finish_switch_fiber(fiber->fake_stack, &fiber->loop->stack_bottom,
                                    &fiber->loop->stack_size);
}
