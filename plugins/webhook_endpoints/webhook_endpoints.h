/*
 * webhook_endpoints.h: what every room of this plugin shares: its options and a few small words.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WEBHOOK_ENDPOINTS_H
#define WEBHOOK_ENDPOINTS_H

#include <string.h>

#include <stripe_lite/stripe_lite.h>

/* Told to the other workers when endpoints were changed. */
#define ENDPOINTS_NEWS "webhook_endpoints"

/* How many tries had which outcome. */
#define DELIVERIES_METRIC "stripe_lite_webhook_deliveries_total"
#define OUTCOME_DELIVERED "delivered"
#define OUTCOME_FAILED "failed" /* it will be tried again */
#define OUTCOME_GIVEN_UP "given_up"
#define OUTCOME_CANCELED "canceled"

#define TRIES_MOST 64
#define TRY_SECONDS 10 /* that a try may take */

struct webhook_options {
    bool webhooks_allow_private_addresses;
    sl_list webhooks_retry_schedule; /* texts: seconds before each further try */
    int64_t keep_days;
};
extern const sl_field webhook_option_fields[];

/* What the options say, in numbers. Constant after start. */
struct webhook_rules {
    uint32_t http_flags; /* of sl_http_check and sl_http_send */
    uint32_t pauses;     /* how many further tries there are */
    int64_t pause[TRIES_MOST];
    int64_t
        patience; /* seconds from the first try to the end of the last: the pauses, and the time that tries may take */
    int64_t keep; /* seconds that a finished delivery is kept */
};

/* [no-suspend] */
const struct webhook_rules *webhook_rules(void);
sl_status webhook_endpoints_start(sl_context *cx, sl_plugin *self);
void webhook_endpoints_stop(sl_plugin *self);

/* Whether both are there and the same. [no-suspend] */
static inline bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* A whole number of digits alone; 0 for any other text. [no-suspend] */
static inline int64_t number_of(const char *text)
{
    int64_t number = 0;
    for (const char *at = text; at && *at >= '0' && *at <= '9' && number < INT32_MAX; at++)
        number = number * 10 + (*at - '0');
    return number;
}

/* Unix seconds of the real time: deliveries do not live by test clocks. [no-suspend] */
static inline int64_t real_now(void)
{
    return sl_real_ms() / 1000;
}

#endif
