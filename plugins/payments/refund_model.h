/*
 * refund_model.h: the row of a refund, its resource, and its two shapes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef REFUND_MODEL_H
#define REFUND_MODEL_H

#include "payments.h"

struct refund {
    const char *id;
    int64_t created;
    int64_t version;
    const char *status; /* "pending", "succeeded", "failed" */
    int64_t amount;
    const char *currency;
    const char *charge;
    const char *payment_intent;
    const char *customer;
    const char *payment_method;
    const char *reason;
    const char *description;
    const char *failure_reason;
    const char *balance_transaction;
    const char *attempt;
    const char *gateway_reference;
    const sl_map *metadata;
};

extern const sl_table refunds;
extern const sl_resource refund_resource;

/* The refund in the Stripe_lite face, as one object. [no-suspend] */
void refund_render_lite(sl_json *out, const void *row);

#endif
