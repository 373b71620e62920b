/*
 * spawn.c: sl_spawn of the SDK: work that goes on beside the one that began it; and sl_apart.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/context.h"
#include "core/fiber/fiber.h"

typedef struct spawned {
    sl_context *cx;
    void (*function)(sl_context *cx, void *data);
    void *data;
} spawned;

static void spawned_fiber(void *data)
{
    const spawned *one = data;
    sl_context *cx = one->cx;
    one->function(cx, one->data);
    sl_context_free(cx);
}

static sl_context *context_like(const sl_context *cx)
{
    sl_context *fresh = sl_context_new(cx->host, cx->account, cx->livemode, cx->request_id);
    fresh->plugin = cx->plugin;
    return fresh;
}

sl_status sl_apart(sl_context *cx, sl_status (*function)(sl_context *cx, void *data), void *data)
{
    sl_context *fresh = context_like(cx);
    fresh->deadline = cx->deadline;
    sl_status status = function(fresh, data);
    sl_context_free(fresh);
    return status;
}

sl_status sl_spawn(sl_context *cx, void (*function)(sl_context *cx, void *data), void *data)
{
    sl_context *fresh = context_like(cx);
    spawned *one = sl_alloc(fresh, sizeof(*one));
    *one = (spawned){ .cx = fresh, .function = function, .data = data };
    sl_status status = sl_fiber_start(cx->host->loop, spawned_fiber, one, NULL);
    if (status != SL_OK)
        sl_context_free(fresh);
    return status;
}
