/*
 * braintree_truth.test.js: what becomes of an attempt when Braintree fails before or after it acted, is silent, or is away: nothing is
 * sent twice, the books of both sides agree, nothing stays unknown once Braintree is well.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered } = require('./support/expect');
const { until } = require('./support/poll');
const { braintreeSuite, booksAgree, timePasses } = require('./support/braintree_suite');

const BODY = { amount: 1000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, return_url: 'https://example.com/back' };

braintreeSuite('Braintree in trouble', { env: { STRIPE_LITE_WORKERS: '1', STRIPE_LITE_GATEWAY_TIMEOUT: '1', STRIPE_LITE_GATEWAY_BREAKER_FAILURES: '0' } }, (s, upstream) => {
  let count = 0;
  const key = () => ({ headers: { 'Idempotency-Key': `trouble-${(count += 1)}` }, mayFail: true });
  const pay = (values, options) => s.post('/v1/payment_intents', { ...BODY, ...values }, options);
  const statusOf = async (id) => (await s.stripe.paymentIntents.retrieve(id)).status;
  const settled = (id) => until(`${id} is settled`, async () => (await statusOf(id)) !== 'processing' && statusOf(id), 60);
  const attemptOf = async (id) => (await s.server.database.rows(`SELECT id, status FROM payment_attempts WHERE intent = '${id}' ORDER BY started DESC, id DESC`))[0];

  s.test('payments settle before anybody looks again', () => { upstream.objects.settles = true; });

  /* The operations on one payment, each with what it looks like when it came about and when it did not. */
  const held = async () => answered(await pay({ capture_method: 'manual' }), 200).id;
  const paid = async () => answered(await pay({}), 200).id;
  const refundOf = async (id) => (await s.stripe.refunds.list({ payment_intent: id })).data[0]?.status;
  const OPERATIONS = [
    { name: 'payment', begin: async () => null, run: (id, options) => pay({}, options), state: (id, answer) => statusOf(answer.json.id), open: 'processing', done: 'succeeded', failed: 'requires_payment_method',
      faults: ['hang', 'late', 'drop_before', 'unavailable', 'bad_before'] },
    { name: 'refund', begin: paid, run: (id, options) => s.post('/v1/refunds', { payment_intent: id, amount: 400 }, options), state: refundOf, open: 'pending', done: 'succeeded', failed: 'failed' },
    { name: 'capture', begin: held, run: (id, options) => s.post(`/v1/payment_intents/${id}/capture`, { amount_to_capture: 700 }, options), state: statusOf, open: 'processing', done: 'succeeded', again: true },
    { name: 'cancellation', begin: held, run: (id, options) => s.post(`/v1/payment_intents/${id}/cancel`, {}, options), state: statusOf, open: 'processing', done: 'canceled', again: true },
  ];

  for (const operation of OPERATIONS) {
    s.test(`${operation.name}: what was surely not carried out is sent again, what was is found at once`, async () => {
      for (const fault of ['limit', 'busy', 'drop_after', 'garbage', 'error_after', 'bad_after']) {
        const id = await operation.begin();
        upstream.fault(fault);
        const answer = await operation.run(id, key());
        assert.equal(answer.status, 200, `${fault}: ${answer.text}`);
        assert.equal(await operation.state(id, answer), operation.done, fault);
      }
      await booksAgree(s, upstream);
    });

    s.test(`${operation.name}: what may have been carried out is unknown until Braintree shows it, or shows nothing for long`, async () => {
      for (const fault of operation.faults || ['hang', 'drop_before']) {
        const happened = fault === 'hang' || fault === 'late';
        const id = await operation.begin();
        upstream.lateMs = 1500;
        upstream.fault(fault);
        const answer = await operation.run(id, key());
        assert.equal(answer.status, 200, `${fault}: ${answer.text}`);
        assert.equal(answer.json.status, operation.open, fault);
        if (!happened && !operation.again) await timePasses(s);
        await until(`${operation.name} after ${fault}`, async () => (await operation.state(id, answer)) !== operation.open, 60);
        assert.equal(await operation.state(id, answer), happened || operation.again ? operation.done : operation.failed, fault);
      }
      await booksAgree(s, upstream);
    });
  }

  s.test('a payment that Braintree does not show yet is not given up, and not sent again', async () => {
    upstream.objects.searchLagMs = 2500;
    upstream.fault('drop_after');
    const { id, status } = answered(await pay({}), 200);
    assert.equal(status, 'processing');
    const attempt = (await attemptOf(id)).id;
    const looks = () => upstream.requests.filter(({ field, variables }) => field === 'search' && variables.input.orderId.is === attempt).length;
    await until('it was looked for a few times', () => looks() >= 2, 30);
    assert.equal(await settled(id), 'succeeded');
    upstream.objects.searchLagMs = 0;
    await booksAgree(s, upstream);
  });

  s.test('nobody there: nothing moved, the key is free, and the intent as it was', async () => {
    const { id } = await s.stripe.paymentIntents.create({ amount: 1000, currency: 'usd', payment_method: 'pm_card_visa' });
    const confirm = (options) => s.post(`/v1/payment_intents/${id}/confirm`, { return_url: BODY.return_url }, options);
    const options = key();
    await upstream.stop();
    try {
      assert.equal((await confirm(options)).status, 503);
      assert.equal(await statusOf(id), 'requires_confirmation');
      assert.equal((await pay({}, key())).status, 503, 'a name that nobody can look up');
    } finally {
      await upstream.start();
    }
    assert.equal(answered(await confirm(options), 200).status, 'succeeded');
    await booksAgree(s, upstream);
  });
});
