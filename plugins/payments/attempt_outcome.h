/*
 * attempt_outcome.h: what an outcome does to the rows that its attempt is about, by operation.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ATTEMPT_OUTCOME_H
#define ATTEMPT_OUTCOME_H

#include "attempt_service.h"

/* The attempt's status for an outcome's kind. [no-suspend] */
const char *outcome_attempt_status(int32_t kind);

/* Makes an outcome whole: what never happened is a decline `processing_error`, an authentication that failed has Stripe's code,
 * a decline has a code and a sentence. [no-suspend] */
void outcome_normalize(sl_context *cx, const struct attempt *before, sl_gateway_outcome *outcome);

/* Adds to the write set what the attempt's new status means for intent, charge, refund, balance and events. `before` is the
 * attempt as it was. [suspends] */
sl_status outcome_apply(sl_context *cx, struct settlement *settlement,
                        const struct attempt *before);

/* By operation; in the rooms of their objects. [suspends] */
sl_status payment_outcome_apply(sl_context *cx, struct settlement *settlement,
                                const struct attempt *before);
sl_status capture_outcome_apply(sl_context *cx, struct settlement *settlement,
                                const struct attempt *before);
sl_status void_outcome_apply(sl_context *cx, struct settlement *settlement,
                             const struct attempt *before);
sl_status refund_outcome_apply(sl_context *cx, struct settlement *settlement,
                               const struct attempt *before);
sl_status setup_outcome_apply(sl_context *cx, struct settlement *settlement,
                              const struct attempt *before);

#endif
