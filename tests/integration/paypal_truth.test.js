/*
 * paypal_truth.test.js: what becomes of an attempt when PayPal fails before or after it acted, is silent, or is away: the books of
 * both sides agree, nothing moves twice, nothing stays unknown once PayPal is well.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered, refused } = require('./support/expect');
const { killWorker } = require('./support/kill');
const { paypalSuite, booksAgree } = require('./support/paypal_suite');
const { until } = require('./support/poll');

const BODY = { amount: 1000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, return_url: 'https://example.com/back' };
const CALL_SECONDS = 8; /* after which a call to the gateway has surely ended: 5 + the time-out + 1 */

/* It is asked whatever happened before: breakers have tests of their own. */
const env = { STRIPE_LITE_WORKERS: '1', STRIPE_LITE_GATEWAY_TIMEOUT: '1', STRIPE_LITE_GATEWAY_BREAKER_FAILURES: '0' };

paypalSuite('PayPal in trouble', { env }, (s, upstream) => {
  let count = 0;
  const key = () => ({ headers: { 'Idempotency-Key': `trouble-${(count += 1)}` }, mayFail: true });
  const pay = (values, options) => s.post('/v1/payment_intents', { ...BODY, ...values }, options);
  const settled = (id) => until(`${id} is settled`, async () => {
    const found = await s.stripe.paymentIntents.retrieve(id);
    return found.status !== 'processing' && found;
  }, 60);
  const attemptOf = async (id) => (await s.server.database.rows(`SELECT id, status FROM payment_attempts WHERE intent = '${id}' ORDER BY started DESC, id DESC`))[0];

  /* The operations on one payment, each with what it looks like while it is unknown and when it came about. */
  const held = async () => answered(await pay({ capture_method: 'manual' }), 200).id;
  const paid = async () => answered(await pay({}), 200).id;
  const statusOf = async (id) => (await s.stripe.paymentIntents.retrieve(id)).status;
  const refundOf = async (id) => (await s.stripe.refunds.list({ payment_intent: id })).data[0]?.status;
  const OPERATIONS = [
    { name: 'payment', begin: async () => null, run: (id, options) => pay({}, options), state: (id, answer) => statusOf(answer.json.id), open: 'processing', done: 'succeeded' },
    { name: 'capture', begin: held, run: (id, options) => s.post(`/v1/payment_intents/${id}/capture`, { amount_to_capture: 700 }, options), state: statusOf, open: 'processing', done: 'succeeded' },
    { name: 'cancellation', begin: held, run: (id, options) => s.post(`/v1/payment_intents/${id}/cancel`, {}, options), state: statusOf, open: 'processing', done: 'canceled' },
    { name: 'refund', begin: paid, run: (id, options) => s.post('/v1/refunds', { payment_intent: id, amount: 400 }, options), state: refundOf, open: 'pending', done: 'succeeded' },
  ];

  for (const operation of OPERATIONS) {
    s.test(`${operation.name}: a fault that a second try mends is not noticed`, async () => {
      for (const fault of ['unavailable', 'error_before', 'error_after', 'drop_before', 'drop_after', 'garbage', 'limit']) {
        const id = await operation.begin();
        upstream.fault(fault);
        const answer = await operation.run(id, key());
        assert.equal(answer.status, 200, `${fault}: ${answer.text}`);
        assert.equal(await operation.state(id, answer), operation.done, fault);
      }
      await booksAgree(s, upstream);
    });
  }

  for (const fault of ['hang', 'late']) {
    s.test(`${fault}: after silence all are unknown, then as PayPal has it`, async () => {
      const begun = [];
      for (const operation of OPERATIONS) begun.push({ operation, id: await operation.begin() });
      upstream.lateMs = 1500;
      upstream.fault(...OPERATIONS.map(() => fault));
      await Promise.all(begun.map(async ({ operation, id }) => {
        const answer = await operation.run(id, key());
        assert.equal(answer.status, 200, answer.text);
        assert.equal(answer.json.status, operation.open, operation.name);
        await until(`${operation.name} is found out`, async () => (await operation.state(id, answer)) !== operation.open, 60);
        assert.equal(await operation.state(id, answer), operation.done, operation.name);
      }));
      await booksAgree(s, upstream);
    });
  }

  s.test('an authenticated payment is completed once, whatever becomes of the request', async () => {
    for (const fault of ['error_before', 'error_after', 'drop_after', 'garbage', 'limit', 'hang', 'late']) {
      const { id, status } = answered(await pay({ payment_method: 'pm_card_threeDSecure2Required' }, key()), 200);
      assert.equal(status, 'requires_action');
      upstream.objects.authenticate([...upstream.objects.orders.keys()].at(-1), true);
      upstream.fault(fault);
      await until(`the payment is completed after ${fault}`, async () => answered(await s.post(`/v1/payment_intents/${id}/confirm`, {}), 200).status === 'succeeded', 30);
    }
    await booksAgree(s, upstream);
  });

  s.test('an authentication that is over while it is given up: one or the other', async () => {
    for (let round = 0; round < 8; round += 1) {
      const { id } = answered(await pay({ payment_method: 'pm_card_threeDSecure2Required' }, key()), 200);
      const order = [...upstream.objects.orders.values()].at(-1);
      upstream.objects.authenticate(order.id, true);
      upstream.delayMs = 20;
      const confirm = () => s.post(`/v1/payment_intents/${id}/confirm`, {}, { mayFail: true });
      const cancel = () => s.post(`/v1/payment_intents/${id}/cancel`, {}, { mayFail: true });
      await Promise.all(round % 2 === 0 ? [confirm(), cancel(), confirm()] : [cancel(), confirm(), cancel()]);
      upstream.delayMs = 0;
      const end = await statusOf(id);
      assert.equal(order.status, { succeeded: 'COMPLETED', canceled: 'APPROVED' }[end], end);
    }
    await booksAgree(s, upstream);
  });

  s.test('what PayPal turned away after a silence is not taken for refused', async () => {
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

  const ORDERS = '/v2/checkout/orders';

  /* An unknown payment that became old while PayPal was away; `fault` is what its first request met. */
  const aged = async (fault, seconds, meanwhile = () => {}) => {
    const { id } = await s.stripe.paymentIntents.create({ amount: 1000, currency: 'usd', payment_method: 'pm_card_visa' });
    return upstream.while({ drop_before: 1 }, async () => {
      upstream.fault(fault);
      answered(await s.post(`/v1/payment_intents/${id}/confirm`, { return_url: BODY.return_url }, key()), 200);
      const attempt = (await attemptOf(id)).id;
      await s.server.database.change(`UPDATE payment_attempts SET started = started - ${seconds} WHERE id = '${attempt}'`);
      upstream.objects.age(attempt, seconds);
      meanwhile();
      /* Whoever looked at it when it was young has ended by then. */
      const from = upstream.requests.length;
      await until('it is looked for as an old one', () => upstream.requests.slice(from).some(({ method, path, body }) =>
        path === '/v1/reporting/transactions' || (method === 'POST' && path === ORDERS && !body.payment_source)), 60);
      return { id, attempt };
    });
  };
  const movesOf = (attempt) => upstream.moved().filter((one) => one.attempt === attempt).length;
  s.test('PayPal is away for long: the payment that its key made is found', async () => {
    const { id, attempt } = await aged('hang', 11 * 60);
    assert.equal((await settled(id)).status, 'succeeded');
    const last = upstream.requests.filter((one) => one.method === 'POST' && one.path === ORDERS && one.key === attempt).at(-1);
    assert.equal(last.body.payment_source, undefined, 'asked by an order that nobody pays');
    await booksAgree(s, upstream);
  });

  s.test('PayPal is away for long: a payment that never reached it is not made late', async () => {
    const { id, attempt } = await aged('drop_before', 11 * 60);
    assert.equal((await settled(id)).status, 'requires_payment_method');
    const first = upstream.requests.find((one) => one.key === attempt && one.body.payment_source);
    const [token] = upstream.tokens.keys();
    const late = await fetch(`${upstream.url}${first.path}`, {
      method: 'POST', body: first.text, headers: { authorization: `Bearer ${token}`, 'paypal-request-id': attempt },
    });
    assert.equal((await late.json()).status, 'CREATED', 'the request that was on its way all the time moves nothing');
    assert.equal(movesOf(attempt), 0);
    await booksAgree(s, upstream);
  });

  s.test('PayPal has forgotten the key: the list of transactions has the payment', async () => {
    upstream.objects.reporting = false;
    const { id, attempt } = await aged('hang', 8 * 3600, () => upstream.kept.clear());
    await until('the permission is missed', () => s.server.log.includes('permission for Transaction search'), 30);
    assert.equal((await s.stripe.paymentIntents.retrieve(id)).status, 'processing');
    upstream.objects.reporting = true;
    assert.equal((await settled(id)).status, 'succeeded');
    assert.equal(movesOf(attempt), 1);
    await booksAgree(s, upstream);
  });

  s.test('PayPal has forgotten the key: what is in no list after a day never happened', async () => {
    const { id, attempt } = await aged('drop_before', 25 * 3600);
    assert.equal((await settled(id)).status, 'requires_payment_method');
    assert.equal(movesOf(attempt), 0);
    await booksAgree(s, upstream);
  });

  s.test('an invoice that PayPal says was paid before is no decline', async () => {
    const { id } = await s.stripe.paymentIntents.create({ amount: 1000, currency: 'usd', payment_method: 'pm_card_visa' });
    upstream.fault('drop_after');
    const forget = setInterval(() => { for (const [name, made] of upstream.kept) if (made) upstream.kept.delete(name); }, 1);
    try {
      assert.equal(answered(await s.post(`/v1/payment_intents/${id}/confirm`, { return_url: BODY.return_url }, key()), 200).status, 'processing');
    } finally {
      clearInterval(forget);
    }
    const attempt = (await attemptOf(id)).id;
    assert.ok(upstream.issues.includes('DUPLICATE_INVOICE_ID'));
    assert.equal(movesOf(attempt), 1);
    await s.server.database.change(`UPDATE payment_attempts SET started = started - 28800 WHERE id = '${attempt}'`);
    upstream.objects.age(attempt, 28800);
    assert.equal((await settled(id)).status, 'succeeded');
    await booksAgree(s, upstream);
  });

  s.test('a kill after PayPal moved the money: the key leads to that one payment', async () => {
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
