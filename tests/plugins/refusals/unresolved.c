/*
 * unresolved.c: it calls a function that no host has.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

sl_status sl_function_of_the_future(sl_context *cx);

static sl_status start(sl_context *cx, sl_plugin *self)
{
    (void)self;
    return sl_function_of_the_future(cx);
}

SL_PLUGIN(.name = "unresolved", .version = "1.0.0", .summary = "Calls the future", .start = start)
