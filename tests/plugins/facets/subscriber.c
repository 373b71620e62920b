/*
 * subscriber.c: a plugin that hears of events.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

static sl_status on_event(sl_context *cx, const sl_event_view *event)
{
    sl_log(cx, SL_LOG_INFO, "heard", "type", event->type, "object", event->object_id);
    return SL_OK;
}

static const sl_subscription subscriptions[] = {
    { .pattern = "widget.*", .handler = on_event },
    { .pattern = "*", .handler = on_event },
    SL_SUBSCRIPTIONS_END,
};

SL_PLUGIN(.name = "subscriber", .version = "1.0.0", .summary = "Hears of events",
          .subscriptions = subscriptions)
