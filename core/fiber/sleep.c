/*
 * sleep.c: sl_sleep of the SDK, which keeps the context's deadline.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/clock.h"
#include "core/base/context.h"
#include "core/fiber/fiber.h"

sl_status sl_sleep(sl_context *cx, int64_t milliseconds)
{
    sl_assert_may_suspend(__func__);
    int64_t now = sl_clock_monotonic_ms();
    int64_t until = INT64_MAX;
    if (milliseconds < INT64_MAX - now)
        until = now + (milliseconds > 0 ? milliseconds : 0);
    bool late = cx->deadline != 0 && cx->deadline < until;
    sl_context_away(cx, true);
    sl_status status = sl_wait_until(late ? cx->deadline : until);
    sl_context_away(cx, false);
    if (status == SL_E_CANCELLED)
        return sl_fail(cx, status, NULL, "The request was ended while it waited.");
    if (status != SL_OK)
        return sl_fail(cx, status, NULL, "The request cannot wait here.");
    if (late)
        return sl_fail(cx, SL_E_TIMEOUT, NULL, "The request's time was over while it waited.");
    return SL_OK;
}
