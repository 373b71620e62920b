/*
 * webhook_event_service.h: storing what came in, once, before it is answered; and having it processed again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WEBHOOK_EVENT_SERVICE_H
#define WEBHOOK_EVENT_SERVICE_H

#include "webhook_event_model.h"

/* Stores an event that was verified, under the account it belongs to, and commits with what is pending, the reply among it. An
 * event that is stored already is left alone. `now`: it is processed before this returns (a failure is recorded and tried again
 * later); else by this worker soon. [suspends] */
sl_status webhook_event_accept(sl_context *cx, const sl_gateway_event *event,
                               bool now) SL_MUST_CHECK;

/* Adds another run to the write set, with all its attempts, as if the event had just come in. One that is being processed is left
 * to that. `leased`: the caller passes it to webhook_process_soon after the commit; else the next sweep takes it. [no-suspend] */
void webhook_event_replay(sl_context *cx, struct webhook_event *row, bool leased);

#endif
