/*
 * undeclared_service.c: it asks for a service that it did not declare to need.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

static sl_status start(sl_context *cx, sl_plugin *self)
{
    return sl_service(cx, self, "provider/1", 4) ? SL_OK : SL_E_INTERNAL;
}

SL_PLUGIN(.name = "undeclared_service", .version = "1.0.0", .summary = "Asks without needing",
          .start = start)
