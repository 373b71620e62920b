/*
 * shared.h: memory that the master makes and its workers share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_BASE_SHARED_H
#define STRIPE_LITE_CORE_BASE_SHARED_H

#include <stddef.h>

/* `size` zeroed bytes, aligned to a page, that every process forked from now on sees and writes; what is kept there must be
 * atomic. NULL when the system refuses. since 1.0 [no-suspend] */
void *sl_shared_new(size_t size);

/* Takes the memory out of this process alone. since 1.0 [no-suspend] */
void sl_shared_free(void *memory, size_t size);

#endif
