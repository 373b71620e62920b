/*
 * events.test.js: each committed change has exactly one event; what was refused has none.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { rejectsWith } = require('./support/expect');
const { eventsOf } = require('./support/events');
const { suite } = require('./support/suite');
const { authenticate, redirectOf } = require('./support/three_d_secure');

/* These may come with a payment besides: they tell of money, not of a state. */
const MONEY = ['charge.updated', 'balance.available', 'payment.created'];

suite('events', {}, (s) => {
  const BACK = 'https://example.com/back';
  const pay = (values = {}) => s.stripe.paymentIntents.create({
    amount: 1000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, return_url: BACK, ...values,
  });

  /* The step leaves exactly these types, each for one object once; `optional` ones may be there besides. */
  async function leaves(types, step, optional = []) {
    const found = (await eventsOf(s, step)).filter(({ type }) => ![...MONEY, ...optional].includes(type));
    assert.deepEqual(found.map(({ type }) => type).sort(), [...types].sort());
    const pairs = found.map(({ type, object }) => `${type} ${object}`);
    assert.equal(new Set(pairs).size, pairs.length, pairs.join(', '));
    return found;
  }

  s.test('a customer\'s life', async () => {
    let customer;
    const [created] = await leaves(['customer.created'], async () => { customer = await s.stripe.customers.create({ name: 'A' }); });
    assert.equal(created.object, customer.id);
    await leaves(['customer.updated'], () => s.stripe.customers.update(customer.id, { name: 'B' }));
    let method;
    await leaves(['payment_method.attached'], async () => { method = await s.stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id }); });
    await leaves(['payment_method.updated'], () => s.stripe.paymentMethods.update(method.id, { metadata: { a: '1' } }));
    await leaves(['payment_method.detached'], () => s.stripe.paymentMethods.detach(method.id));
    await leaves(['customer.deleted'], () => s.stripe.customers.del(customer.id));
  });

  s.test('the same through the short routes', async () => {
    await leaves(['customer.created'], () => s.post('/customers', { name: 'A', email: 'a@example.com' }));
  });

  s.test('a payment in one step, and in two', async () => {
    await leaves(['payment_intent.created', 'payment_intent.succeeded', 'charge.succeeded'], () => pay());
    let intent;
    await leaves(['payment_intent.created'], async () => { intent = await s.stripe.paymentIntents.create({ amount: 1000, currency: 'usd' }); });
    await leaves(['payment_intent.succeeded', 'charge.succeeded'], () =>
      s.stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa', return_url: BACK }));
  });

  s.test('a decline', async () => {
    await leaves(['payment_intent.created', 'payment_intent.payment_failed', 'charge.failed'], () =>
      rejectsWith(pay({ payment_method: 'pm_card_chargeDeclined' }), { statusCode: 402 }));
  });

  s.test('authorize, then capture; authorize, then cancel', async () => {
    let intent;
    const authorized = ['payment_intent.created', 'payment_intent.amount_capturable_updated', 'charge.succeeded'];
    await leaves(authorized, async () => { intent = await pay({ capture_method: 'manual' }); });
    await leaves(['charge.captured', 'payment_intent.succeeded'], () => s.stripe.paymentIntents.capture(intent.id));
    await leaves(authorized, async () => { intent = await pay({ capture_method: 'manual' }); });
    await leaves(['payment_intent.canceled'], () => s.stripe.paymentIntents.cancel(intent.id), ['charge.refunded']);
  });

  s.test('3-D Secure', async () => {
    let intent;
    await leaves(['payment_intent.created', 'payment_intent.requires_action'], async () => {
      intent = await pay({ payment_method: 'pm_card_threeDSecure2Required' });
    });
    await leaves(['payment_intent.succeeded', 'charge.succeeded'], () => authenticate(s, redirectOf(intent), 'complete'));
  });

  s.test('a refund', async () => {
    const intent = await pay();
    await leaves(['refund.created', 'refund.updated', 'charge.refunded'], () => s.stripe.refunds.create({ payment_intent: intent.id, amount: 100 }));
  });

  s.test('a setup intent', async () => {
    let intent;
    await leaves(['setup_intent.created'], async () => { intent = await s.stripe.setupIntents.create({}); });
    await leaves(['setup_intent.succeeded'], () => s.stripe.setupIntents.confirm(intent.id, { payment_method: 'pm_card_visa', return_url: BACK }));
    await leaves(['setup_intent.created', 'setup_intent.canceled'], async () => {
      await s.stripe.setupIntents.cancel((await s.stripe.setupIntents.create({})).id);
    });
  });

  s.test('what is refused, replayed or changes nothing leaves no event', async () => {
    const intent = await pay();
    await s.stripe.customers.create({ name: 'Once' }, { idempotencyKey: 'events-replay' });
    await leaves([], async () => {
      await rejectsWith(s.stripe.customers.create({ email: 'nothing' }), { statusCode: 400 });
      await rejectsWith(s.stripe.refunds.create({ payment_intent: intent.id, amount: 1001 }), { statusCode: 400 });
      await rejectsWith(s.stripe.paymentIntents.capture(intent.id), { statusCode: 400 });
      await s.stripe.customers.create({ name: 'Once' }, { idempotencyKey: 'events-replay' });
      await s.stripe.paymentIntents.retrieve(intent.id);
    });
  });

  s.test('twenty refunds at once, three of them possible: three events', async () => {
    const intent = await pay();
    const client = s.stripeWith(s.server.secretKey);
    const found = await eventsOf(s, () => Promise.allSettled(Array.from({ length: 20 }, () =>
      client.refunds.create({ payment_intent: intent.id, amount: 300 }))));
    assert.equal(found.filter(({ type }) => type === 'refund.created').length, 3);
  });
});
