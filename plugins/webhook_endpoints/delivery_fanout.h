/*
 * delivery_fanout.h: from an event to the deliveries it leaves.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef DELIVERY_FANOUT_H
#define DELIVERY_FANOUT_H

#include "delivery_model.h"

extern const sl_event_outlet event_outlet;

/* Deliveries of what happens from here on in spite of workers that do not know yet. [no-suspend] */
void catch_up_enqueue(sl_context *cx, const char *endpoint);

/* Adds a delivery to the write set. `pending` as in the row. [no-suspend] */
void delivery_add(sl_context *cx, const char *endpoint, const char *event, const char *type,
                  int64_t pending);

/* The jobs. [suspends] */
sl_status fan_out_job(sl_context *cx, const sl_job_view *job);
sl_status catch_up_job(sl_context *cx, const sl_job_view *job);

#endif
