/*
 * event.h: what happened, told once, with the change itself.
 *
 * An event joins the context's write set: it is there exactly when the change is. Subscribers of any plugin are run from the
 * job queue afterwards, at least once each: a handler must bear being called twice.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_EVENT_H
#define STRIPE_LITE_EVENT_H

#include <stripe_lite/resource.h>

SL_BEGIN_DECLS

/* Records that `type` ("charge.succeeded") happened to `row`; the snapshot is the row as `resource` renders it on /v1 at the
 * end of the step. `previous` is the JSON object of changed members before, for "*.updated", or NULL. A second event of the
 * same type and object in one write set replaces the first. since 1.0 [no-suspend] */
SL_API void sl_event(sl_context *cx, const char *type, const sl_resource *resource, const void *row,
                     const sl_json *previous);

typedef struct sl_event_view {
    uint32_t struct_size;
    uint32_t reserved;
    const char *id;   /* "evt_..." */
    const char *type; /* "charge.succeeded" */
    const char *object_id;
    const sl_value *object;   /* the snapshot */
    const sl_value *previous; /* or NULL */
    int64_t created;
} sl_event_view;

typedef struct sl_subscription {
    const char *pattern; /* "charge.succeeded", "invoice.*", "*" */
    sl_status (*handler)(sl_context *cx, const sl_event_view *event); /* [suspends] */
    uint64_t reserved[1];
    /* "metadata.order_id": only events whose snapshot has something there; a job that would do nothing is not made. NULL: all */
    const char *member;
} sl_subscription;
#define SL_SUBSCRIPTIONS_END \
    {                        \
        .pattern = NULL      \
    }

/* Events leave by an outlet: it is asked in the commit of each event, so that what it adds is there exactly when the event is. */
typedef struct sl_event_outlet {
    uint32_t struct_size;
    uint32_t reserved;
    /* The row of this event is in the write set, to which it may add. Each change of every account comes by. [no-suspend] */
    void (*committing)(sl_context *cx, const char *event, const char *type);
    /* How many deliveries each of these events (a list of texts) still waits for: Stripe's `pending_webhooks`. [suspends] */
    sl_status (*pending)(sl_context *cx, const sl_list *events, int64_t *ret_counts);
    /* SQL that holds for the rows of `events` that reached everybody: `delivery_success` of GET /v1/events. NULL: it is refused */
    const char *delivered;
} sl_event_outlet;

/* An event as GET /v1/events/{id} answers while `pending` deliveries are to be made, and its type. SL_E_NOT_FOUND without an
 * error. since 1.0 [suspends] */
SL_API sl_status sl_event_json(sl_context *cx, const char *event, int64_t pending,
                               const char **ret_type, const char **ret_text,
                               size_t *ret_length) SL_MUST_CHECK;

SL_END_DECLS
#endif
