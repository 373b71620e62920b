/*
 * stripe_customer.h: our customers as Stripe's: made there when the first payment or card needs one, and remembered.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_CUSTOMER_H
#define STRIPE_CUSTOMER_H

#include <stripe_lite/stripe_lite.h>

/* Our customer's id, and by which id Stripe knows it. */
struct stripe_customer {
    const char *id;
    int64_t created;
    int64_t version;
    const char *upstream;
    const char *told; /* a hash of the name and email that Stripe has, or NULL */
};

extern const sl_table stripe_customers_table;

/* Stripe's id of our customer, made there when it has none, and told the name and email when they are new; commits beside `cx`.
 * Fails with the error filled. [suspends] */
sl_status customer_ensure(sl_context *cx, const char *id, const char **ret_upstream) SL_MUST_CHECK;

#endif
