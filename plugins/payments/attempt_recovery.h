/*
 * attempt_recovery.h: finding out what became of attempts whose answer was lost.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ATTEMPT_RECOVERY_H
#define ATTEMPT_RECOVERY_H

#include <stripe_lite/stripe_lite.h>

/* The schedule "payments.sweep": a recovery for every attempt that a worker began and did not end. [suspends] */
sl_status attempt_sweep(sl_context *cx, const sl_job_view *job);

/* The job "payments.recover": asks the gateway about one attempt until it says. [suspends] */
sl_status attempt_recover(sl_context *cx, const sl_job_view *job);

/* Asks the gateway about an attempt that is open, and records and commits what is final. SL_OK also when the gateway cannot say.
 * [suspends] */
sl_status attempt_inquire(sl_context *cx, const char *id);

/* The host's gateway_listener: a gateway tells something of its own accord. [suspends] */
sl_status payments_notice(sl_context *cx, const sl_gateway_notice *notice);

#endif
