/*
 * payments_invariants.c: the rules about stored payments, each a statement that lists its violations.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "payments_invariants.h"

#define WHO(ALIAS) "SELECT " ALIAS ".account_id || ' ' || " ALIAS ".id"

/* The net of balance transactions in one status against a ledger account; `sides` sums to zero when they agree. */
#define BALANCE_AGREES(STATUS, ACCOUNT)                                                              \
    "SELECT account_id || ' " ACCOUNT " ' || currency FROM"                                          \
    " (SELECT account_id, currency, net AS amount FROM balance_transactions WHERE status = '" STATUS \
    "'"                                                                                              \
    " UNION ALL SELECT account_id, currency, -amount FROM ledger_balances WHERE account = '" ACCOUNT \
    "')"                                                                                             \
    " sides GROUP BY account_id, currency HAVING SUM(amount) <> 0"

/* Each row of TABLE for which CONDITION holds has exactly one event of TYPE, and no other row has one. */
#define TOLD_ONCE(TABLE, CONDITION, TYPE)                                                        \
    WHO("o")                                                                                     \
    " FROM " TABLE " o LEFT JOIN events e ON e.account_id = o.account_id AND e.object_id = o.id" \
    " AND e.type = '" TYPE "' GROUP BY o.account_id, o.id HAVING COUNT(e.id) <>"                 \
    " MAX(CASE WHEN " CONDITION " THEN 1 ELSE 0 END)"

/* A balance transaction whose source is such an object has it, and in the state that moved the money. */
#define STANDS_FOR(TYPE, TABLE, CONDITION)                                              \
    WHO("t")                                                                            \
    " FROM balance_transactions t LEFT JOIN " TABLE " o ON o.account_id = t.account_id" \
    " AND o.id = t.source AND " CONDITION " WHERE t.source_type = '" TYPE "' AND o.id IS NULL"

/*
 * What the ledger posted for a balance transaction is its net, its fee and the other side of its amount. Postings are summed
 * first: no index finds those of a transaction, and SQLite would read them all for each.
 */
#define POSTINGS_AGREE                                                                            \
    WHO("t")                                                                                      \
    " FROM balance_transactions t JOIN ledger_transactions l ON l.account_id = t.account_id"      \
    " AND l.kind = t.reporting_category AND l.source = t.source JOIN"                             \
    " (SELECT account_id, transaction_id,"                                                        \
    " SUM(CASE WHEN account IN ('pending', 'available') THEN amount ELSE 0 END) AS net,"          \
    " SUM(CASE WHEN account = 'fees' THEN amount ELSE 0 END) AS fee,"                             \
    " SUM(CASE WHEN account IN ('pending', 'available', 'fees') THEN 0 ELSE amount END) AS other" \
    " FROM ledger_postings GROUP BY account_id, transaction_id) p ON"                             \
    " p.account_id = l.account_id AND p.transaction_id = l.id"                                    \
    " GROUP BY t.account_id, t.id, t.amount, t.fee, t.net HAVING"                                 \
    " SUM(p.net) <> t.net OR SUM(p.fee) <> t.fee OR SUM(p.other) <> -t.amount"

/* Money that went back, by refund or by release of an authorization, was told as often as it went. */
#define REFUNDS_TOLD                                                                              \
    WHO("c")                                                                                      \
    " FROM charges c LEFT JOIN (SELECT account_id, charge, COUNT(*) AS times FROM refunds"        \
    " WHERE status = 'succeeded' GROUP BY account_id, charge) r ON r.account_id = c.account_id"   \
    " AND r.charge = c.id LEFT JOIN (SELECT account_id, object_id, COUNT(*) AS times FROM events" \
    " WHERE type = 'charge.refunded' GROUP BY account_id, object_id) e"                           \
    " ON e.account_id = c.account_id AND e.object_id = c.id WHERE COALESCE(e.times, 0) <>"        \
    " COALESCE(r.times, 0) + CASE WHEN c.voided = TRUE THEN 1 ELSE 0 END"

