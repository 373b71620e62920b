/*
 * balance_transaction_model.h: the row of a balance transaction and its resource.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BALANCE_TRANSACTION_MODEL_H
#define BALANCE_TRANSACTION_MODEL_H

#include "payments.h"

struct balance_transaction {
    const char *id;
    int64_t created;
    int64_t version;
    const char *type;
    const char *reporting_category;
    const char *status; /* "pending", "available" */
    int64_t amount;
    int64_t fee;
    int64_t net;
    const char *currency;
    int64_t available_on;
    const char *source;
    const char *source_type;
    const char *description;
    const char *payout; /* the payout that paid it out */
};

extern const sl_table balance_transactions;
extern const sl_resource balance_transaction_resource;

#endif
