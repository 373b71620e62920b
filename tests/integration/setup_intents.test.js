/*
 * setup_intents.test.js: a card kept for later, without a payment.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { rejectsWith } = require('./support/expect');
const { suite } = require('./support/suite');
const { authenticate, redirectOf } = require('./support/three_d_secure');

const BACK = 'https://example.com/back';

suite('setup intents', {}, (s) => {
  const unexpected = { statusCode: 400, code: 'setup_intent_unexpected_state' };

  s.test('confirms, attaches, and the card pays off session', async () => {
    const customer = await s.stripe.customers.create({});
    const intent = await s.stripe.setupIntents.create({ customer: customer.id, metadata: { a: '1' } });
    assert.equal(intent.status, 'requires_payment_method');
    assert.equal(intent.usage, 'off_session');
    const done = await s.stripe.setupIntents.confirm(intent.id, { payment_method: 'pm_card_visa', return_url: BACK });
    assert.equal(done.status, 'succeeded');
    const methods = await s.stripe.customers.listPaymentMethods(customer.id);
    assert.deepEqual(methods.data.map(({ id }) => id), [done.payment_method]);
    const paid = await s.stripe.paymentIntents.create({
      amount: 100, currency: 'usd', customer: customer.id, payment_method: done.payment_method, confirm: true, off_session: true,
    });
    assert.equal(paid.status, 'succeeded');
    assert.equal((await s.stripe.charges.list({ customer: customer.id })).data.length, 1, 'setting up charges nothing');
    await rejectsWith(s.stripe.setupIntents.cancel(intent.id), unexpected);
    await rejectsWith(s.stripe.setupIntents.confirm(intent.id, { return_url: BACK }), unexpected);
  });

  s.test('a declined card: setup fails with its code, and another card succeeds', async () => {
    const intent = await s.stripe.setupIntents.create({});
    const error = await rejectsWith(s.stripe.setupIntents.confirm(intent.id, { payment_method: 'pm_card_chargeDeclined', return_url: BACK }), {
      statusCode: 402, type: 'card_error', code: 'card_declined',
    });
    assert.equal(error.setup_intent.status, 'requires_payment_method');
    assert.equal(error.setup_intent.last_setup_error.code, 'card_declined');
    assert.equal((await s.stripe.setupIntents.confirm(intent.id, { payment_method: 'pm_card_visa', return_url: BACK })).status, 'succeeded');
  });

  for (const [outcome, status] of [['complete', 'succeeded'], ['fail', 'requires_payment_method']]) {
    s.test(`authentication ${outcome} leads to ${status}`, async () => {
      const intent = await s.stripe.setupIntents.create({ payment_method: 'pm_card_authenticationRequired', confirm: true, return_url: BACK });
      await authenticate(s, redirectOf(intent), outcome);
      assert.equal((await s.stripe.setupIntents.retrieve(intent.id)).status, status);
    });
  }

  s.test('update, cancel, list', async () => {
    const customer = await s.stripe.customers.create({});
    const intent = await s.stripe.setupIntents.create({ customer: customer.id });
    const changed = await s.stripe.setupIntents.update(intent.id, { description: 'later', metadata: { b: '2' } });
    assert.deepEqual([changed.description, changed.metadata.b], ['later', '2']);
    const canceled = await s.stripe.setupIntents.cancel(intent.id, { cancellation_reason: 'abandoned' });
    assert.deepEqual([canceled.status, canceled.cancellation_reason], ['canceled', 'abandoned']);
    await rejectsWith(s.stripe.setupIntents.cancel(intent.id), unexpected);
    assert.deepEqual((await s.stripe.setupIntents.list({ customer: customer.id })).data.map(({ id }) => id), [intent.id]);
    await rejectsWith(s.stripe.setupIntents.retrieve('seti_nothing'), { statusCode: 404, code: 'resource_missing' });
  });
});
