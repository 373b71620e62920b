/*
 * verify.test.js: `stripe-lite verify` finds what is wrong in a database, and says what and where.
 *
 * A little of everything is stored; then copies of the database are damaged one way each, and verified.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { run } = require('./support/program');
const { until } = require('./support/poll');
const { suite } = require('./support/suite');

const of = (table, condition) => `(SELECT MIN(id) FROM ${table} WHERE ${condition})`;
const POSTED = of('ledger_postings', "account = 'pending' AND amount > 500");
const CHARGED = of('charges', "status = 'succeeded' AND captured = TRUE");
const untold = (type) => `DELETE FROM events WHERE id = ${of('events', `type = '${type}'`)}`;

/* [what, the damage, what verify must say]; postings are changed only after their triggers are gone. */
const DAMAGES = [
  ['a posting that was changed', `UPDATE ledger_postings SET amount = amount + 1 WHERE id = ${POSTED}`, /every ledger transaction sums to zero/, /balances equal the fold/],
  ['a posting that is gone', `DELETE FROM ledger_postings WHERE id = ${POSTED}`, /every ledger transaction sums to zero/],
  ['two postings changed alike', `UPDATE ledger_postings SET amount = amount * 2 WHERE transaction_id = (SELECT transaction_id FROM ledger_postings WHERE id = ${POSTED})`, /a balance transaction and its postings agree/, /balances equal the fold/],
  ['a ledger transaction that is gone', `DELETE FROM ledger_postings WHERE kind = 'refund'; DELETE FROM ledger_transactions WHERE kind = 'refund'`, /a balance transaction is in the ledger/],
  ['a balance that was changed', "UPDATE ledger_balances SET amount = amount + 5 WHERE account = 'pending'", /balances equal the fold/, /the pending balance agrees/],
  ['money moved between two balance transactions', `UPDATE balance_transactions SET amount = amount + CASE WHEN id = ${of('balance_transactions', "type = 'charge'")} THEN 7 ELSE -7 END, net = net + CASE WHEN id = ${of('balance_transactions', "type = 'charge'")} THEN 7 ELSE -7 END WHERE id IN (${of('balance_transactions', "type = 'charge'")}, (SELECT MAX(id) FROM balance_transactions WHERE type = 'charge'))`, /its postings agree/, /a captured charge has its balance transaction/],
  ['a net that is not amount less fee', `UPDATE balance_transactions SET net = net - 1 WHERE id = ${of('balance_transactions', '1 = 1')}`, /net is its amount less its fee/],
  ['a balance transaction that is gone', "DELETE FROM balance_transactions WHERE type = 'refund'", /a succeeded refund has its balance transaction/],
  ['a balance transaction without its charge', `UPDATE charges SET captured = FALSE, amount_captured = 0, amount_refunded = 0 WHERE id = ${CHARGED}`, /stands for captured money/],
  ['amount_refunded raised', `UPDATE charges SET amount_refunded = amount_refunded + 1 WHERE id = ${CHARGED}`, /refunded amount is the sum of its refunds/],
  ['more refunded than captured', `UPDATE charges SET amount_refunded = amount_captured + 1 WHERE id = ${CHARGED}`, /refunded is at most captured/],
  ['more captured than authorized', `UPDATE charges SET amount_captured = amount + 1 WHERE id = ${CHARGED}`, /captured is at most authorized/],
  ['a refund that is gone', "DELETE FROM refunds WHERE status = 'succeeded'", /refunded amount is the sum of its refunds/, /stands for refunded money/],
  ['a second charge of an intent', `UPDATE charges SET payment_intent = (SELECT MAX(payment_intent) FROM charges WHERE status = 'succeeded') WHERE status = 'succeeded'`, /at most one successful charge/],
  ['an intent that received something else', "UPDATE payment_intents SET amount_received = amount_received + 1 WHERE status = 'succeeded'", /has received what its charge captured/],
  ['a canceled intent with money', "UPDATE payment_intents SET amount_received = 1 WHERE status = 'canceled'", /a canceled intent has received nothing/],
  ['an attempt nobody will look for', `UPDATE payment_attempts SET status = 'unknown' WHERE id = ${of('payment_attempts', "status = 'succeeded'")}`, /a settled attempt is not looked for/],
  ['a dispute whose charge does not know', 'UPDATE charges SET disputed = FALSE', /a dispute's charge is marked/],
  ['an event twice', `UPDATE events SET object_id = (SELECT MAX(object_id) FROM events WHERE type = 'charge.succeeded') WHERE type = 'charge.succeeded'`, /a succeeded charge has one event/],
  ['an event of what did not happen', `UPDATE events SET type = 'charge.succeeded' WHERE type = 'charge.failed'`, /a succeeded charge has one event/, /a failed charge has one event/],
  ...['charge.succeeded', 'charge.failed', 'payment_intent.created', 'payment_intent.succeeded', 'payment_intent.canceled', 'refund.created', 'charge.refunded', 'charge.dispute.created']
    .map((type) => [`an event ${type} that is gone`, untold(type), /event/]),
];

suite('verify', {}, (s) => {
  const pay = (values) => s.stripe.paymentIntents.create({ amount: 5000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, return_url: 'https://example.com/back', ...values });
  const verify = (url) => run(s.server.binary, [...s.server.words, 'verify'], { cwd: s.server.folder, env: { ...s.server.env, STRIPE_LITE_DATABASE_URL: url } });

  s.test('a little of everything', async () => {
    await pay({});
    await s.stripe.refunds.create({ payment_intent: (await pay({})).id, amount: 1200 });
    await s.stripe.paymentIntents.capture((await pay({ capture_method: 'manual' })).id, { amount_to_capture: 3000 });
    await s.stripe.paymentIntents.cancel((await pay({ capture_method: 'manual' })).id);
    await assert.rejects(pay({ payment_method: 'pm_card_chargeDeclined' }));
    await pay({ payment_method: 'pm_card_createDispute' });
    await until('the dispute is there', async () => (await s.stripe.disputes.list()).data.length === 1, 30);
  });

  s.test('an intent has one successful authorization, whoever writes', () => assert.rejects(
    s.server.database.change("UPDATE payment_attempts SET operation = 'authorize' WHERE operation = 'capture'"), /unique/i));

  s.test('the ledger is not changed, whoever asks', async () => {
    const { database } = s.server;
    for (const sql of [`UPDATE ledger_postings SET amount = 0 WHERE id = ${POSTED}`, 'DELETE FROM ledger_postings', 'DELETE FROM ledger_transactions', "UPDATE ledger_transactions SET source = 'x'"]) {
      await assert.rejects(database.change(sql), /never/, sql);
    }
  });

  s.test('finds nothing where nothing is wrong, and each damage', async (t) => {
    const { database } = s.server;
    const { dialect } = database;
    await s.server.stop();
    assert.equal((await verify(database.url)).code, 0);
    for (const [number, [what, damage, ...told]] of DAMAGES.entries()) {
      await t.test(what, async () => {
        const copy = await database.copy(`damage_${number}`);
        try {
          const triggers = await copy.rows(dialect === 'sqlite'
            ? "SELECT name, tbl_name AS tbl FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'ledger%'"
            : "SELECT t.tgname AS name, c.relname AS tbl FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relname LIKE 'ledger%' AND NOT t.tgisinternal");
          for (const { name, tbl } of triggers) await copy.change(`DROP TRIGGER ${name}${dialect === 'sqlite' ? '' : ` ON ${tbl}`}`);
          await copy.change(damage);
          const { code, stdout, stderr } = await verify(copy.url);
          assert.equal(code, 1, stdout + stderr);
          told.forEach((wanted) => assert.match(stdout, wanted));
        } finally {
          await copy.drop();
        }
      });
    }
    await s.server.start();
    s.reconnect();
  });
});
