/*
 * ratelimit.h: how often one key may call, counted over all workers of the node.
 *
 * A table in shared memory, made before the workers are forked. Each node counts for itself.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_HTTP_RATELIMIT_H
#define STRIPE_LITE_CORE_HTTP_RATELIMIT_H

#include <stdbool.h>
#include <stdint.h>

typedef struct sl_rate_table sl_rate_table;

/* `rate` requests a second, `burst` at once. NULL when the system refuses the memory. since 1.0 [start-up only] */
sl_rate_table *sl_rate_table_new(uint32_t rate, uint32_t burst);
void sl_rate_table_free(sl_rate_table *table);

/* "100:200"; a burst left out is twice the rate; "0" is off (both 0). False when it is none. since 1.0 [no-suspend] */
bool sl_rate_parse(const char *text, uint32_t *ret_rate, uint32_t *ret_burst);

/* Takes one request of `key` at `now` (monotonic microseconds). Seconds to wait when there is none left, else 0.
 * since 1.0 [no-suspend] */
uint32_t sl_rate_take(sl_rate_table *table, const char *key, int64_t now);

#endif
