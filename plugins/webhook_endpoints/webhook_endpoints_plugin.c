/*
 * webhook_endpoints_plugin.c: events on their way out to webhook endpoints.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "delivery_fanout.h"
#include "delivery_routes.h"
#include "endpoint_routes.h"

#define HOUR 3600

static const sl_route routes[] = {
    { "POST /v1/webhook_endpoints", endpoint_create_route, endpoint_create_fields,
      .summary = "Creates a webhook endpoint; its secret is shown once",
      .returns = "webhook_endpoint" },
    { "POST /v1/webhook_endpoints/{id}", endpoint_update_route, endpoint_update_fields,
      .summary = "Changes a webhook endpoint", .returns = "webhook_endpoint" },
    { "DELETE /v1/webhook_endpoints/{id}", endpoint_delete_route, endpoint_id_fields,
      .summary = "Deletes a webhook endpoint" },
    { "POST /v1/webhook_endpoints/{id}/roll_secret", endpoint_roll_route, endpoint_roll_fields,
      .summary =
          "Gives a webhook endpoint a new secret, shown once; the old one signs too for a while",
      .returns = "webhook_endpoint" },
    { "POST /v1/events/{id}/retry", event_retry_route, event_retry_fields,
      .summary = "Delivers an event again", .returns = "event" },
    { "POST /api/v1/admin/webhooks/deliveries/{id}/resend", delivery_resend_route,
      delivery_resend_fields, .access = SL_ACCESS_ADMIN, .scope = "webhook_endpoints",
      .summary = "Makes a delivery again", .returns = "webhook_delivery" },
    SL_ROUTES_END,
};

static const sl_resource *const resources[] = { &endpoint_resource, &delivery_resource, NULL };

static const sl_job_type jobs[] = {
    { .name = "webhook_endpoints.fan_out", .handler = fan_out_job },
    { .name = "webhook_endpoints.catch_up", .handler = catch_up_job },
    { .name = "webhook_endpoints.clean", .handler = deliveries_clean_job, .every = HOUR },
    SL_JOBS_END,
};

static const sl_command commands[] = {
    { .name = "resend",
      .summary = "Delivers an event to webhook endpoints again",
      .run = resend_command },
    { .name = "listen",
      .summary = "Shows events as they happen, and forwards them signed",
      .run = listen_command },
    { .name = "trigger",
      .summary = "Makes the objects that cause an event",
      .run = trigger_command },
    SL_COMMANDS_END,
};

static const sl_invariant invariants[] = {
    { .name = "a delivery waits exactly while it is pending",
      .sql = "SELECT account_id || ' ' || id FROM webhook_deliveries"
             " WHERE (status = 'pending') <> (due IS NOT NULL)" },
    SL_INVARIANTS_END,
};

SL_PLUGIN(.name = "webhook_endpoints", .version = "1.0.0",
          .summary = "Webhook endpoints and the deliveries of events to them",
          .options = webhook_option_fields, .options_size = sizeof(struct webhook_options),
          .routes = routes, .resources = resources, .jobs = jobs, .commands = commands,
          .invariants = invariants, .start = webhook_endpoints_start,
          .stop = webhook_endpoints_stop, .queues = deliveries_queue, .event_outlet = &event_outlet)
