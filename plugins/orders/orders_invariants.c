/*
 * orders_invariants.c: the rules about stored orders, each a statement that lists its violations.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "orders_invariants.h"

/* "ORD-2026-001": the series and the year are its first eight characters, the number stands behind the ninth. */
#define SERIES(COLUMN) "SUBSTR(" COLUMN ", 1, 8)"
#define NUMBER(COLUMN) "CAST(SUBSTR(" COLUMN ", 10) AS BIGINT)"

/* The numbers of a series are 1, 2, 3 … as many as were given out, each once. */
#define NUMBERED(TABLE, COLUMN)                                                                                                                       \
    "SELECT d.account_id || ' ' || " SERIES(                                                                                                          \
        "d." COLUMN) " FROM " TABLE                                                                                                                   \
                     " d LEFT JOIN number_series s ON s.account_id = d.account_id AND s.id = " SERIES("d." COLUMN) " GROUP BY d.account_id, " SERIES( \
                         "d." COLUMN) " HAVING COUNT(*) <> "                                                                                          \
                                      "COUNT(DISTINCT d." COLUMN                                                                                      \
                                      ") OR COUNT(*) <> MAX(" NUMBER("d." COLUMN) ") OR MIN(" NUMBER(                                                 \
                                          "d." COLUMN) ") <> 1 OR COUNT(*) <> COALESCE(MAX(s.value), 0)"

/* A series of this plugin's from which numbers were drawn that no row bears. */
#define DRAWN(KIND, TABLE, COLUMN)                                                                \
    "SELECT s.account_id || ' ' || s.id FROM number_series s LEFT JOIN " TABLE                    \
    " d ON d.account_id = s.account_id AND " SERIES("d." COLUMN) " = s.id WHERE s.id LIKE '" KIND \
                                                                 "-%' AND d.id IS NULL"

const sl_invariant orders_invariants[] = {
    { .name = "order numbers have no gaps", .sql = NUMBERED("orders", "order_number") },
    { .name = "drawn order numbers are borne", .sql = DRAWN("ORD", "orders", "order_number") },
    { .name = "payment numbers have no gaps", .sql = NUMBERED("order_payments", "payment_number") },
    { .name = "drawn payment numbers are borne",
      .sql = DRAWN("PAY", "order_payments", "payment_number") },
    { .name = "an order's line is its quantity times its price",
      .sql =
          "SELECT account_id || ' ' || id FROM order_lines WHERE amount <> quantity * unit_price" },
    { .name = "an order's total is the sum of its lines",
      .sql =
          "SELECT o.account_id || ' ' || o.id FROM orders o LEFT JOIN order_lines l ON"
          " l.account_id = o.account_id AND l.order_id = o.id GROUP BY o.account_id, o.id, o.total"
          " HAVING COALESCE(SUM(l.amount), 0) <> o.total" },
    { .name = "an order is paid and refunded as its payments are",
      .sql = "SELECT o.account_id || ' ' || o.id FROM orders o LEFT JOIN order_payments p ON"
             " p.account_id = o.account_id AND p.order_id = o.id AND"
             " p.status IN ('completed', 'partially_refunded', 'refunded')"
             " GROUP BY o.account_id, o.id, o.amount_paid, o.amount_refunded"
             " HAVING COALESCE(SUM(p.amount), 0) <> o.amount_paid OR"
             " COALESCE(SUM(p.amount_refunded), 0) <> o.amount_refunded" },
    { .name = "an order's payment status agrees with its amounts",
      .sql = "SELECT account_id || ' ' || id FROM orders WHERE payment_status <>"
             " CASE WHEN amount_paid = 0 THEN 'unpaid' WHEN amount_refunded = 0 THEN 'paid'"
             " WHEN amount_refunded < amount_paid THEN 'partially_refunded' ELSE 'refunded' END"
             " OR (amount_paid > 0 AND amount_paid < total)" },
    { .name = "a payment is its order's",
      .sql =
          "SELECT p.account_id || ' ' || p.id FROM order_payments p LEFT JOIN orders o ON"
          " o.account_id = p.account_id AND o.id = p.order_id WHERE o.id IS NULL"
          " OR p.amount <> o.total OR p.currency <> o.currency OR p.order_number <> o.order_number"
          " OR p.amount_refunded < 0 OR p.amount_refunded > p.amount" },
    { .name = "a completed payment's intent has succeeded",
      .sql =
          "SELECT p.account_id || ' ' || p.id FROM order_payments p LEFT JOIN payment_intents i ON"
          " i.account_id = p.account_id AND i.id = p.payment_intent WHERE"
          " p.status IN ('completed', 'partially_refunded', 'refunded') AND"
          " (i.id IS NULL OR i.status <> 'succeeded' OR i.amount_received <> p.amount)" },
    SL_INVARIANTS_END,
};
