/*
 * gateways_hanging.test.js: one gateway takes requests and never answers; the payments of the other go on, and so does the rest.
 *
 * The one that hangs is a Stripe over HTTP, the other keeps its books on paper. No payment here is timed: what hangs does so until
 * it is let go, and everything else has been answered by then.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered } = require('./support/expect');
const { Paper, configOf } = require('./support/paper');
const { until } = require('./support/poll');
const { booksAgree, stripeSuite } = require('./support/stripe_suite');

const CALLS = 4; /* that may wait for one gateway */
const PLACES = 16; /* three quarters are for routes that call gateways */
const BODY = { amount: 1000, payment_method: 'pm_card_visa', confirm: true, return_url: 'https://example.com/back' };
const paper = new Paper();
const config = `${configOf([paper], 'gateway:\n  routes:\n    - {currency: eur, use: stripe}\n    - {currency: gbp, use: [stripe, paper]}\n    - {use: paper}')}  - name: gateway_stripe\n    required: true\n`;
const env = { STRIPE_LITE_WORKERS: '1', STRIPE_LITE_GATEWAY_TIMEOUT: '40', STRIPE_LITE_GATEWAY_CONCURRENCY: String(CALLS), STRIPE_LITE_IN_FLIGHT_LIMIT: String(PLACES) };

stripeSuite('a gateway that hangs', { env, config }, (s, upstream) => {
  const pay = (currency) => s.post('/v1/payment_intents', { ...BODY, currency }, { mayFail: true });
  const arrived = () => upstream.requests.filter(({ method, path }) => method === 'POST' && path === '/v1/payment_intents').length;
  const placeOf = async ({ id }) => (await s.server.database.rows(`SELECT gateway, status FROM payment_attempts WHERE intent = '${id}'`)).map(({ gateway, status }) => `${gateway} ${status}`);
  let hanging;
  let released = 0;

  s.test('while both are well each takes its own', async () => {
    assert.deepEqual(await placeOf(answered(await pay('eur'), 200)), ['stripe succeeded']);
    assert.deepEqual(await placeOf(answered(await pay('usd'), 200)), ['paper succeeded']);
  });

  s.test('as many of its payments wait as may', async () => {
    const before = arrived();
    upstream.rates = { hang: 1 };
    hanging = Array.from({ length: CALLS }, () => pay('eur').finally(() => { released += 1; }));
    await until('all of them have arrived there', () => arrived() === before + CALLS);
  });

  s.test('more of them are refused at once, and told when to come back', async () => {
    const before = arrived();
    for (const { status, headers, json, text } of await Promise.all(Array.from({ length: CALLS }, () => pay('eur')))) {
      assert.deepEqual([status, json.error?.code, headers['retry-after']], [503, 'gateway_unavailable', '1'], text);
    }
    assert.equal(arrived(), before);
    assert.equal(released, 0);
  });

  s.test('those of the other gateway go on, many at once', async () => {
    for (let i = 0; i < 4; i += 1) {
      const answers = await Promise.all(Array.from({ length: PLACES * 3 / 4 - CALLS }, () => pay('usd')));
      for (const answer of answers) assert.equal(answered(answer, 200).status, 'succeeded');
    }
    answered(await s.get('/v1/balance'), 200);
    answered(await s.post('/v1/customers', { name: 'Ann' }), 200);
    assert.equal(released, 0);
  });

  s.test('one that may go to either goes to the other', async () => {
    assert.deepEqual(await placeOf(answered(await pay('gbp'), 200)), ['paper succeeded']);
    assert.equal(released, 0);
  });

  s.test('those that waited are open meanwhile, and nothing else is', async () => {
    const { attempts } = answered(await s.get('/api/v1/admin/attempts', { query: { limit: 100 } }), 200);
    assert.deepEqual(attempts.map(({ gateway, state }) => `${gateway} ${state}`), Array(CALLS).fill('stripe started'));
  });

  s.test('when it is let go each has happened once', async () => {
    upstream.calm();
    for (const socket of upstream.sockets) socket.destroy();
    for (const answer of await Promise.all(hanging)) assert.equal(answered(answer, 200).status, 'succeeded');
    await until('nothing is open', async () => answered(await s.get('/api/v1/admin/attempts'), 200).attempts.length === 0, 30);
    await booksAgree(s, upstream);
    assert.deepEqual(await placeOf(answered(await pay('eur'), 200)), ['stripe succeeded']);
  });
});
