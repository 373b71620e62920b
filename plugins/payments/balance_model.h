/*
 * balance_model.h: the balance as one object, made of the ledger's accounts; it has no row of its own.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BALANCE_MODEL_H
#define BALANCE_MODEL_H

#include "payments.h"

struct balance {
    const char *id; /* "balance" */
    int64_t created;
    sl_list sums; /* of sl_ledger_balance */
};

/* Neither listed nor retrieved by the host: only rendered, for GET /v1/balance and the event balance.available. */
extern const sl_resource balance_resource;

/* Whether the sums have that account in that currency. [no-suspend] */
bool balance_has(sl_list sums, const char *account, const char *currency);

#endif
