/*
 * admission.h: how many requests a worker takes on, so that those it takes keep their latency.
 *
 * More requests than the worker and its database get done make a queue; a longer queue serves nobody sooner. What tells is the
 * quickest request of a moment: when even that waited longer than `limits.queue_time`, fewer are taken at once, down to a quarter
 * of `limits.in_flight` and not below 64; when requests are quick again, more. Time in gateways does not count, nor do the requests that are there:
 * a slow gateway is no reason to refuse others.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_HTTP_ADMISSION_H
#define STRIPE_LITE_CORE_HTTP_ADMISSION_H

#include <stdbool.h>
#include <stdint.h>

typedef struct sl_admission {
    uint32_t most;
    uint32_t least;
    uint32_t limit;        /* now */
    int64_t patience_us;   /* 0: the limit stays */
    int64_t interval_ends; /* monotonic ms */
    int64_t quickest_us;   /* of this interval; -1: none has ended */
    uint32_t working;      /* the most of this interval */
} sl_admission;

/* since 1.0 [no-suspend], all of these */
void sl_admission_init(sl_admission *admission, uint32_t most, int64_t patience_ms);
/* Whether one more may begin beside `working` others. */
bool sl_admission_take(sl_admission *admission, uint32_t working, int64_t now_ms);
/* One has succeeded after so long, time in gateways left out. */
void sl_admission_done(sl_admission *admission, int64_t microseconds);

#endif
