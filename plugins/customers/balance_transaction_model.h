/*
 * balance_transaction_model.h: the row of a change to a customer's balance, and its rendering.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BALANCE_TRANSACTION_MODEL_H
#define BALANCE_TRANSACTION_MODEL_H

#include "customer_model.h"

#define BALANCE_INITIAL "initial"
#define BALANCE_ADJUSTMENT "adjustment"

struct balance_transaction {
    const char *id;
    int64_t created;
    int64_t version;
    const char *customer;
    const char *type;
    int64_t amount;
    const char *currency;
    int64_t ending_balance;
    const char *description;
    const char *invoice;
    const char *credit_note;
    const char *checkout_session;
    const sl_map *metadata;
};

extern const sl_table balance_transactions_table;
extern const sl_resource balance_transaction_resource;

#endif
