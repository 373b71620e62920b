/*
 * payment_model.h: the record of a payment that was made for an order, and its shape.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYMENT_MODEL_H
#define PAYMENT_MODEL_H

#include "orders.h"

#define PAYMENT_PROCESSING "processing"
#define PAYMENT_COMPLETED "completed"
#define PAYMENT_PARTIALLY_REFUNDED "partially_refunded"
#define PAYMENT_REFUNDED "refunded"
#define PAYMENT_FAILED "failed" /* the gateway took it on and declined it later */

struct payment {
    const char *id;
    int64_t created;
    int64_t version;
    const char *payment_number;
    const char *order_id;
    const char *order_number;
    const char *customer;
    int64_t amount;
    const char *currency;
    const char *status;
    int64_t amount_refunded; /* with refunds that are under way */
    const char *payment_intent;
    const char *intent_status; /* what the gateway says of it */
    const char *charge;
    const char *gateway;
    const char *reference;
    int64_t updated;
};

extern const sl_table order_payments;

/* Whether its money counts as paid. [no-suspend] */
bool payment_counts(const struct payment *payment);

/* One finished object, as member `name` or on its own. [no-suspend] */
void payment_render(sl_json *out, const char *name, const struct payment *payment);

#endif
