/*
 * balance_disputes.test.js: what a payment leaves in the balance, and what a dispute takes out of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const cards = require('./support/cards');
const { rejectsWith } = require('./support/expect');
const { until } = require('./support/poll');
const { suite } = require('./support/suite');

suite('balance and disputes', {}, (s) => {
  const pay = (values = {}) => s.stripe.paymentIntents.create({
    amount: 10000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, return_url: 'https://example.com/back',
    expand: ['latest_charge.balance_transaction'], ...values,
  });
  const total = async (currency = 'usd') => {
    const balance = await s.stripe.balance.retrieve();
    return [...balance.available, ...balance.pending].filter((one) => one.currency === currency).reduce((sum, { amount }) => sum + amount, 0);
  };

  s.test('an account without a payment has nothing', async () => {
    assert.equal(await total(), 0);
    assert.equal((await s.stripe.balanceTransactions.list()).data.length, 0);
  });

  s.test('a charge leaves amount less fee', async () => {
    const before = await total();
    const transaction = (await pay()).latest_charge.balance_transaction;
    assert.deepEqual([transaction.type, transaction.amount, transaction.reporting_category], ['charge', 10000, 'charge']);
    assert.ok(transaction.fee > 0 && transaction.fee < 10000);
    assert.equal(transaction.net, transaction.amount - transaction.fee);
    assert.equal(transaction.fee_details.reduce((sum, { amount }) => sum + amount, 0), transaction.fee);
    assert.equal(await total() - before, transaction.net);
    assert.deepEqual(await s.stripe.balanceTransactions.retrieve(transaction.id), transaction);
  });

  s.test('a refund takes its amount', async () => {
    const intent = await pay();
    const before = await total();
    const refund = await s.stripe.refunds.create({ payment_intent: intent.id, amount: 2500, expand: ['balance_transaction'] });
    assert.deepEqual([refund.balance_transaction.type, refund.balance_transaction.amount], ['refund', -2500]);
    assert.equal(await total() - before, refund.balance_transaction.net);
  });

  s.test('a decline leaves nothing', async () => {
    const before = await total();
    await rejectsWith(pay({ payment_method: 'pm_card_chargeDeclined' }), { statusCode: 402 });
    assert.equal(await total(), before);
  });

  s.test('an authorization leaves nothing until it is captured', async () => {
    const before = await total();
    const intent = await pay({ capture_method: 'manual', expand: [] });
    assert.equal(await total(), before);
    await s.stripe.paymentIntents.capture(intent.id, { amount_to_capture: 4000 });
    const charge = await s.stripe.charges.retrieve(intent.latest_charge, { expand: ['balance_transaction'] });
    assert.equal(charge.balance_transaction.amount, 4000);
    assert.equal(await total() - before, charge.balance_transaction.net);
  });

  s.test('currencies do not mix', async () => {
    const dollars = await total('usd');
    const { net } = (await pay({ amount: 500, currency: 'jpy' })).latest_charge.balance_transaction;
    assert.equal(await total('jpy'), net);
    assert.equal(await total('usd'), dollars);
  });

  s.test('the balance is the sum of its transactions, in each currency', async () => {
    const sums = {};
    for await (const one of s.stripe.balanceTransactions.list({ limit: 100 })) sums[one.currency] = (sums[one.currency] || 0) + one.net;
    for (const [currency, sum] of Object.entries(sums)) assert.equal(await total(currency), sum, currency);
  });

  s.test('balance transactions filter by type, source and created', async () => {
    const intent = await pay();
    const { id } = intent.latest_charge.balance_transaction;
    assert.deepEqual((await s.stripe.balanceTransactions.list({ source: intent.latest_charge.id })).data.map((one) => one.id), [id]);
    const refunds = await s.stripe.balanceTransactions.list({ type: 'refund' });
    assert.ok(refunds.data.length > 0 && refunds.data.every(({ type }) => type === 'refund'));
    assert.equal((await s.stripe.balanceTransactions.list({ created: { gt: Math.floor(Date.now() / 1000) + 60 } })).data.length, 0);
    await rejectsWith(s.stripe.balanceTransactions.retrieve('txn_nothing'), { statusCode: 404, code: 'resource_missing' });
  });

  const disputed = async () => {
    const intent = await pay({ payment_method: cards.DISPUTED.payment_method, expand: [] });
    assert.equal(intent.status, 'succeeded');
    return until('a dispute arrives', async () => (await s.stripe.disputes.list({ payment_intent: intent.id })).data[0]);
  };

  s.test('the disputing card: the charge succeeds, the dispute follows and takes the money', async () => {
    const dispute = await disputed();
    assert.deepEqual([dispute.status, dispute.reason, dispute.amount], ['needs_response', 'fraudulent', 10000]);
    assert.equal((await s.stripe.charges.retrieve(dispute.charge)).disputed, true);
    assert.ok(dispute.evidence_details.due_by > dispute.created);
    assert.equal(dispute.balance_transactions.length, 1);
    assert.equal(dispute.balance_transactions[0].amount, -10000);
    assert.deepEqual((await s.stripe.disputes.list({ charge: dispute.charge })).data.map(({ id }) => id), [dispute.id]);
  });

  s.test('evidence: kept, then submitted; winning_evidence wins the money back', async () => {
    const dispute = await disputed();
    const kept = await s.stripe.disputes.update(dispute.id, { evidence: { customer_name: 'Ada' }, submit: false, metadata: { a: '1' } });
    assert.deepEqual([kept.status, kept.evidence.customer_name, kept.metadata.a], ['needs_response', 'Ada', '1']);
    const before = await total();
    await s.stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: 'winning_evidence' } });
    const won = await until('the dispute is won', async () => {
      const now = await s.stripe.disputes.retrieve(dispute.id);
      return now.status === 'won' && now;
    });
    assert.equal(won.balance_transactions.length, 2);
    assert.equal(await total() - before, won.balance_transactions.find(({ amount }) => amount > 0).net);
  });

  s.test('losing_evidence loses', async () => {
    const dispute = await disputed();
    await s.stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: 'losing_evidence' } });
    await until('the dispute is lost', async () => (await s.stripe.disputes.retrieve(dispute.id)).status === 'lost');
  });

  s.test('closing a dispute accepts it, once', async () => {
    const dispute = await disputed();
    assert.equal((await s.stripe.disputes.close(dispute.id)).status, 'lost');
    await rejectsWith(s.stripe.disputes.close(dispute.id), { statusCode: 400 });
  });

  s.test('a disputed charge is not refunded', async () => {
    const dispute = await disputed();
    await rejectsWith(s.stripe.refunds.create({ charge: dispute.charge }), { statusCode: 400, code: 'charge_disputed' });
  });

  s.test('money of a bypassPending card is available at once, also when it was reserved first', async () => {
    const sums = async () => {
      const { available, pending } = await s.stripe.balance.retrieve();
      return [available, pending].map((list) => list.find((one) => one.currency === 'usd')?.amount ?? 0);
    };
    for (const [method, manual] of [['pm_card_bypassPending', false], ['pm_card_bypassPending', true], ['pm_card_visa', false]]) {
      const before = await sums();
      let intent = await s.stripe.paymentIntents.create({
        amount: 2000, currency: 'usd', payment_method: method, confirm: true, return_url: 'https://example.com/back',
        ...(manual ? { capture_method: 'manual' } : {}),
      });
      if (manual) intent = await s.stripe.paymentIntents.capture(intent.id, { amount_to_capture: 1500 });
      const { balance_transaction: row } = await s.stripe.charges.retrieve(intent.latest_charge, { expand: ['balance_transaction'] });
      const after = await sums();
      const at_once = method !== 'pm_card_visa';
      assert.equal(row.status, at_once ? 'available' : 'pending');
      assert.equal(row.available_on === row.created, at_once);
      assert.deepEqual([after[0] - before[0], after[1] - before[1]], at_once ? [row.net, 0] : [0, row.net]);
    }
  });
});
