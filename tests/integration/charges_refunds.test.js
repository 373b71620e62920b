/*
 * charges_refunds.test.js: charges and refunds of /v1 by themselves.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const cards = require('./support/cards');
const { rejectsWith } = require('./support/expect');
const { suite } = require('./support/suite');

suite('charges and refunds', {}, (s) => {
  const charge = (values = {}) => s.stripe.charges.create({ amount: 1000, currency: 'usd', source: 'tok_visa', ...values });

  s.test('a charge from a token', async () => {
    const made = await charge({ description: 'A book', metadata: { a: '1' }, receipt_email: 'r@example.com' });
    assert.deepEqual([made.status, made.paid, made.captured, made.amount_captured], ['succeeded', true, true, 1000]);
    assert.deepEqual([made.description, made.metadata.a, made.receipt_email], ['A book', '1', 'r@example.com']);
    assert.equal(made.outcome.type, 'authorized');
    assert.match(made.balance_transaction, /^txn_/);
  });

  for (const decline of cards.DECLINES) {
    s.test(`a charge of a card ending in ${decline.number.slice(-4)} is declined with ${decline.code}`, async () => {
      const token = await s.stripe.tokens.create({ card: { ...cards.card(decline.number).card, exp_month: '12', exp_year: '2040' } });
      const error = await rejectsWith(charge({ source: token.id }), { statusCode: 402, type: 'card_error', code: decline.code });
      const failed = await s.stripe.charges.retrieve(error.charge);
      assert.deepEqual([failed.status, failed.paid, failed.failure_code, failed.balance_transaction], ['failed', false, decline.code, null]);
      assert.equal(failed.outcome.type, 'issuer_declined');
      await rejectsWith(s.stripe.refunds.create({ charge: failed.id }), { statusCode: 400 });
    });
  }

  s.test('authorize now, capture later, once', async () => {
    const held = await charge({ capture: false });
    assert.deepEqual([held.captured, held.amount_captured, held.balance_transaction], [false, 0, null]);
    await rejectsWith(s.stripe.charges.capture(held.id, { amount: 1001 }), { statusCode: 400 });
    const taken = await s.stripe.charges.capture(held.id, { amount: 700 });
    assert.deepEqual([taken.captured, taken.amount_captured], [true, 700]);
    await rejectsWith(s.stripe.charges.capture(held.id), { statusCode: 400, code: 'charge_already_captured' });
  });

  s.test('update changes what may change, and nothing else', async () => {
    const made = await charge({ metadata: { a: '1' } });
    const changed = await s.stripe.charges.update(made.id, { description: 'new', metadata: { b: '2' }, fraud_details: { user_report: 'safe' } });
    assert.equal(changed.description, 'new');
    assert.deepEqual({ ...changed.metadata }, { a: '1', b: '2' });
    assert.equal(changed.fraud_details.user_report, 'safe');
    await rejectsWith(s.stripe.charges.update(made.id, { amount: 1 }), { statusCode: 400, code: 'parameter_unknown', param: 'amount' });
  });

  s.test('lists and searches', async () => {
    const customer = await s.stripe.customers.create({ payment_method: 'pm_card_visa' });
    const intent = await s.stripe.paymentIntents.create({
      amount: 4321, currency: 'usd', customer: customer.id, payment_method: 'pm_card_visa', confirm: true, off_session: true,
    });
    const ids = async (filter) => (await s.stripe.charges.list(filter)).data.map(({ id }) => id);
    assert.deepEqual(await ids({ customer: customer.id }), [intent.latest_charge]);
    assert.deepEqual(await ids({ payment_intent: intent.id }), [intent.latest_charge]);
    assert.deepEqual((await s.stripe.charges.search({ query: `amount:4321 AND customer:'${customer.id}'` })).data.map(({ id }) => id), [intent.latest_charge]);
  });

  for (const reason of ['duplicate', 'fraudulent', 'requested_by_customer']) {
    s.test(`a refund because ${reason}`, async () => {
      const made = await charge();
      const refund = await s.stripe.refunds.create({ charge: made.id, reason, metadata: { a: '1' } });
      assert.deepEqual([refund.status, refund.reason, refund.amount, refund.charge], ['succeeded', reason, 1000, made.id]);
      assert.match(refund.balance_transaction, /^txn_/);
      assert.deepEqual((await s.stripe.charges.retrieve(made.id, { expand: ['refunds'] })).refunds.data.map(({ id }) => id), [refund.id]);
    });
  }

  s.test('refunds are refused for what is wrong with them', async () => {
    const { id } = await charge();
    await rejectsWith(s.stripe.refunds.create({ charge: id, reason: 'boredom' }), { statusCode: 400, param: 'reason' });
    await rejectsWith(s.stripe.refunds.create({ charge: id, amount: 0 }), { statusCode: 400, param: 'amount' });
    await rejectsWith(s.stripe.refunds.create({ charge: id, amount: -5 }), { statusCode: 400, param: 'amount' });
    await rejectsWith(s.stripe.refunds.create({ charge: id, amount: 1001 }), { statusCode: 400, type: 'invalid_request_error' });
    await rejectsWith(s.stripe.refunds.create({ charge: 'ch_nothing' }), { statusCode: /^40[04]$/, code: 'resource_missing' });
    await rejectsWith(s.stripe.refunds.create({}), { statusCode: 400 });
    assert.equal((await s.stripe.charges.retrieve(id)).amount_refunded, 0);
  });

  s.test('a refund\'s metadata changes; a succeeded refund cannot be canceled', async () => {
    const refund = await s.stripe.refunds.create({ charge: (await charge()).id, metadata: { a: '1' } });
    const changed = await s.stripe.refunds.update(refund.id, { metadata: { a: '', b: '2' } });
    assert.deepEqual({ ...changed.metadata }, { b: '2' });
    await rejectsWith(s.stripe.refunds.cancel(refund.id), { statusCode: 400 });
    assert.equal((await s.stripe.refunds.retrieve(refund.id)).status, 'succeeded');
    await rejectsWith(s.stripe.refunds.retrieve('re_nothing'), { statusCode: 404, code: 'resource_missing' });
  });
});
