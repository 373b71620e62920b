/*
 * webhooks.h: what every room of this plugin shares: its options, and the names of gateways that are none.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WEBHOOKS_H
#define WEBHOOKS_H

#include <stripe_lite/crypto.h>
#include <stripe_lite/stripe_lite.h>

#include <string.h>

#define STRIPE "stripe"
#define LITE "lite" /* events of the Stripe_lite route, under webhooks.lite_secret */

#define TOLERANCE \
    300 /* seconds between a signature and its arrival, as Stripe's libraries have it */

struct webhooks_options {
    const char *lite_secret;
    const char *stripe_webhook_secret; /* several, comma-separated, while one replaces another */
    int64_t attempts;
    int64_t backoff; /* seconds before the second try, doubling */
    int64_t keep_days;
};

/* Constant after start. [no-suspend] */
const struct webhooks_options *webhooks_options(void);

/* Whether both are there and the same. [no-suspend] */
static inline bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

#endif
