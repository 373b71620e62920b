/*
 * ledger_model.c: the field tables of the ledger's rows.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "ledger_model.h"

static const sl_field transaction_fields[] = {
    SL_ID(struct ledger_transaction, id, "ltx"),
    SL_TIMESTAMP(struct ledger_transaction, created),
    SL_STRING(struct ledger_transaction, kind),
    SL_STRING(struct ledger_transaction, source),
    SL_STRING(struct ledger_transaction, subject),
    SL_STRING(struct ledger_transaction, description),
    SL_INT64(struct ledger_transaction, version),
    SL_FIELDS_END,
};

static const sl_field posting_fields[] = {
    SL_ID(struct ledger_posting, id, "ltx"),
    SL_TIMESTAMP(struct ledger_posting, created),
    SL_STRING(struct ledger_posting, transaction_id),
    SL_STRING(struct ledger_posting, subject),
    SL_STRING(struct ledger_posting, kind),
    SL_STRING(struct ledger_posting, source),
    SL_STRING(struct ledger_posting, account),
    SL_CURRENCY(struct ledger_posting, currency),
    SL_MONEY(struct ledger_posting, amount),
    SL_INT64(struct ledger_posting, version),
    SL_FIELDS_END,
};

static const sl_field balance_fields[] = {
    SL_STRING(struct ledger_balance, id),
    SL_STRING(struct ledger_balance, account),
    SL_CURRENCY(struct ledger_balance, currency),
    SL_INT64(struct ledger_balance, slot),
    SL_MONEY(struct ledger_balance, amount),
    SL_INT64(struct ledger_balance, version),
    SL_FIELDS_END,
};

const sl_table ledger_transactions =
    SL_TABLE("ledger_transactions", struct ledger_transaction, transaction_fields);
const sl_table ledger_postings = SL_TABLE("ledger_postings", struct ledger_posting, posting_fields);
const sl_table ledger_balances = SL_TABLE("ledger_balances", struct ledger_balance, balance_fields);
