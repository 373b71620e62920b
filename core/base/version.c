/*
 * version.c - the version this library was built as.
 *
 * The build passes it in, so that the project file stays the only place that states it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/version.h"

const char *sl_version(void)
{
    return SL_VERSION;
}
