/*
 * secrets.test.js: a card number or a key sent to the wrong place is neither answered, nor logged, nor stored.
 *
 * The end of every suite searches the log and the database; here they are given something to find.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const cards = require('./support/cards');
const { random } = require('./support/server');
const { suite } = require('./support/suite');

const REAL = '4539578763621486';

suite('secrets', { env: { STRIPE_LITE_LOG_LEVEL: 'debug' } }, (s) => {
  const spaced = (number) => number.replace(/(\d{4})(?=\d)/g, '$1 ');
  const places = {
    'a path of /v1': (n) => s.get(`/v1/customers/${encodeURIComponent(n)}`),
    'a short path': (n) => s.get(`/payments/${encodeURIComponent(n)}`),
    'an unknown path': (n) => s.get(`/cards/${encodeURIComponent(n)}`),
    'a query': (n) => s.get('/v1/customers', { query: { starting_after: n } }),
    'an unknown parameter\'s name': (n) => s.post('/v1/customers', { [n]: '1' }),
    'an unknown parameter\'s value': (n) => s.post('/v1/customers', { number: n }),
    'a wrong integer': (n) => s.post('/v1/payment_intents', { amount: n, currency: 'usd' }),
    'a payment method\'s id': (n) => s.post('/v1/payment_intents', { amount: 100, currency: 'usd', payment_method: n }),
    'a wrong email': (n) => s.post('/customers', { name: 'A', email: n }),
    'a field of the wrong type': (n) => s.post('/payments/create_charge', { customer_id: { number: n }, amount: n, payment_method: [n] }),
    'broken JSON': (n) => s.request('POST', '/customers', { body: `{"number": "${n}"`, headers: { 'content-type': 'application/json' } }),
    'the credential': (n) => s.get('/v1/customers', { key: n }),
    'the user agent': (n) => s.get('/v1/customers', { headers: { 'user-agent': n, 'stripe-version': n, 'x-stripe-client-user-agent': n } }),
    'a search': (n) => s.get('/v1/customers/search', { query: { query: `email:'${n}'` } }),
  };
  for (const [place, send] of Object.entries(places)) {
    s.test(`a card number in ${place} is not answered`, async () => {
      for (const number of [cards.VISA, REAL, spaced(REAL)]) {
        const { text } = await send(number);
        assert.ok(!text.includes(number), text.slice(0, 300));
      }
    });
  }

  s.test('a payment with a real number is refused, and the number gone', async () => {
    const answer = await s.post('/v1/payment_methods', cards.card(REAL));
    assert.equal(answer.status, 402);
    assert.ok(!answer.text.includes(REAL));
  });

  s.test('a wrong key is not answered whole', async () => {
    const key = `sk_test_${random()}`;
    s.server.madeKeys.push(key);
    for (const path of ['/v1/customers', '/customers']) {
      const { status, text } = await s.get(path, { key });
      assert.equal(status, 401);
      assert.ok(!text.includes(key));
    }
  });

  s.test('the settings are shown with their secrets masked', async () => {
    const { code, stdout, stderr } = await s.server.command('config', 'show');
    assert.equal(code, 0, stderr);
    for (const secret of s.server.secrets()) assert.ok(!(stdout + stderr).includes(secret), secret.slice(0, 8));
    assert.match(stdout, /environment/);
  });
});
