/*
 * random.h: bytes from the system's random source, drawn in small batches.
 *
 * A batch belongs to one thread of one process: a fork throws it away, so that two workers never hand out the same bytes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_BASE_RANDOM_H
#define STRIPE_LITE_CORE_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* since 1.0 [no-suspend], all of these; a system without random source ends the process */
void sl_random_bytes(void *ret, size_t length);
/* Evenly from 0 to `limit` - 1; 0 when `limit` is 0. */
uint64_t sl_random_below(uint64_t limit);
/* `length` letters and digits, and no terminator. */
void sl_random_letters(char *ret, size_t length);

/* 0-9, A-Z, a-z: in the order of their bytes. */
extern const char sl_base62[63];

#endif
