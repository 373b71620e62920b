/*
 * balance_transaction_service.h: a customer's balance and what moves it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BALANCE_TRANSACTION_SERVICE_H
#define BALANCE_TRANSACTION_SERVICE_H

#include "balance_transaction_model.h"

struct balance_create_params {
    const char *id; /* the customer */
    int64_t amount;
    const char *currency;
    const char *description;
    const sl_map *metadata;
};
struct balance_update_params {
    const char *customer;
    const char *id;
    const char *description;
    const sl_map *metadata;
};

/* Adds `amount` to the customer's balance in the row, and the transaction that says so to the write set; the caller writes the
 * customer. A customer has one currency: the first that moves its balance. [no-suspend] */
sl_status balance_move(sl_context *cx, struct customer *customer, int64_t amount,
                       const char *currency, const char *type) SL_MUST_CHECK;

/* Moves the balance of a stored customer. [suspends] */
sl_status balance_transaction_create(sl_context *cx, const struct balance_create_params *in,
                                     struct balance_transaction *ret) SL_MUST_CHECK;

/* A transaction of that customer; 404 otherwise. [suspends] */
sl_status balance_transaction_load(sl_context *cx, const char *customer, const char *id,
                                   struct balance_transaction *ret) SL_MUST_CHECK;

/* Changes description and metadata. [suspends] */
sl_status balance_transaction_update(sl_context *cx, const struct balance_update_params *in,
                                     struct balance_transaction *ret) SL_MUST_CHECK;

#endif
