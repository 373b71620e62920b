/*
 * attempt_failover.h: the next try of a payment at another gateway.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ATTEMPT_FAILOVER_H
#define ATTEMPT_FAILOVER_H

#include "attempt_service.h"

/* Whether the outcome of the settlement's attempt lets the payment go on to the next gateway of its route, in time. [no-suspend] */
bool attempt_may_pass_on(sl_context *cx, const struct settlement *settlement,
                         const sl_gateway_outcome *outcome);

/* Records that the attempt came to nothing and the next one with it, in one commit; the settlement is about the new one then, and
 * `ret_gateway` is to be asked. NULL: somebody else has settled the attempt meanwhile, and nothing was written. [suspends] */
sl_status attempt_pass_on(sl_context *cx, struct settlement *settlement,
                          const sl_gateway_outcome *outcome, const sl_gateway **ret_gateway);

#endif
