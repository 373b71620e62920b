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

SL_END_DECLS
#endif
