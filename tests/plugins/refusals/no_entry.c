/*
 * no_entry.c: a shared object that is no plugin.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

SL_API int no_entry(void);
SL_API int no_entry(void)
{
    return 1;
}
