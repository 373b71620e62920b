/*
 * sdk_layout.c: today's headers against the layout of a frozen release (sdk/abi/<release>/layout.h).
 *
 * A plugin that was built against that release reads and writes at these places. Structs that begin with struct_size may have
 * grown at their end, others into what was reserved; nothing else there ever changes. Compiling is the test: as C11, C17 and
 * C++17, on 64-bit systems.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>
#include <stripe_lite/services/customers.h>
#include <stripe_lite/services/ledger.h>
#include <stripe_lite/services/payments.h>

#ifdef __cplusplus
#define HOLDS(what) static_assert(what, #what)
#else
#define HOLDS(what) _Static_assert(what, #what)
#endif
#define SAME(what, value) HOLDS((what) == (value))
#define SIZE(type, size) HOLDS(sizeof(type) == (size))
#define SIZE_LEAST(type, size) HOLDS(sizeof(type) >= (size))
#define PLACE(type, member, offset, width) \
    HOLDS(offsetof(type, member) == (offset) && sizeof(((type *)0)->member) == (width))

SIZE(void *, 8);
SAME(SL_ABI_VERSION >> 16, SL_ABI_MAJOR);

#include "layout.h"
