/*
 * ledger_plugin.c: double entry for whatever moves money: the service "ledger/1" and the rules its books obey.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

#include "ledger_service.h"

static const sl_service_offer services[] = {
    { .name = SL_LEDGER_SERVICE, .functions = &ledger_service },
    SL_SERVICES_END,
};

/* No index finds a transaction's postings: they are grouped first, or SQLite would read them all for each. */
static const sl_invariant invariants[] = {
    { .name = "every ledger transaction sums to zero in each currency",
      .sql = "SELECT account_id || ' ' || transaction_id || ' ' || currency FROM ledger_postings"
             " GROUP BY account_id, transaction_id, currency HAVING SUM(amount) <> 0" },
    { .name = "every ledger transaction has at least two postings",
      .sql = "SELECT t.account_id || ' ' || t.id FROM ledger_transactions t LEFT JOIN"
             " (SELECT account_id, transaction_id, COUNT(*) AS times FROM ledger_postings"
             " GROUP BY account_id, transaction_id) p ON p.account_id = t.account_id"
             " AND p.transaction_id = t.id WHERE COALESCE(p.times, 0) < 2" },
    { .name = "ledger balances equal the fold of the postings",
      .sql = "SELECT account_id || ' ' || account || ' ' || currency FROM"
             " (SELECT account_id, account, currency, amount FROM ledger_postings UNION ALL"
             " SELECT account_id, account, currency, -amount FROM ledger_balances) sides"
             " GROUP BY account_id, account, currency HAVING SUM(amount) <> 0" },
    SL_INVARIANTS_END,
};

SL_PLUGIN(.name = "ledger", .version = "1.0.0",
          .summary = "Double-entry books for all that moves money", .provides = services,
          .invariants = invariants)
