/*
 * subscription.h: which plugin wants to hear of which events, and the jobs that tell them.
 *
 * A committed event leaves one job for each subscription that matches, in the same commit: one that fails is repeated alone. A
 * job is named after the plugin ("event.webhooks"), so that only workers that have the plugin claim it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_EVENT_SUBSCRIPTION_H
#define STRIPE_LITE_CORE_EVENT_SUBSCRIPTION_H

#include <stripe_lite/event.h>
#include <stripe_lite/job.h>

#include "core/base/context.h"

/* Stripe's API version whose shapes events are rendered in. */
#define SL_STRIPE_API_VERSION "2026-10-28.endive"

typedef struct sl_events sl_events;

/* since 1.0 [start-up only], all of these */
sl_events *sl_events_new(void);
void sl_events_free(sl_events *events);

/* Adds a subscription of a plugin; it counts while `*active`. What the pointers name lives as long as the events. */
void sl_events_subscribe(sl_events *events, const char *plugin, const bool *active, const sl_subscription *subscription);

/* The job type that runs the plugin's subscriptions; NULL when it has none. Owned by `events`. */
const sl_job_type *sl_events_job_type(sl_events *events, const char *plugin);

/* "charge.succeeded" matches "charge.succeeded", "charge.*" and "*". [no-suspend] */
bool sl_event_matches(const char *pattern, const char *type);

/* Enqueues a job for each active subscription that matches. [no-suspend] */
void sl_events_enqueue(sl_context *cx, const char *id, const char *type);

/* ---- the rows ---- */

typedef struct sl_event_row {
    const char *id;
    const char *type;
    const char *object_id;
    const char *object_type;
    int64_t created;
    const char *data;     /* the snapshot, one JSON object */
    const char *previous; /* JSON object of the changed members before, or NULL */
    const char *request_id;
    const char *idempotency_key;
    const char *api_version;
    int64_t version;
} sl_event_row;

extern const sl_table sl_event_table;

#endif
