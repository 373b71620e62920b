/*
 * idempotency.h: one Idempotency-Key, one effect, one answer.
 *
 * A record joins the first commit of its request, so that it is there exactly when the request's effect is. It holds the answer
 * when that commit is the last one; else it says "started", and the last commit adds the answer. A second request that arrives
 * in between finds the record, or collides with it at its own first commit and then finds it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_HTTP_IDEMPOTENCY_H
#define STRIPE_LITE_CORE_HTTP_IDEMPOTENCY_H

#include <stripe_lite/database.h>

#include "core/base/context.h"

/* Seconds. A key whose request's outcome is not known yet is kept for longer: used again, it would charge again. */
#define SL_IDEMPOTENCY_KEPT (25 * 3600)
#define SL_IDEMPOTENCY_OPEN_KEPT (30 * 24 * 3600)

struct sl_request;
typedef struct sl_idempotency sl_idempotency;

extern const sl_table sl_idempotency_table;

/* Reads the request's key, if it is a POST with one. SL_E_INVALID when it is not 1 to 255 characters. since 1.0 [no-suspend] */
sl_status sl_idempotency_begin(struct sl_request *request) SL_MUST_CHECK;

/* Looks the key up: SL_OK and not replayed (go on), SL_OK and replayed (the reply is set), SL_E_IDEMPOTENCY (another request's
 * key, or one that still runs). since 1.0 [suspends] */
sl_status sl_idempotency_look(sl_context *cx, sl_idempotency *record,
                              bool *ret_replayed) SL_MUST_CHECK;

/* The handler is through with `status`: stores the answer if it is one to store and no commit has taken it along. Returns what
 * the request is to be answered with: `status`, or SL_OK with the reply set when a job has answered for it meanwhile.
 * since 1.0 [suspends] */
sl_status sl_idempotency_end(struct sl_request *request, sl_status status) SL_MUST_CHECK;

/* Deletes what is older than that, of every account. since 1.0 [suspends] */
sl_status sl_idempotency_purge(sl_context *cx) SL_MUST_CHECK;

#endif
