/*
 * bigger_service.c: it needs a member of a service that the provider does not have yet.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

#include "adder.h"

static const char *const needs[] = { "provider/1", NULL };

static sl_status start(sl_context *cx, sl_plugin *self)
{
    return sl_service(cx, self, "provider/1", sizeof(struct later_adder)) ? SL_OK : SL_E_INTERNAL;
}

SL_PLUGIN(.name = "bigger_service", .version = "1.0.0", .summary = "Needs more of provider/1",
          .needs = needs, .start = start)
