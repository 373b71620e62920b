/*
 * orders_races.test.js: many orders and payments at once: numbers without gaps, one record of a payment, whoever is first.
 *
 * On PostgreSQL with two workers; the files' end (`verify`) looks at the numbers once more.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const http = require('node:http');
const { answered } = require('./support/expect');
const { until } = require('./support/poll');
const { suite } = require('./support/suite');

const PAY = '/api/v1/payments/stripe';
const YEAR = new Date().getUTCFullYear();
const onPostgres = process.env.STRIPE_LITE_TEST_DATABASE === 'postgres';
const times = (count, make) => Promise.all(Array.from({ length: count }, (_, i) => make(i)));
const numberOf = (text) => Number(text.split('-')[2]);

suite('orders at once', { env: { STRIPE_LITE_WORKERS: onPostgres ? '2' : '1' } }, (s) => {
  const lines = [{ description: 'A book', quantity: 1, unit_price: 20 }];
  const create = (values, options) => s.post('/api/v1/orders', { currency: 'usd', lines, ...values }, options);
  /* Each request on a connection of its own, so that both workers have their share. */
  const apart = (method, path, values, key = s.server.secretKey) => new Promise((resolve, reject) => {
    const body = JSON.stringify(values);
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const request = http.request({ host: s.server.host, port: s.server.port, method, path, headers, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => { text += chunk; });
      answer.on('end', () => resolve({ status: answer.statusCode, text, json: JSON.parse(text) }));
    });
    request.on('error', reject);
    request.end(body);
  });

  s.test('64 orders at once: 64 numbers, one after the other', async () => {
    const answers = await times(64, (i) => apart('POST', '/api/v1/orders', { currency: 'usd', lines, metadata: { i: String(i) } }));
    const numbers = answers.map((answer) => numberOf(answered(answer, 200).order_number));
    assert.deepEqual(numbers.toSorted((a, b) => a - b), Array.from({ length: 64 }, (_, i) => i + 1));
    for (const { json } of answers) {
      assert.deepEqual(answered(await s.get(`/api/v1/orders/${json.id}`), 200), json, 'what was answered is what is stored');
    }
  });

  s.test('orders that are refused among others leave no gap', async () => {
    const answers = await times(48, (i) => apart('POST', '/api/v1/orders',
      { currency: 'usd', lines, ...(i % 3 === 0 && { customer_id: 'cus_nobody' }) }));
    const numbers = answers.filter(({ status }) => status === 200).map(({ json }) => numberOf(json.order_number));
    assert.deepEqual(numbers.toSorted((a, b) => a - b), Array.from({ length: 32 }, (_, i) => i + 65));
    assert.ok(answers.every(({ status }) => status === 200 || status === 400));
  });

  s.test('one key at once: one order', async () => {
    const options = { headers: { 'Idempotency-Key': 'once' } };
    const answers = await times(12, () => create({}, options));
    const made = new Set(answers.filter(({ status }) => status === 200).map(({ json }) => json.order_number));
    assert.deepEqual([...made], [`ORD-${YEAR}-097`]);
    assert.ok(answers.every(({ status }) => [200, 409].includes(status)));
    assert.equal(answered(await create({}, options), 200).order_number, `ORD-${YEAR}-097`);
  });

  s.test('two accounts at once do not mix', async () => {
    const stranger = await s.server.makeKey({ account: 'acct_2', role: 'admin' });
    const answers = await times(32, (i) => apart('POST', '/api/v1/orders', { currency: 'usd', lines }, i % 2 ? stranger : undefined));
    const numbers = (odd) => answers.filter((_, i) => i % 2 === odd).map(({ json }) => numberOf(json.order_number)).sort((a, b) => a - b);
    assert.deepEqual(numbers(1), Array.from({ length: 16 }, (_, i) => i + 1));
    assert.deepEqual(numbers(0), Array.from({ length: 16 }, (_, i) => i + 98));
  });

  const paidIntent = async () => {
    const order = answered(await create({}), 200);
    const intent = answered(await s.post(`${PAY}/create-intent`, { order_id: order.id }), 200);
    await s.stripeWith(s.server.publishableKey).paymentIntents.confirm(intent.payment_intent_id, {
      client_secret: intent.client_secret, payment_method: 'pm_card_visa', return_url: 'https://example.com/back',
    });
    return { order, intent };
  };

  s.test('confirmed sixteen times at once, and by the event: one record', async () => {
    const { order, intent } = await paidIntent();
    const answers = await times(16, () => apart('POST', `${PAY}/confirm`, { payment_intent_id: intent.payment_intent_id, order_id: order.id }));
    const records = answers.map((answer) => answered(answer, 200));
    records.forEach((one) => assert.deepEqual(one, records[0]));
    assert.equal(records[0].payment_number, `PAY-${YEAR}-001`);
    assert.equal(answered(await s.get(`/api/v1/orders/${order.id}`), 200).amount_paid, 20);
  });

  s.test('24 payments at once: numbers without gaps', async () => {
    const all = await times(24, paidIntent);
    const answers = await Promise.all(all.map(({ order, intent }) =>
      apart('POST', `${PAY}/confirm`, { payment_intent_id: intent.payment_intent_id, order_id: order.id })));
    const numbers = answers.map((answer) => numberOf(answered(answer, 200).payment_number));
    assert.deepEqual(numbers.toSorted((a, b) => a - b), Array.from({ length: 24 }, (_, i) => i + 2));
  });

  s.test('ten refunds at once of a fifth and more: as many as fit', async () => {
    const { order, intent } = await paidIntent();
    const payment = answered(await s.post(`${PAY}/confirm`, { payment_intent_id: intent.payment_intent_id, order_id: order.id }), 200);
    const answers = await times(10, () => apart('POST', `${PAY}/refund/${payment.id}`, { amount: 6 }));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [...Array(3).fill(200), ...Array(7).fill(400)]);
    const seen = await until('the order knows of all', async () => {
      const now = answered(await s.get(`/api/v1/orders/${order.id}`), 200);
      return now.amount_refunded === 18 && now;
    });
    assert.equal(seen.payment_status, 'partially_refunded');
  });

  s.test('killed between the charge and the record: the order is paid, once', async () => {
    const orders = [];
    for (let i = 0; i < 3; i += 1) orders.push((await paidIntent()).order);
    await s.server.kill9();
    await s.server.start();
    s.reconnect();
    for (const { id } of orders) {
      await until('the order is paid', async () => answered(await s.get(`/api/v1/orders/${id}`), 200).payment_status === 'paid');
    }
  });
});
