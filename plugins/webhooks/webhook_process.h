/*
 * webhook_process.h: from a stored event to its effect: once, in order, again after a failure, until it is given up.
 *
 * An event's row says by `run_at` when somebody has to look at it: whoever stores it takes it at once and puts that time a lease
 * ahead. The row's version guards the end of a run, which is committed with what the run changed: of two workers that believe to
 * have an event, one commits.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WEBHOOK_PROCESS_H
#define WEBHOOK_PROCESS_H

#include "webhook_event_model.h"

#define LEASE 20 /* seconds a worker has for an event before another one looks */

/* Works on the event if it still is as the caller knows it. SL_OK also when it failed: then that is recorded. [suspends] */
sl_status webhook_process(sl_context *cx, const char *id, int64_t version) SL_MUST_CHECK;

/* Whether this worker takes an event that is stored now: then run_at is to be a lease ahead, and webhook_process_soon to be called
 * after the commit. [no-suspend] */
bool webhook_process_room(const sl_context *cx);
void webhook_process_soon(sl_context *cx, const struct webhook_event *row);

/* The jobs "webhooks.sweep", for what nobody works on, and "webhooks.purge". [suspends] */
sl_status webhook_sweep(sl_context *cx, const sl_job_view *job);
sl_status webhook_purge(sl_context *cx, const sl_job_view *job);

/* Whether the event comes before the last one that was taken in of its object. Pure. [no-suspend] */
bool webhook_is_older(const sl_gateway_event *event, const struct webhook_object *last);

#endif
