/*
 * charge_model.h: the row of a charge, its resource, and its two shapes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CHARGE_MODEL_H
#define CHARGE_MODEL_H

#include "payments.h"

struct charge {
    const char *id;
    int64_t created;
    int64_t version;
    const char *status; /* /v1: "pending", "succeeded", "failed" */
    const char
        *state; /* the other face: those, "requires_action", "refunded", "partially_refunded" */
    int64_t amount;
    const char *currency;
    int64_t amount_captured;
    int64_t amount_refunded; /* with refunds that are under way */
    bool captured;
    bool voided; /* authorized, never captured, given up */
    bool disputed;
    const char *payment_intent;
    const char *customer;
    const char *payment_method;
    const char *attempt;
    const char *gateway;
    const char *gateway_reference;
    const char *balance_transaction;
    const char *description;
    const char *receipt_email;
    const char *statement_descriptor;
    const char *statement_descriptor_suffix;
    const char *transfer_group;
    const char *failure_code;
    const char *failure_message;
    const char *decline_code;
    const char *advice_code;
    const char *network_code;
    const char *fraud_report; /* fraud_details[user_report] */
    const char *action_url;
    bool authenticated; /* the customer passed 3-D Secure */
    const char *card;   /* payment_method_details.card as it was then: finished JSON */
    const char *billing_details;
    const char *shipping;
    const sl_map *metadata;
    /* not columns: what `prepare` loads */
    sl_list refund_rows; /* newest first */
    bool has_refund_rows;
};

extern const sl_table charges;
extern const sl_resource charge_resource;

/* Loads a charge or fails with `resource_missing`; `param` as in sl_resource_load. [suspends] */
sl_status charge_load(sl_context *cx, const char *id, const char *param, struct charge *ret);

/* What may still be given back: captured and not refunded or about to be. [no-suspend] */
static inline int64_t charge_refundable(const struct charge *charge)
{
    return charge->captured ? charge->amount_captured - charge->amount_refunded : 0;
}

/* Sets `state` to what status and refunds make it. [no-suspend] */
void charge_state_refresh(struct charge *charge);

#endif