const sl_invariant payments_invariants[] = {
    { .name = "captured is at most authorized",
      .sql =
          WHO("c") " FROM charges c WHERE c.amount_captured > c.amount OR c.amount_captured < 0" },
    { .name = "refunded is at most captured",
      .sql = WHO(
          "c") " FROM charges c WHERE c.amount_refunded > c.amount_captured OR c.amount_refunded < 0" },
    { .name = "a charge's refunded amount is the sum of its refunds",
      .sql = WHO(
          "c") " FROM charges c LEFT JOIN refunds r ON r.account_id = c.account_id AND r.charge = c.id"
               " AND r.status <> 'failed' GROUP BY c.account_id, c.id, c.amount_refunded"
               " HAVING COALESCE(SUM(r.amount), 0) <> c.amount_refunded" },
    { .name = "at most one successful authorization per intent",
      .sql =
          "SELECT account_id || ' ' || intent FROM payment_attempts WHERE operation = 'authorize'"
          " AND status = 'succeeded' GROUP BY account_id, intent HAVING COUNT(*) > 1" },
    { .name = "at most one successful charge per intent",
      .sql = "SELECT account_id || ' ' || payment_intent FROM charges WHERE status = 'succeeded'"
             " GROUP BY account_id, payment_intent HAVING COUNT(*) > 1" },
    { .name = "a succeeded intent has received what its charge captured",
      .sql = WHO(
          "i") " FROM payment_intents i LEFT JOIN charges c ON c.account_id = i.account_id"
               " AND c.id = i.latest_charge WHERE i.status = 'succeeded'"
               " AND (c.id IS NULL OR c.status <> 'succeeded' OR c.amount_captured <> i.amount_received)" },
    { .name = "a canceled intent has received nothing",
      .sql = WHO("i") " FROM payment_intents i WHERE i.status = 'canceled'"
                      " AND (i.amount_received <> 0 OR i.amount_capturable <> 0)" },
    { .name = "an intent's open attempt is open",
      .sql =
          WHO("i") " FROM payment_intents i JOIN payment_attempts a ON a.account_id = i.account_id"
                   " AND a.id = i.open_attempt WHERE a.status IN"
                   " ('succeeded', 'declined', 'not_sent', 'abandoned')" },
    { .name = "an unsettled attempt keeps its intent busy",
      .sql =
          WHO("a") " FROM payment_attempts a JOIN payment_intents i ON i.account_id = a.account_id"
                   " AND i.id = a.intent WHERE a.unsettled = TRUE AND a.operation <> 'refund'"
                   " AND (i.open_attempt IS NULL OR i.open_attempt <> a.id)" },
    { .name = "a captured charge has its balance transaction",
      .sql =
          WHO("c") " FROM charges c LEFT JOIN balance_transactions t ON t.account_id = c.account_id"
                   " AND t.id = c.balance_transaction WHERE c.captured = TRUE"
                   " AND (t.id IS NULL OR t.amount <> c.amount_captured OR t.source <> c.id)" },
    { .name = "a succeeded refund has its balance transaction",
      .sql =
          WHO("r") " FROM refunds r LEFT JOIN balance_transactions t ON t.account_id = r.account_id"
                   " AND t.id = r.balance_transaction WHERE r.status = 'succeeded'"
                   " AND (t.id IS NULL OR t.amount <> -r.amount OR t.source <> r.id)" },
    { .name = "a balance transaction's net is its amount less its fee",
      .sql = WHO("t") " FROM balance_transactions t WHERE t.net <> t.amount - t.fee" },
    { .name = "a balance transaction is in the ledger",
      .sql = WHO(
          "t") " FROM balance_transactions t LEFT JOIN ledger_transactions l ON"
               " l.account_id = t.account_id AND l.kind = t.reporting_category AND l.source = t.source"
               " WHERE l.id IS NULL" },
    { .name = "the pending balance agrees with the ledger",
      .sql = BALANCE_AGREES("pending", "pending") },
    { .name = "the available balance agrees with the ledger",
      .sql = BALANCE_AGREES("available", "available") },
    { .name = "a balance transaction and its postings agree", .sql = POSTINGS_AGREE },
    { .name = "a charge's balance transaction stands for captured money",
      .sql =
          STANDS_FOR("charge", "charges", "o.captured = TRUE AND o.balance_transaction = t.id") },
    { .name = "a refund's balance transaction stands for refunded money",
      .sql = STANDS_FOR("refund", "refunds",
                        "o.status = 'succeeded' AND o.balance_transaction = t.id") },
    { .name = "a dispute's balance transaction has its dispute",
      .sql = STANDS_FOR("dispute", "disputes", "o.amount IN (t.amount, -t.amount)") },
    { .name = "a succeeded charge has one event, no other has it",
      .sql = TOLD_ONCE("charges", "o.status = 'succeeded'", "charge.succeeded") },
    { .name = "a failed charge has one event, no other has it",
      .sql = TOLD_ONCE("charges", "o.status = 'failed'", "charge.failed") },
    { .name = "an intent has one event of its beginning",
      .sql = TOLD_ONCE("payment_intents", "1 = 1", "payment_intent.created") },
    { .name = "a succeeded intent has one event, no other has it",
      .sql = TOLD_ONCE("payment_intents", "o.status = 'succeeded'", "payment_intent.succeeded") },
    { .name = "a canceled intent has one event, no other has it",
      .sql = TOLD_ONCE("payment_intents", "o.status = 'canceled'", "payment_intent.canceled") },
    { .name = "a refund has one event of its beginning",
      .sql = TOLD_ONCE("refunds", "1 = 1", "refund.created") },
    { .name = "a failed refund has one event, no other has it",
      .sql = TOLD_ONCE("refunds", "o.status = 'failed'", "refund.failed") },
    { .name = "a charge's refunds have an event each", .sql = REFUNDS_TOLD },
    { .name = "a dispute has one event of its beginning",
      .sql = TOLD_ONCE("disputes", "1 = 1", "charge.dispute.created") },
    { .name = "a settled attempt is not looked for",
      .sql = WHO("a") " FROM payment_attempts a WHERE a.unsettled <>"
                      " (a.status IN ('started', 'unknown', 'pending'))" },
    { .name = "a dispute's charge is marked as disputed",
      .sql = WHO(
          "d") " FROM disputes d LEFT JOIN charges c ON c.account_id = d.account_id AND c.id = d.charge"
               " WHERE c.id IS NULL OR c.disputed = FALSE" },
    SL_INVARIANTS_END,
};
