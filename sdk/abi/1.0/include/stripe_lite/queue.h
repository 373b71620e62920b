/*
 * queue.h: a table of a plugin's own as a queue: its rows wait in the database, in lanes, until a worker takes them.
 *
 * Jobs (job.h) are for what must happen once in a while; a queue is for much of one kind that goes to many places which may be
 * slow or dead: deliveries to endpoints. A row's lane is the place. At most so many rows of a lane are under way at once, one
 * as long as the lane has not worked yet, and a lane that fails stands still as a whole: its rows stay where they are, and the
 * others keep their speed. A row is run at least once, in no promised order.
 *
 * The table has, beside `id` and `version`, the columns `lane TEXT` (an id, unlike any of another account), `due BIGINT` (unix
 * milliseconds; NULL: over), `holder TEXT` and `attempt BIGINT`, and two indexes: (lane, due) WHERE due IS NOT NULL and (holder)
 * WHERE holder IS NOT NULL. A new row has `due` and no holder.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_QUEUE_H
#define STRIPE_LITE_QUEUE_H

#include <stripe_lite/database.h>

SL_BEGIN_DECLS

typedef struct sl_queue {
    const char *name; /* "webhook_endpoints.deliveries": in logs and metrics */
    const sl_table *table;
    /* Does the work for one row, in a fiber of its own with the row's account, and writes what became of it: `holder` NULL and
     * `due` NULL, or when to run it again; what is pending when it returns SL_OK is committed. A conflict there means that the
     * row is somebody else's by now. A row whose run fails comes back when its lease ends. [suspends] */
    sl_status (*run)(sl_context *cx, void *row);
    int64_t timeout; /* milliseconds a run may take; 0: 20000. The lease is half a minute longer */
    int32_t lane_most; /* runs of one lane at once in a worker; 0: 32 */
    int32_t reserved_most;
    uint64_t reserved[4];
} sl_queue;
#define SL_QUEUES_END \
    {                 \
        .name = NULL  \
    }

/* A row of this lane that is due joined the write set: once it is committed this worker looks at the lane. Without it the row
 * is found within a second. since 1.0 [no-suspend] */
SL_API void sl_queue_due(sl_context *cx, const sl_queue *queue, const char *lane);

/* Inside `run`: the lane works, and may have many rows under way; or it does not, and stands still for so long before one row
 * is tried again. since 1.0 [no-suspend] */
SL_API void sl_queue_lane_works(sl_context *cx);
SL_API void sl_queue_lane_fails(sl_context *cx, int64_t pause_ms);

/* How often in a row the lane has failed in this worker, without the one just told. since 1.0 [no-suspend] */
SL_API int32_t sl_queue_lane_failures(const sl_context *cx);

SL_END_DECLS
#endif
