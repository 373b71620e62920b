/*
 * paypal_time.h: moments as PayPal writes them: "2026-01-31T12:00:00Z".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYPAL_TIME_H
#define PAYPAL_TIME_H

#include <stripe_lite/stripe_lite.h>

/* Unix seconds as text. [no-suspend] */
const char *paypal_time_text(sl_context *cx, int64_t unix_seconds);

/* A text as unix seconds; 0 when it is none. Fractions of a second are left out. [no-suspend] */
int64_t paypal_time_read(const char *text);

#endif
