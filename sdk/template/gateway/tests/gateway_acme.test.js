/*
 * gateway_acme.test.js: payments through Acme, which acme.js plays.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { after, before, test } = require('node:test');
const { PlayedAcme } = require('./acme');
const { start } = require('./server');

const upstream = new PlayedAcme({ webhookSecret: 'the-word-of-this-test' });
let server;
let told; /* what the server says to the webhook */

before(async () => {
  const base = await upstream.listen();
  server = await start('gateway_acme', { api_base: base, secret_key: 'the-key-of-this-test', webhook_secret: 'the-word-of-this-test' });
  const { fetch } = global;
  global.fetch = async (...words) => {
    const answer = await fetch(...words);
    if (words[0].endsWith('/webhooks/acme')) told(answer.status);
    return answer;
  };
});
after(async () => {
  await upstream.close();
  if (server) assert.equal(await server.stop(), 0);
});

const pay = (number, more, headers) => server.post('/v1/payment_intents', {
  amount: 1999, currency: 'usd', confirm: true, return_url: 'https://example.com', 'payment_method_data[type]': 'card',
  'payment_method_data[card][number]': number, 'payment_method_data[card][exp_month]': 12,
  'payment_method_data[card][exp_year]': 2040, 'payment_method_data[card][cvc]': 123, ...more,
}, headers);
const asked = (from) => upstream.operations.slice(from).map(({ kind, amount }) => [kind, amount]);

test('a card is charged, and refunded in parts', async () => {
  const from = upstream.operations.length;
  const { status, body } = await pay('4242424242424242');
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.status, 'succeeded');
  for (const amount of [999, 1000]) assert.equal((await server.post('/v1/refunds', { payment_intent: body.id, amount })).status, 200);
  assert.equal((await server.post('/v1/refunds', { payment_intent: body.id, amount: 1 })).status, 400);
  assert.deepEqual(asked(from), [['charge', 1999], ['refund', 999], ['refund', 1000]]);
});

test('money is held, a part of it captured', async () => {
  const from = upstream.operations.length;
  const { body: held } = await pay('4242424242424242', { capture_method: 'manual' });
  assert.equal(held.status, 'requires_capture');
  const { body } = await server.post(`/v1/payment_intents/${held.id}/capture`, { amount_to_capture: 500 });
  assert.equal(body.amount_received, 500, JSON.stringify(body));
  assert.deepEqual(asked(from), [['charge', 1999], ['capture', 500]]);
});

test('a decline is told in Stripe\'s words', async () => {
  const { status, body } = await pay('4000000000009995');
  assert.equal(status, 402);
  assert.deepEqual([body.error.code, body.error.decline_code], ['card_declined', 'insufficient_funds']);
});

test('one Idempotency-Key is one charge', async () => {
  const from = upstream.operations.length;
  const twice = () => pay('4242424242424242', { amount: 700 }, { 'Idempotency-Key': 'order-1001' });
  const [first, second] = [await twice(), await twice()];
  assert.equal(first.status, 200, JSON.stringify(first.body));
  assert.deepEqual(second, first);
  assert.deepEqual(asked(from), [['charge', 700]]);
});

test('a webhook with its signature is taken, and no other', async () => {
  upstream.webhookUrl = `${server.url}/webhooks/acme`;
  const status = new Promise((resolve) => { told = resolve; });
  upstream.tell(upstream.operations[0]);
  assert.equal(await status, 200);
  const forged = await server.post('/webhooks/acme', { id: 'evt_x', type: 'charge.done' }, { 'Acme-Signature': 't=1,v1=00' });
  assert.equal(forged.status, 400);
});
