/*
 * event.h: events of the loaded plugins: who wants to hear of which, the jobs that tell them, the rows and their resource.
 *
 * A committed event leaves one job for each subscription that matches, in the same commit: one that fails is repeated alone. A
 * job is named after the plugin ("event.webhooks"), so that only workers that have the plugin claim it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_EVENT_EVENT_H
#define STRIPE_LITE_CORE_EVENT_EVENT_H

#include <stripe_lite/event.h>
#include <stripe_lite/job.h>

#include "core/base/context.h"

/* Stripe's API version whose shapes events are rendered in. */
#define SL_STRIPE_API_VERSION "2026-10-28.endive"

typedef struct sl_events sl_events;

/* since 1.0 [start-up only] */
sl_events *sl_events_new(void);
void sl_events_free(sl_events *events);

/* Adds a subscription of a plugin; it counts while `*active`. What the pointers name lives as long as the events. NULL, or a
 * sentence saying why it is refused, owned by `events`: no handler, a pattern that matches nothing. since 1.0 [start-up only] */
const char *sl_events_add(sl_events *events, const char *plugin, const bool *active,
                          const sl_subscription *subscription);

/* What leaves with each event, while `*active`; the last one counts. since 1.0 [start-up only] */
void sl_events_let_out(sl_events *events, const char *plugin, const bool *active,
                       const sl_event_outlet *outlet);

/* Tells the outlet of an event whose row is in the write set. since 1.0 [no-suspend] */
void sl_events_leave(sl_context *cx, const char *id, const char *type);

/* Fills the counts of deliveries that these events wait for; zeros without an outlet. since 1.0 [suspends] */
sl_status sl_events_pending(sl_context *cx, const sl_list *ids, int64_t *ret_counts) SL_MUST_CHECK;

/* The job type that runs the plugin's subscriptions, for sl_jobs_add; NULL when it has none. Owned by `events`. since 1.0
 * [start-up only] */
const sl_job_type *sl_events_job_type(sl_events *events, const char *plugin);

/* "charge.succeeded" matches "charge.succeeded", "charge.*" and "*". since 1.0 [no-suspend] */
bool sl_event_matches(const char *pattern, const char *type);

/* Enqueues a job for each active subscription that matches the type and the snapshot. since 1.0 [no-suspend] */
void sl_events_enqueue(sl_context *cx, const char *id, const char *type, const char *data);

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

    int64_t pending; /* no column: deliveries that are still to be made */
} sl_event_row;

extern const sl_table sl_event_table;

/* From now on the resource filters by whether events were delivered; before it is served. since 1.0 [start-up only] */
void sl_event_filter_delivered(const char *condition);

/* `event` on /v1/events; the host adds it to its resources with those of the plugins. */
extern const sl_resource sl_event_resource;

#endif
