/*
 * delivery_service.h: sending again, and cleaning up.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef DELIVERY_SERVICE_H
#define DELIVERY_SERVICE_H

#include "delivery_model.h"

/* [suspends], all of these */

/* The delivery is made once more, with a schedule of its own. */
sl_status delivery_resend(sl_context *cx, const char *id, struct delivery *ret) SL_MUST_CHECK;

/* The event is delivered once more: to this endpoint, or (NULL) to all that want it. How many deliveries that are. */
sl_status event_resend(sl_context *cx, const char *event, const char *endpoint,
                       uint32_t *ret_count) SL_MUST_CHECK;

/* The schedule that gives up what stood still to the end, and deletes what is old. */
sl_status deliveries_clean_job(sl_context *cx, const sl_job_view *job);

#endif
