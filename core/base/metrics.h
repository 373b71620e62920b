/*
 * metrics.h: reading the counters and histograms of <stripe_lite/log.h>, for /metrics.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_BASE_METRICS_H
#define STRIPE_LITE_CORE_BASE_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/arena.h"

/* Makes the memory that the node's workers share; called once by the master before it forks. Without it each process counts for
 * itself. False when the system refuses. since 1.0 [start-up only] */
bool sl_metrics_share(void);

/* Prometheus text of every series, of all workers together; never NULL. since 1.0 [no-suspend] */
const char *sl_metrics_text(sl_arena *arena, size_t *ret_length);

#endif
