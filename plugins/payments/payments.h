/*
 * payments.h: what every room of this plugin shares: its options, the services it needs, a few small words.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYMENTS_H
#define PAYMENTS_H

#include <string.h>
#include <strings.h>

#include <stripe_lite/services/customers.h>
#include <stripe_lite/services/ledger.h>
#include <stripe_lite/stripe_lite.h>

struct payments_options {
    int64_t fee_percent;     /* hundredths of a percent of a charge */
    int64_t fee_fixed;       /* minor units of the default currency, on each charge in it */
    int64_t dispute_fee;     /* minor units of the default currency, on each dispute in it */
    int64_t available_after; /* seconds until a charge's money may be paid out */
};

/* Constant after start. [no-suspend] */
const struct payments_options *payments_options(void);
const sl_customers_service *customers(void);
const sl_ledger_service *ledger(void);

/* Whether both are there and the same. [no-suspend] */
static inline bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* A copy of `text` whose emptiness means that it was taken away: NULL then. [no-suspend] */
static inline const char *text_or_null(const char *text)
{
    return text && text[0] != '\0' ? text : NULL;
}

/* Replaces `*member` by `value` when the request names `param`, and says whether it did; an empty text removes. [no-suspend] */
bool text_given(const sl_context *cx, const char *param, const char *value, const char **member);

/* Where the customer comes back to, told which object it was about: `url` with NOUN=id and NOUN_client_secret=... in its query,
 * as Stripe's document "Confirm a PaymentIntent" (return_url) has it. NULL for NULL. [no-suspend] */
const char *return_url_of(sl_context *cx, const char *url, const char *noun, const char *id,
                          const char *client_secret);

/* "$12.34", "¥500", "12.340 kwd": an amount inside a sentence. [no-suspend] */
const char *money_text(sl_context *cx, int64_t amount, const char *currency);

/* `status`, and what a context beside this one says about it as this one's error. [no-suspend] */
sl_status failure_of(sl_context *cx, const sl_context *aside, sl_status status);

#endif
