/*
 * clock.h: the one place that asks what time it is.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_BASE_CLOCK_H
#define STRIPE_LITE_CORE_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* since 1.0 [no-suspend], all of these */
int64_t sl_clock_unix(void);         /* seconds since 1970, UTC */
int64_t sl_clock_unix_ms(void);      /* milliseconds since 1970 */
int64_t sl_clock_monotonic_ms(void); /* for deadlines */
int64_t sl_clock_monotonic_us(void); /* for durations */

/* "2026-01-31T12:00:00Z" into at least 32 bytes; its length. Right for every year from 1 to 9999. */
size_t sl_clock_iso8601(int64_t unix_seconds, char *ret);

/* Unix seconds of an ISO 8601 date or date and time with offset or Z (none: UTC); -1 and untouched output when it is none. */
int sl_clock_parse(const char *text, int64_t *ret_unix_seconds);

#endif
