/*
 * delivery_model.h: the row of a delivery: an event on its way to an endpoint, and what became of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef DELIVERY_MODEL_H
#define DELIVERY_MODEL_H

#include "webhook_endpoints.h"

#define DELIVERY_PENDING "pending"
#define DELIVERY_SUCCEEDED "succeeded"
#define DELIVERY_FAILED "failed"     /* given up */
#define DELIVERY_CANCELED "canceled" /* its endpoint is disabled or gone */

struct delivery {
    const char *id;
    int64_t created; /* unix seconds */
    int64_t version;
    const char *lane; /* the endpoint */
    const char *event;
    const char *type; /* of the event */
    const char *status;
    int64_t due; /* unix milliseconds; SL_NONE: over */
    const char *holder;
    int64_t attempt; /* tries so far */
    int64_t pending; /* `pending_webhooks` of the body, the same in each try */
    int64_t tried;   /* unix seconds of the last try; 0: none yet */
    int64_t code;    /* HTTP status of its answer; SL_NONE: there was none */
    int64_t latency_ms;
    const char *answer; /* its first bytes */
    const char *fault;  /* a sentence when there was none */
};

#define DELIVERY_TRY_COLUMNS "status, due, holder, attempt, tried, code, latency_ms, answer, fault"

extern const sl_table deliveries_table;
extern const sl_resource delivery_resource;
extern const sl_queue deliveries_queue[];

#endif
