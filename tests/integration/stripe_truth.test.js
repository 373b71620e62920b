/*
 * stripe_truth.test.js: what becomes of an attempt when Stripe fails before or after it acted, is silent, or is away: the books of
 * both sides agree, nothing moves twice, nothing stays unknown once Stripe is well.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered, refused } = require('./support/expect');
const { killWorker } = require('./support/kill');
const { until } = require('./support/poll');
const { stripeSuite, booksAgree } = require('./support/stripe_suite');

const BODY = { amount: 1000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, return_url: 'https://example.com/back' };
const CALL_SECONDS = 8; /* after which a call to the gateway has surely ended: 5 + the time-out + 1 */

stripeSuite('Stripe in trouble', { env: { STRIPE_LITE_WORKERS: '1', STRIPE_LITE_GATEWAY_TIMEOUT: '1' } }, (s, upstream) => {
  let count = 0;
  const key = () => ({ headers: { 'Idempotency-Key': `trouble-${(count += 1)}` }, mayFail: true });
  const pay = (values, options) => s.post('/v1/payment_intents', { ...BODY, ...values }, options);
  const settled = (id) => until(`${id} is settled`, async () => {
    const found = await s.stripe.paymentIntents.retrieve(id);
    return found.status !== 'processing' && found;
  }, 60);
  const attemptOf = async (id) => (await s.server.database.rows(`SELECT id, status FROM payment_attempts WHERE intent = '${id}' ORDER BY started DESC, id DESC`))[0];

  /* The operations on one payment, each with what it looks like when it came about and when it did not. */
  const held = async () => answered(await pay({ capture_method: 'manual' }), 200).id;
  const paid = async () => answered(await pay({}), 200).id;
  const statusOf = async (id) => (await s.stripe.paymentIntents.retrieve(id)).status;
  const refundOf = async (id) => (await s.stripe.refunds.list({ payment_intent: id })).data[0]?.status;
  const OPERATIONS = [
    { name: 'payment', begin: async () => null, run: (id, options) => pay({}, options), state: (id, answer) => statusOf(answer.json.id), open: 'processing', done: 'succeeded', failed: 'requires_payment_method' },
    { name: 'capture', begin: held, run: (id, options) => s.post(`/v1/payment_intents/${id}/capture`, { amount_to_capture: 700 }, options), state: statusOf, open: 'processing', done: 'succeeded', failed: 'requires_capture' },
    { name: 'cancellation', begin: held, run: (id, options) => s.post(`/v1/payment_intents/${id}/cancel`, {}, options), state: statusOf, open: 'processing', done: 'canceled', failed: 'requires_capture' },
    { name: 'refund', begin: paid, run: (id, options) => s.post('/v1/refunds', { payment_intent: id, amount: 400 }, options), state: refundOf, open: 'pending', done: 'succeeded', failed: 'failed' },
  ];

  for (const operation of OPERATIONS) {
    s.test(`${operation.name}: a fault that a second try mends is not noticed`, async () => {
      for (const fault of ['unavailable', 'drop_before', 'drop_after', 'garbage', 'limit']) {
        const id = await operation.begin();
        upstream.fault(fault);
        const answer = await operation.run(id, key());
        assert.equal(answer.status, 200, `${fault}: ${answer.text}`);
        assert.equal(await operation.state(id, answer), operation.done, fault);
      }
      await booksAgree(s, upstream);
    });

    s.test(`${operation.name}: after a failure or silence it is unknown, then as Stripe has it`, async () => {
      for (const [fault, end] of [['error_after', 'done'], ['error_before', 'failed'], ['hang', 'done'], ['late', 'done']]) {
        const id = await operation.begin();
        upstream.lateMs = 1500;
        upstream.fault(fault);
        const answer = await operation.run(id, key());
        assert.equal(answer.status, 200, `${fault}: ${answer.text}`);
        assert.equal(answer.json.status, operation.open, fault);
        await until(`${operation.name} after ${fault}`, async () => (await operation.state(id, answer)) !== operation.open, 60);
        assert.equal(await operation.state(id, answer), operation[end], fault);
      }
      await booksAgree(s, upstream);
    });
  }

  s.test('what Stripe turned away after a silence is not taken for refused', async () => {
    upstream.fault('drop_after', 'limit', 'limit', 'limit');
    const { id } = answered(await pay({}), 200);
    assert.equal((await settled(id)).status, 'succeeded');
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

  /* An unknown payment that became eleven minutes old while Stripe was away; `fault` is what its first request met. */
  const aged = async (fault, seconds = 660) => {
    answered(await pay({}), 200); /* one that goes well keeps the breaker closed */
    const { id } = await s.stripe.paymentIntents.create({ amount: 1000, currency: 'usd', payment_method: 'pm_card_visa' });
    return upstream.while({ drop_before: 1 }, async () => {
      upstream.fault(fault);
      answered(await s.post(`/v1/payment_intents/${id}/confirm`, { return_url: BODY.return_url }, key()), 200);
      const attempt = (await attemptOf(id)).id;
      await s.server.database.change(`UPDATE payment_attempts SET started = started - ${seconds} WHERE id = '${attempt}'`);
      upstream.objects.age(attempt, seconds);
      return { id, attempt };
    });
  };

  s.test('Stripe is away for long: the payment that it made is found', async () => {
    const { id, attempt } = await aged('hang');
    assert.equal((await settled(id)).status, 'succeeded');
    assert.equal(upstream.requests.filter((one) => one.method === 'POST' && one.key === attempt).at(-1).params.confirm, 'true');
    await booksAgree(s, upstream);
  });

  s.test('Stripe is away for long: a payment that never reached it is not made late', async () => {
    const { id, attempt } = await aged('drop_before');
    assert.equal((await settled(id)).status, 'requires_payment_method');
    const first = upstream.requests.find((one) => one.key === attempt);
    const late = await fetch(`${upstream.url}${first.path}`, {
      method: 'POST', body: first.body, headers: { authorization: first.headers.authorization, 'idempotency-key': attempt },
    });
    assert.equal((await late.json()).error.type, 'idempotency_error', 'the request that was on its way all the time moves nothing');
    assert.equal(upstream.moved().filter((one) => one.attempt === attempt).length, 0);
    await booksAgree(s, upstream);
  });

  s.test('Stripe is away for long: a payment whose key was used, and which is not there, was not made', async () => {
    const { id } = await aged('error_before');
    assert.equal((await settled(id)).status, 'requires_payment_method');
    await booksAgree(s, upstream);
  });

  s.test('a list that never comes: the search finds what is there, and after hours says what is not', async () => {
    upstream.unreadable = '/v1/payment_intents';
    try {
      for (const [fault, status, seconds] of [['hang', 'succeeded', 660], ['error_before', 'requires_payment_method', 7260]]) {
        const { id } = await aged(fault, seconds);
        assert.equal((await settled(id)).status, status, fault);
      }
    } finally {
      upstream.unreadable = null;
    }
    await booksAgree(s, upstream);
  });

  s.test('a kill after Stripe moved the money: the key leads to that one payment', async () => {
    const options = key();
    const before = upstream.moved().length;
    upstream.fault('hang');
    const cut = pay({}, options).catch((error) => error);
    await until('the money moved', () => upstream.moved().length > before);
    await killWorker(s.server);
    assert.ok(await cut instanceof Error, 'the request was cut off');
    await s.server.waitReady();
    const answer = await until('the key is settled', async () => {
      const again = await pay({}, options);
      if (again.status === 409) refused(again, 409, { code: 'idempotency_key_in_use' });
      return again.status !== 409 && again;
    }, CALL_SECONDS + 60);
    assert.equal(answered(answer, 200).status, 'succeeded');
    assert.equal(upstream.moved().length, before + 1);
    await booksAgree(s, upstream);
  });
});
