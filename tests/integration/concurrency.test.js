/*
 * concurrency.test.js: many at once on one object: exactly as many succeed as may, and the books balance.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { tally } = require('./support/expect');
const { suite } = require('./support/suite');

const times = (count, make) => Promise.allSettled(Array.from({ length: count }, (_, i) => make(i)));

suite('many at once', { env: { STRIPE_LITE_WORKERS: process.env.STRIPE_LITE_TEST_DATABASE === 'postgres' ? '2' : '1' } }, (s) => {
  let client;

  const pay = (values = {}) => client.paymentIntents.create({
    amount: 1000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, return_url: 'https://example.com/back', ...values,
  });
  /* Each loser was told a 400 with that code (any, when none is given). */
  const losersAreTold = (rejected, code) => rejected.forEach((error) => {
    assert.equal(error.statusCode, 400, error.message);
    if (code) assert.equal(error.code, code, error.message);
  });

  s.test('a client that never retries', () => {
    client = s.stripeWith(s.server.secretKey);
  });

  s.test('twenty refunds of 300 on a charge of 1000: three succeed', async () => {
    const intent = await pay();
    const { fulfilled, rejected } = tally(await times(20, () => client.refunds.create({ payment_intent: intent.id, amount: 300 })));
    losersAreTold(rejected);
    assert.equal(fulfilled.length, 3);
    const charge = await client.charges.retrieve(intent.latest_charge);
    assert.deepEqual([charge.amount_refunded, charge.refunded], [900, false]);
    assert.equal((await client.refunds.list({ charge: charge.id, limit: 100 })).data.length, 3);
  });

  s.test('twenty whole refunds: one succeeds', async () => {
    const intent = await pay();
    const { fulfilled, rejected } = tally(await times(20, () => client.refunds.create({ charge: intent.latest_charge })));
    assert.equal(fulfilled.length, 1);
    losersAreTold(rejected, 'charge_already_refunded');
  });

  s.test('refunds through both faces at once stay within the charge', async () => {
    const intent = await pay();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2
      ? s.post('/v1/refunds', { charge: intent.latest_charge, amount: 190 })
      : s.post('/payments/refund_charge', { charge_id: intent.latest_charge, amount: 1.9 }))));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [...Array(5).fill(200), ...Array(15).fill(400)]);
    assert.equal((await client.charges.retrieve(intent.latest_charge)).amount_refunded, 950);
  });

  s.test('twenty captures: one succeeds', async () => {
    const intent = await pay({ capture_method: 'manual' });
    const { fulfilled, rejected } = tally(await times(20, (i) => client.paymentIntents.capture(intent.id, { amount_to_capture: 100 + i })));
    assert.equal(fulfilled.length, 1);
    losersAreTold(rejected, 'payment_intent_unexpected_state');
    assert.equal((await client.charges.retrieve(intent.latest_charge)).amount_captured, fulfilled[0].amount_received);
  });

  s.test('twenty confirms: one succeeds, one charge', async () => {
    const customer = await client.customers.create({});
    const intent = await client.paymentIntents.create({ amount: 1000, currency: 'usd', customer: customer.id });
    const { fulfilled, rejected } = tally(await times(20, () =>
      client.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa', return_url: 'https://example.com/back' })));
    assert.equal(fulfilled.length, 1);
    losersAreTold(rejected, 'payment_intent_unexpected_state');
    assert.equal((await client.charges.list({ customer: customer.id })).data.length, 1);
  });

  s.test('capture against cancel: one of the two, twenty times', async () => {
    for (let round = 0; round < 20; round += 1) {
      const intent = await pay({ capture_method: 'manual' });
      const calls = [() => client.paymentIntents.capture(intent.id), () => client.paymentIntents.cancel(intent.id)];
      if (round % 2) calls.reverse();
      const { fulfilled, rejected } = tally(await Promise.allSettled(calls.map((call) => call())));
      assert.equal(fulfilled.length, 1);
      losersAreTold(rejected, 'payment_intent_unexpected_state');
      const charge = await client.charges.retrieve(intent.latest_charge);
      assert.equal(charge.amount_captured, fulfilled[0].status === 'succeeded' ? 1000 : 0);
    }
  });

  s.test('confirm against cancel: the intent and its charges agree', async () => {
    for (let round = 0; round < 10; round += 1) {
      const customer = await client.customers.create({});
      const intent = await client.paymentIntents.create({ amount: 1000, currency: 'usd', customer: customer.id, payment_method: 'pm_card_visa' });
      const { fulfilled } = tally(await Promise.allSettled([
        client.paymentIntents.confirm(intent.id, { return_url: 'https://example.com/back' }), client.paymentIntents.cancel(intent.id),
      ]));
      assert.equal(fulfilled.length, 1);
      const settled = await client.paymentIntents.retrieve(intent.id);
      assert.equal(settled.status, fulfilled[0].status);
      const paid = (await client.charges.list({ customer: customer.id })).data.filter(({ status }) => status === 'succeeded');
      assert.equal(paid.length, settled.status === 'succeeded' ? 1 : 0);
    }
  });

  s.test('twenty updates of one customer all arrive', async () => {
    const customer = await client.customers.create({});
    const { rejected } = tally(await times(20, (i) => client.customers.update(customer.id, { metadata: { [`k${i}`]: String(i) } })));
    assert.deepEqual(rejected, []);
    assert.equal(Object.keys((await client.customers.retrieve(customer.id)).metadata).length, 20);
  });

  s.test('a list walked while customers are made misses none of those that were there', async () => {
    const before = [];
    for (let i = 0; i < 30; i += 1) before.push((await client.customers.create({ description: 'before' })).id);
    const making = times(60, () => client.customers.create({ description: 'during' }));
    const seen = [];
    for await (const { id } of client.customers.list({ limit: 7 })) seen.push(id);
    await making;
    assert.equal(new Set(seen).size, seen.length, 'each once');
    assert.deepEqual(before.filter((id) => !seen.includes(id)), []);
  });

  s.test('the books balance', async () => {
    const { code, stdout, stderr } = await s.server.command('verify');
    assert.equal(code, 0, stdout + stderr);
    let sum = 0;
    for await (const { net } of client.balanceTransactions.list({ limit: 100 })) sum += net;
    const balance = await client.balance.retrieve();
    assert.equal([...balance.available, ...balance.pending].reduce((all, { amount }) => all + amount, 0), sum);
    const { payments } = (await s.get('/payments', { query: { limit: 100 } })).json;
    payments.forEach((one) => assert.ok(one.amount_refunded <= one.amount, one.id));
  });
});
