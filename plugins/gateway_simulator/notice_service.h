/*
 * notice_service.h: what the simulator tells of its own accord, as a gateway's webhooks do: from the job queue, at least once,
 * perhaps late, twice or out of order when the account's faults say so.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef NOTICE_SERVICE_H
#define NOTICE_SERVICE_H

#include "simulator_model.h"

#define NOTICE_JOB "gateway_simulator.notice"

/* Adds the notice to the write set, to be told `seconds` from now at the earliest. [no-suspend] */
void notice_enqueue(sl_context *cx, const sl_gateway_notice *notice,
                    const struct simulator_settings *faults, int64_t seconds);

/* As that, in a commit of its own beside `cx`, once for this kind and attempt. [suspends] */
sl_status notice_send_once(sl_context *cx, const sl_gateway_notice *notice,
                           const struct simulator_settings *faults, int64_t seconds) SL_MUST_CHECK;

/* The job that tells. [suspends] */
sl_status notice_job(sl_context *cx, const sl_job_view *job);

#endif
