/*
 * ledger_model.h: the rows of the ledger.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef LEDGER_MODEL_H
#define LEDGER_MODEL_H

#include <stripe_lite/services/ledger.h>
#include <stripe_lite/stripe_lite.h>

struct ledger_transaction {
    const char *id; /* "ltx_..." */
    int64_t created;
    const char *kind;
    const char *source;
    const char *subject;
    const char *description;
    int64_t version;
};

struct ledger_posting {
    const char *id; /* the transaction's, and the posting's place in it */
    int64_t created;
    const char *transaction_id;
    const char *subject;
    const char *kind;
    const char *source;
    const char *account;
    const char *currency;
    int64_t amount;
    int64_t version;
};

/* One worker's share of an account's balance. */
struct ledger_balance {
    const char *id;
    const char *account;
    const char *currency;
    int64_t slot;
    int64_t amount;
    int64_t version;
};

extern const sl_table ledger_transactions;
extern const sl_table ledger_postings;
extern const sl_table ledger_balances;

#endif
