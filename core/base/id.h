/*
 * id.h: ids without a context.
 *
 * An id is `prefix_` and 24 letters and digits: 8 of milliseconds, 3 of a counter within the millisecond, 13 at random (77
 * bits). Compared byte by byte, ids of one process stand in the order of their making, those of several processes in the
 * order of their milliseconds.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_BASE_ID_H
#define STRIPE_LITE_CORE_BASE_ID_H

#include "core/base/arena.h"

#define SL_ID_LETTERS 24

/* since 1.0 [no-suspend] */
char *sl_id_new(sl_arena *arena, const char *prefix);

#endif
