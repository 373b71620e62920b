/*
 * status.h: what core knows of a status beyond <stripe_lite/status.h>.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_BASE_STATUS_H
#define STRIPE_LITE_CORE_BASE_STATUS_H

#include <stripe_lite/status.h>

/* Stripe's `error.type` of a status ("card_error"); a number that is no status answers as SL_E_INTERNAL. Never NULL.
 * since 1.0 [no-suspend] */
const char *sl_status_type(sl_status status);

#endif
