/*
 * simulator.test.js: the simulator's own page, its later notices, and its refunds that take time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered } = require('./support/expect');
const { until } = require('./support/poll');
const { suite } = require('./support/suite');
const { authenticate, redirectOf } = require('./support/three_d_secure');

suite('the simulator', {}, (s) => {
  const pay = (method, values = {}) => s.stripe.paymentIntents.create({
    amount: 2000, currency: 'usd', payment_method: method, confirm: true, return_url: 'https://example.com/back', ...values,
  });
  const challenged = (values) => pay('pm_card_authenticationRequired', values);
  const pageOf = (intent) => new URL(redirectOf(intent)).pathname;
  const submit = (path, outcome) => s.request('POST', path, { key: null, form: { outcome } });

  s.test('an unknown challenge is a page of 404', async () => {
    for (const name of ['nothing', 'acct_1.test.nothing', 'acct_9.live.nothing']) {
      const page = await s.get(`/simulator/3ds/${name}`, { key: null });
      answered(page, 404);
      assert.match(page.headers['content-type'], /^text\/html\b/);
      answered(await submit(`/simulator/3ds/${name}`, 'complete'), 404);
    }
  });

  s.test('the page has no script and loads nothing; nonsense leaves the challenge open', async () => {
    const intent = await challenged();
    const page = await s.get(pageOf(intent), { key: null });
    assert.match(page.headers['content-security-policy'], /default-src 'none'/);
    assert.doesNotMatch(page.text, /<script|<style|<link|<img|style=|src=/i);
    assert.match(page.text, /20\.00? usd/);
    answered(await submit(pageOf(intent), 'maybe'), 400);
    assert.equal((await s.stripe.paymentIntents.retrieve(intent.id)).status, 'requires_action');
  });

  s.test('the customer goes back to the shop\'s address, whatever it holds', async () => {
    const intent = await challenged({ return_url: 'https://example.com/back?a=1#end' });
    const done = await authenticate(s, redirectOf(intent), 'complete');
    assert.equal(done.status, 303);
    const target = new URL(done.headers.location);
    assert.deepEqual([target.origin, target.hash, target.searchParams.get('a'), target.searchParams.get('redirect_status')],
      ['https://example.com', '#end', '1', 'succeeded']);
  });

  s.test('coming back, the customer\'s browser says which intent it was, and how it went', async () => {
    const back = async (intent, outcome) => Object.fromEntries(new URL((await authenticate(s, redirectOf(intent), outcome)).headers.location).searchParams);
    const paid = await challenged();
    assert.equal(paid.next_action.redirect_to_url.return_url, 'https://example.com/back');
    assert.deepEqual(await back(paid, 'complete'),
      { payment_intent: paid.id, payment_intent_client_secret: paid.client_secret, redirect_status: 'succeeded' });
    const failed = await challenged();
    assert.deepEqual(await back(failed, 'fail'),
      { payment_intent: failed.id, payment_intent_client_secret: failed.client_secret, redirect_status: 'failed' });
    const setup = await s.stripe.setupIntents.create({ payment_method: 'pm_card_authenticationRequired', confirm: true, return_url: 'https://example.com/back' });
    assert.deepEqual(await back(setup, 'complete'),
      { setup_intent: setup.id, setup_intent_client_secret: setup.client_secret, redirect_status: 'succeeded' });
  });

  s.test('the Stripe_lite routes lead back in the same way, and show the shop\'s own address', async () => {
    const { customer } = answered(await s.post('/customers', { name: 'Back', email: 'back@example.com' }), 200);
    const made = answered(await s.post('/payments/create_charge', {
      customer_id: customer.id, amount: 12, payment_method: 'card_3184', return_url: 'https://example.com/back',
    }), 200);
    assert.equal(made.next_action.redirect_to_url.return_url, 'https://example.com/back');
    const done = await authenticate(s, made.next_action.redirect_to_url.url, 'complete');
    const words = new URL(done.headers.location).searchParams;
    assert.equal(words.get('redirect_status'), 'succeeded');
    const intent = await s.stripe.paymentIntents.retrieve(words.get('payment_intent'));
    assert.deepEqual([intent.status, intent.client_secret], ['succeeded', words.get('payment_intent_client_secret')]);
  });

  s.test('answering again shows the outcome and changes nothing', async () => {
    const intent = await challenged();
    await submit(pageOf(intent), 'complete');
    const again = await submit(pageOf(intent), 'fail');
    assert.equal(again.status, 200);
    assert.match(again.text, /Authentication complete/);
    assert.equal((await s.stripe.paymentIntents.retrieve(intent.id)).status, 'succeeded');
  });

  s.test('a canceled payment\'s challenge cannot be completed', async () => {
    const intent = await challenged();
    assert.equal((await s.stripe.paymentIntents.cancel(intent.id)).status, 'canceled');
    assert.match((await submit(pageOf(intent), 'complete')).text, /Authentication canceled/);
    assert.equal((await s.stripe.paymentIntents.retrieve(intent.id)).status, 'canceled');
  });

  s.test('completed and canceled at once: one of both, and a charge exactly when it is paid', async () => {
    for (let i = 0; i < 10; i += 1) {
      const intent = await challenged();
      await Promise.all([s.post(`/v1/payment_intents/${intent.id}/cancel`, {}), submit(pageOf(intent), 'complete')]);
      const { status } = await until('the payment ends', async () => {
        const now = await s.stripe.paymentIntents.retrieve(intent.id);
        return ['canceled', 'succeeded'].includes(now.status) && now;
      });
      const paid = (await s.stripe.charges.list({ payment_intent: intent.id })).data.filter((one) => one.status === 'succeeded');
      assert.equal(paid.length, status === 'succeeded' ? 1 : 0);
    }
  });

  for (const [method, end] of [['pm_card_pendingRefund', 'succeeded'], ['pm_card_refundFail', 'failed']]) {
    s.test(`a refund to ${method} is pending, then ${end}`, async () => {
      const refund = await s.stripe.refunds.create({ payment_intent: (await pay(method)).id });
      assert.equal(refund.status, 'pending');
      await until(`the refund is ${end}`, async () => (await s.stripe.refunds.retrieve(refund.id)).status === end, 20);
    });
  }

  s.test('notices that are late, doubled and out of order: one dispute, one authentication', async () => {
    const set = (values) => s.post('/v1/test_helpers/simulator', values);
    const shown = answered(await set({ webhook_delay_ms: 1200, webhook_duplicate_rate: 1, webhook_reorder_rate: '0.5' }), 200);
    assert.deepEqual([shown.webhook_delay_ms, shown.webhook_duplicate_rate, shown.webhook_reorder_rate], [1200, 1, 0.5]);
    assert.deepEqual(answered(await s.get('/v1/test_helpers/simulator'), 200), shown);
    const disputed = await pay('pm_card_createDispute');
    const waiting = await challenged();
    await submit(pageOf(waiting), 'complete');
    const disputes = async () => (await s.stripe.disputes.list({ payment_intent: disputed.id })).data.length;
    assert.equal(await disputes(), 0);
    await until('the dispute arrives', disputes, 20);
    await until('the payment succeeds', async () => (await s.stripe.paymentIntents.retrieve(waiting.id)).status === 'succeeded', 20);
    await until('the notices are told', async () => {
      const [{ count }] = await s.server.database.rows("SELECT COUNT(*) AS count FROM jobs WHERE name = 'gateway_simulator.notice'");
      return Number(count) === 0;
    }, 20);
    assert.equal(await disputes(), 1);
    answered(await set({ webhook_delay_ms: 0, webhook_duplicate_rate: 0, webhook_reorder_rate: 0 }), 200);
  });
});
