/*
 * webhook_event_model.h: the row of an event that came in, which is its place in the queue too, and its shape.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WEBHOOK_EVENT_MODEL_H
#define WEBHOOK_EVENT_MODEL_H

#include "webhooks.h"

#define EVENT_PENDING "pending" /* stored; waits, or is being worked on by whoever stored it */
#define EVENT_PROCESSING "processing" /* taken by a worker that found it overdue */
#define EVENT_PROCESSED "processed"
#define EVENT_FAILED "failed" /* is tried again at run_at */
#define EVENT_DEAD "dead"     /* was tried often enough: somebody has to look */

#define OUTCOME_APPLIED "applied"
#define OUTCOME_SUPERSEDED "superseded" /* a newer event of the same object was first */
#define OUTCOME_UNCLAIMED "unclaimed"   /* no loaded plugin owns such objects */
#define OUTCOME_FOREIGN "foreign"       /* of a connected account that is not known here */

struct webhook_event {
    const char *id; /* Stripe's id of the event; of other gateways "GATEWAY:ID" */
    int64_t created;
    int64_t version;
    const char *gateway;
    const char *type;
    const char *status;
    const char *outcome;
    int64_t attempts;
    int64_t
        run_at; /* unix seconds: due, or the end of a worker's lease; 0: nothing is to be done */
    int64_t processed;
    const char *last_error;
    int64_t event_created; /* by the gateway's clock */
    const char *account;   /* the gateway's connected account */
    const char *object_type;
    const char *object_id;
    const char *object; /* JSON, masked */
    const char *previous;
    const char *notice; /* JSON: about a payment of ours */
};

/* The last event that was taken in of an object. */
struct webhook_object {
    const char *id; /* "GATEWAY:ID" */
    int64_t created;
    int64_t version;
    const char *event;
    const char *event_type;
    int64_t event_created;
};

extern const sl_table webhook_events;
extern const sl_table webhook_queue; /* the same rows without what was told */
extern const sl_table webhook_objects;
extern const sl_resource webhook_event_resource;

/* The event as an adapter gave it, from its row. SL_E_INVALID when the stored texts cannot be read. [no-suspend] */
sl_status webhook_event_read(sl_context *cx, const struct webhook_event *row,
                             sl_gateway_event *ret) SL_MUST_CHECK;

/* Copies what an adapter gave into a row, without card numbers and secrets. [no-suspend] */
void webhook_event_write(sl_context *cx, const sl_gateway_event *event, struct webhook_event *row);

#endif
