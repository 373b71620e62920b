/*
 * balance_transaction_service.c: a customer's balance and what moves it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "balance_transaction_service.h"

#include "customer_service.h"

/* Below 2^53, so that every client's number type holds it. */
#define BALANCE_LIMIT 999999999999999

/* The row of a movement, not yet in the write set; the customer's row is moved. */
static sl_status movement_make(sl_context *cx, struct customer *customer, int64_t amount,
                               const char *currency, const char *type,
                               struct balance_transaction *ret)
{
    if (customer->currency && !same(customer->currency, currency))
        return sl_fail_param(cx, SL_E_INVALID, NULL, "currency",
                             "You cannot combine currencies on a single customer. This customer's "
                             "balance is in %s.",
                             customer->currency);
    int64_t balance;
    if (!sl_money_add(customer->balance, amount, &balance) || balance > BALANCE_LIMIT ||
        balance < -BALANCE_LIMIT)
        return sl_fail_param(cx, SL_E_INVALID, "parameter_invalid_integer", "amount",
                             "The customer's balance would become too large.");
    customer->balance = balance;
    customer->currency = currency;
    *ret = (struct balance_transaction){
        .id = sl_id(cx, "cbtxn"),
        .created = sl_now(cx),
        .customer = customer->id,
        .type = type,
        .amount = amount,
        .currency = currency,
        .ending_balance = balance,
    };
    return SL_OK;
}

sl_status balance_move(sl_context *cx, struct customer *customer, int64_t amount,
                       const char *currency, const char *type)
{
    struct balance_transaction transaction;
    sl_status status = movement_make(cx, customer, amount, currency, type, &transaction);
    if (status != SL_OK)
        return status;
    sl_insert(cx, &balance_transactions_table, &transaction);
    return SL_OK;
}

sl_status balance_transaction_create(sl_context *cx, const struct balance_create_params *in,
                                     struct balance_transaction *ret)
{
    struct customer customer;
    sl_status status = customer_load(cx, in->id, "id", &customer);
    if (status != SL_OK)
        return status;
    if (in->amount == 0)
        return sl_fail_param(cx, SL_E_INVALID, "parameter_invalid_integer", "amount",
                             "Invalid integer: the amount must not be 0.");
    const struct customer before = customer;
    status = movement_make(cx, &customer, in->amount, in->currency, BALANCE_ADJUSTMENT, ret);
    if (status != SL_OK)
        return status;
    ret->description = text_or_null(in->description);
    ret->metadata = sl_map_merge(cx, NULL, in->metadata);
    sl_insert(cx, &balance_transactions_table, ret);
    customer_changed(cx, &before, &customer, "balance, currency");
    return SL_OK;
}

sl_status balance_transaction_load(sl_context *cx, const char *customer, const char *id,
                                   struct balance_transaction *ret)
{
    struct customer owner;
    sl_status status = customer_load(cx, customer, "id", &owner);
    if (status != SL_OK)
        return status;
    *ret = (struct balance_transaction){ 0 };
    status = sl_resource_load(cx, &balance_transaction_resource, id, "id", ret);
    if (status != SL_OK || same(ret->customer, customer))
        return status;
    return sl_fail_param(cx, SL_E_NOT_FOUND, "resource_missing", "id",
                         "No such customer balance transaction: '%s'", id);
}

sl_status balance_transaction_update(sl_context *cx, const struct balance_update_params *in,
                                     struct balance_transaction *ret)
{
    sl_status status = balance_transaction_load(cx, in->customer, in->id, ret);
    if (status != SL_OK)
        return status;
    text_take(cx, "description", in->description, &ret->description);
    status = metadata_take(cx, in->metadata, &ret->metadata);
    if (status == SL_OK)
        sl_update(cx, &balance_transactions_table, ret, "description, metadata");
    return status;
}
