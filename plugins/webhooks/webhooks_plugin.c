/*
 * webhooks_plugin.c: what gateways and other systems tell: what is declared.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "webhook_event_routes.h"
#include "webhook_process.h"
#include "webhook_receive_routes.h"

static const struct webhooks_options *options_found;

const struct webhooks_options *webhooks_options(void)
{
    return options_found;
}

static const sl_field options[] = {
    SL_STRING(struct webhooks_options, lite_secret, .secret = true,
              .doc = "Signs what comes in at POST /webhooks/"),
    SL_STRING(struct webhooks_options, stripe_webhook_secret, .secret = true,
              .doc = "Signs what Stripe sends; several are separated by commas"),
    SL_INT64(struct webhooks_options, attempts, .initial = "12", .min = 1, .max = 100,
             .doc = "How often an event is tried before it is given up"),
    SL_INT64(
        struct webhooks_options, backoff, .initial = "2", .min = 1, .max = 3600,
        .doc =
            "Seconds before an event's second try; doubled for each further one, an hour at most"),
    SL_INT64(struct webhooks_options, keep_days, .initial = "30", .min = 4, .max = 3650,
             .doc = "Days that a processed event is kept"),
    SL_FIELDS_END,
};

#define RAW (SL_ROUTE_RAW_BODY)

static const sl_route routes[] = {
    { "POST /stripe/webhook", stripe_receive, NULL, SL_ACCESS_OPEN, RAW,
      .summary = "Takes an event of Stripe" },
    { "POST /api/v1/payments/stripe/webhook", stripe_receive, NULL, SL_ACCESS_OPEN, RAW,
      .summary = "Takes an event of Stripe" },
    { "POST /api/v1/webhooks/stripe", stripe_receive, NULL, SL_ACCESS_OPEN, RAW,
      .summary = "Takes an event of Stripe" },
    { "POST /webhooks/{gateway}", gateway_receive, gateway_params_fields, SL_ACCESS_OPEN, RAW,
      .summary = "Takes an event of any gateway" },
    { "POST /webhooks/", lite_receive, NULL, SL_ACCESS_OPEN, RAW,
      .summary = "Takes a signed event of another system" },
    { "POST /webhooks/webhook", lite_receive, NULL, SL_ACCESS_OPEN, RAW,
      .summary = "Takes a signed event of another system" },
    { "POST /api/v1/admin/webhooks/events/{id}/replay", event_replay, replay_params_fields,
      SL_ACCESS_ADMIN, 0, .scope = "webhooks", .summary = "Processes a stored event again",
      .returns = "webhook_event" },
    SL_ROUTES_END,
};

static const sl_resource *const resources[] = { &webhook_event_resource, NULL };

static const sl_job_type jobs[] = {
    { .name = "webhooks.sweep", .handler = webhook_sweep, .every = 2 },
    { .name = "webhooks.purge", .handler = webhook_purge, .every = 3600 },
    SL_JOBS_END,
};

static const sl_command commands[] = {
    { "replay",
      "Processes webhook events again: ID... or --status dead|failed",
      replay_command,
      { 0 } },
    SL_COMMANDS_END,
};

static sl_status webhooks_start(sl_context *cx, sl_plugin *self)
{
    (void)cx;
    options_found = sl_options(self);
    /* There before the first one: an alarm looks at how it grows. */
    sl_metric_add("stripe_lite_webhook_events_total", "outcome", EVENT_DEAD, 0);
    return SL_OK;
}

SL_PLUGIN(.name = "webhooks", .version = "1.0.0",
          .summary = "Events of gateways: stored, processed once, replayed", .options = options,
          .options_size = sizeof(struct webhooks_options), .routes = routes, .resources = resources,
          .jobs = jobs, .commands = commands, .start = webhooks_start)
