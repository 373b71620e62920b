/*
 * queues.h: the queues that plugins' own tables are, and the runner of each in each worker.
 *
 * Rows wait in lanes (an endpoint is one). A worker knows which lanes have due rows from what it committed itself and from a look
 * over all lanes once a second, which costs an index probe a lane however many rows wait. It claims rows of open lanes by lease,
 * a few of each, and runs each in a fiber. How much of a worker lanes may take depends on how they stand: one that works, one that
 * nothing is known of, and one that failed have slots apart, so that the dead never take those of the living.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_JOB_QUEUES_H
#define STRIPE_LITE_CORE_JOB_QUEUES_H

#include <stripe_lite/queue.h>

#include "core/base/context.h"

typedef struct sl_queues sl_queues;

/* since 1.0 [start-up only] */
sl_queues *sl_queues_new(const sl_host *host);
void sl_queues_free(sl_queues *queues); /* no fiber of it may run any more */

/* Adds a queue of a plugin; it counts while `*active`. What the pointers name lives as long as the queues. NULL, or a sentence
 * saying why it is refused. since 1.0 [start-up only] */
const char *sl_queues_add(sl_queues *queues, const char *plugin, const bool *active,
                          const sl_queue *queue);

/* Starts a runner's fiber for each queue. since 1.0 [start-up only] */
void sl_queues_start(sl_queues *queues);

/* No row is claimed from now on. since 1.0 [no-suspend] */
void sl_queues_stop(sl_queues *queues);

/* As sl_queues_stop, and waits until none runs; those that still do after `milliseconds` are cancelled, and their rows come back
 * when their leases end. since 1.0 [suspends] */
void sl_queues_drain(sl_queues *queues, int64_t milliseconds);

#endif
