/*
 * consumer.c: a plugin that uses another's service; its start fails when the service is wrong.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

#include "adder.h"

static const char *const needs[] = { "provider/1", NULL };

static sl_status start(sl_context *cx, sl_plugin *self)
{
    const struct adder *adder = sl_service(cx, self, "provider/1", sizeof(*adder));
    if (!adder)
        return SL_E_INTERNAL;
    if (adder->add(19, 23) != 42)
        return sl_fail(cx, SL_E_INTERNAL, NULL, "19 and 23 are %d", adder->add(19, 23));
    return SL_OK;
}

SL_PLUGIN(.name = "consumer", .version = "1.0.0", .summary = "Uses a service", .needs = needs,
          .start = start)
