/*
 * books.js: what must be stored once a load is over: what was answered, exactly once, and sums that agree.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');

const MADE = {
  '/v1/payment_intents': 'payment_intents', '/v1/charges': 'payment_intents', '/payments/create_charge': 'payment_intents',
  '/v1/customers': 'customers', '/v1/setup_intents': 'setup_intents', '/v1/refunds': 'refunds', '/payments/refund_charge': 'refunds',
};
const TOLD = [
  ['charge.succeeded', "SELECT id FROM charges WHERE status = 'succeeded'"],
  ['charge.failed', "SELECT id FROM charges WHERE status = 'failed'"],
  ['charge.captured', "SELECT charge AS id FROM payment_attempts WHERE operation = 'capture' AND status = 'succeeded'"],
  ['payment_intent.created', 'SELECT id FROM payment_intents'],
  ['payment_intent.succeeded', "SELECT id FROM payment_intents WHERE status = 'succeeded'"],
  ['payment_intent.canceled', "SELECT id FROM payment_intents WHERE status = 'canceled'"],
  ['setup_intent.created', 'SELECT id FROM setup_intents'],
  ['setup_intent.succeeded', "SELECT id FROM setup_intents WHERE status = 'succeeded'"],
  ['refund.created', 'SELECT id FROM refunds'],
  ['refund.failed', "SELECT id FROM refunds WHERE status = 'failed'"],
  ['charge.refunded', "SELECT charge AS id FROM refunds WHERE status = 'succeeded' UNION ALL"
    + ' SELECT id FROM charges WHERE voided = TRUE'],
];

const metadataOf = ({ metadata }) => (typeof metadata === 'string' ? JSON.parse(metadata) : metadata) || {};

/* What waits for a recovery: nothing, once it had time. */
async function openThings(database) {
  return database.rows("SELECT 'intent' AS kind, id FROM payment_intents WHERE status = 'processing'"
    + " UNION ALL SELECT 'refund', id FROM refunds WHERE status = 'pending'"
    + " UNION ALL SELECT 'setup', id FROM setup_intents WHERE status = 'processing'"
    + " UNION ALL SELECT 'attempt', id FROM payment_attempts WHERE unsettled = TRUE"
    + " UNION ALL SELECT 'key', id FROM idempotency_keys WHERE state = 'started'");
}

/* What the gateway was never asked for: the client was told so (503), and its key was free for another try. Of a payment that went
 * on from one gateway to another the last attempt says so. */
const ATTEMPT_OF = { payment_intents: 'a.intent = t.id', refunds: 'a.refund = t.id' };
const LAST = "NOT EXISTS (SELECT 1 FROM payment_attempts n WHERE n.account_id = a.account_id AND n.id = a.id || '_2')";
const attempts = (table, which) => `EXISTS (SELECT 1 FROM payment_attempts a WHERE ${ATTEMPT_OF[table] || 'FALSE'} AND a.status ${which} 'not_sent' AND ${LAST})`;
const rowsTried = (table) => `SELECT id, metadata FROM ${table} t WHERE NOT ${attempts(table, '=')} OR ${attempts(table, '<>')}`;

/* Each key that was answered 200 or 402 has one row that carries it, each that was refused none. */
async function eachKeyOnce(database, answers) {
  const rows = {};
  for (const table of new Set(Object.values(MADE))) {
    rows[table] = new Map();
    for (const row of await database.rows(rowsTried(table))) {
      const { order } = metadataOf(row);
      rows[table].set(order, (rows[table].get(order) || 0) + 1);
    }
  }
  for (const { key, path, answer } of answers) {
    const table = MADE[path];
    if (table && path !== '/payments/refund_charge') {
      const wanted = answer.status === 200 || answer.status === 402 ? 1 : 0;
      assert.equal(rows[table].get(key) || 0, wanted, `${path} ${key}: ${answer.status} ${answer.text}`);
    }
  }
}

/* What a client was told to have succeeded, has. */
async function nothingLost(database, answers) {
  const states = async (table) => new Map((await database.rows(`SELECT * FROM ${table}`)).map((row) => [row.id, row]));
  const [intents, charges, refunds] = [await states('payment_intents'), await states('charges'), await states('refunds')];
  for (const { path, answer } of answers.filter((one) => one.answer.status === 200)) {
    const { json } = answer;
    const told = `${path}: ${answer.text}`;
    if (json.object === 'payment_intent' && ['succeeded', 'canceled'].includes(json.status)) {
      assert.equal(intents.get(json.id).status, json.status, told);
      assert.equal(Number(intents.get(json.id).amount_received), json.amount_received, told);
    }
    if (json.object === 'charge' && json.status === 'succeeded') assert.equal(charges.get(json.id).status, 'succeeded', told);
    if (json.object === 'refund' && json.status === 'succeeded') assert.equal(refunds.get(json.id).status, 'succeeded', told);
    if (json.status === 'success') assert.equal(charges.get((json.charge || json.refund_details).id).status, 'succeeded', told);
  }
}

/* One event for each change of state, none for what did not happen. */
async function eachEventOnce(database) {
  const rows = await database.rows("SELECT 'told' AS what, type, object_id AS id FROM events UNION ALL "
    + TOLD.map(([type, sql]) => `SELECT 'done' AS what, '${type}' AS type, id FROM (${sql}) t`).join(' UNION ALL '));
  for (const [type] of TOLD) {
    const ids = (what) => rows.filter((row) => row.what === what && row.type === type).map(({ id }) => id).sort();
    assert.deepEqual(ids('told'), ids('done'), type);
  }
}

/* No intent paid twice, and the balance is the sum of its transactions. */
async function sumsAgree(database, balance) {
  assert.deepEqual(await database.rows("SELECT payment_intent FROM charges WHERE status = 'succeeded' GROUP BY payment_intent HAVING COUNT(*) > 1"), []);
  const sum = async (sql) => Number((await database.rows(sql))[0].sum);
  const net = await sum('SELECT COALESCE(SUM(net), 0) AS sum FROM balance_transactions');
  const shown = [...balance.available, ...balance.pending].reduce((all, { amount }) => all + amount, 0);
  assert.equal(shown, net);
  assert.equal(await sum('SELECT COALESCE(SUM(amount), 0) AS sum FROM balance_transactions'),
    await sum("SELECT COALESCE(SUM(amount_captured), 0) - (SELECT COALESCE(SUM(amount), 0) FROM refunds WHERE status = 'succeeded') AS sum FROM charges"));
  assert.equal(await sum('SELECT COALESCE(SUM(amount), 0) AS sum FROM ledger_postings'), 0);
}

module.exports = { openThings, eachKeyOnce, nothingLost, eachEventOnce, sumsAgree };
