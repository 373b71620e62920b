/*
 * version.h - the version this library was built as.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SL_BASE_VERSION_H
#define SL_BASE_VERSION_H

#include <stripe_lite/abi.h>

/*
 * The host's version, "MAJOR.MINOR.PATCH", static and never NULL.
 * since 1.0  [no-suspend]
 */
SL_API const char *sl_version(void);

#endif
