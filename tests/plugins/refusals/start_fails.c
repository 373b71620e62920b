/*
 * start_fails.c: its start fails with a reason; it offers a service all the same.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

static sl_status start(sl_context *cx, sl_plugin *self)
{
    (void)self;
    return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The moon is not full.");
}

static const uint32_t functions = sizeof(functions);

static const sl_service_offer provides[] = { { .name = "start_fails/1", .functions = &functions },
                                             SL_SERVICES_END };

SL_PLUGIN(.name = "start_fails", .version = "1.0.0", .summary = "Never starts",
          .provides = provides, .start = start)
