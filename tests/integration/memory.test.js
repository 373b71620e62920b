/*
 * memory.test.js: when a request is over, no process of the server remembers the card it carried.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { randomInt } = require('node:crypto');
const cards = require('./support/cards');
const { findInMemory } = require('./support/memory');
const { until } = require('./support/poll');
const { RawConnection } = require('./support/sockets');
const { suite } = require('./support/suite');

const REAL = '4539578763621486';
const AMEX = '378282246310005'; /* its code has four digits, which are not everywhere by chance */
const spaced = REAL.replace(/(\d{4})(?=\d)/g, '$1 ');

suite('memory', { env: { STRIPE_LITE_LOG_LEVEL: 'debug' } }, (s) => {
  const processes = () => [s.server.child.pid, ...s.server.workers()];
  const find = (texts) => processes().flatMap((pid) => findInMemory(pid, texts));
  const card = (number, cvc) => ({ type: 'card', 'card[number]': number, 'card[exp_month]': '12', 'card[exp_year]': '2034', 'card[cvc]': cvc });

  /* Digits that are nowhere in the server by chance. */
  function unusedCvc() {
    for (;;) {
      const cvc = String(randomInt(1000, 10000));
      if (find([cvc]).length === 0) return cvc;
    }
  }
  /* What was asked of PostgreSQL stays in libpq's buffer for sending until other statements overwrite it there. */
  async function overwriteStatements() {
    if (process.env.STRIPE_LITE_TEST_DATABASE !== 'postgres') return;
    const query = `email:'${'x'.repeat(3000)}'`;
    const answers = await Promise.all(Array.from({ length: 24 }, () => s.get('/v1/customers/search', { query: { query } })));
    answers.forEach(({ status, text }) => assert.equal(status, 200, text));
  }

  async function none(texts) {
    await until('the cards are forgotten', async () => {
      await overwriteStatements();
      return find(texts).length === 0;
    }, 5).catch(() => assert.deepEqual(find(texts).slice(0, 20), []));
  }

  s.test('what is in memory is found: the key of the settings', () => {
    assert.ok(find([s.server.secretKey]).length > 0);
  });

  s.test('a request that waits for its body is found, and forgotten when it is over', async () => {
    const body = `type=card&card[number]=${REAL}&x=`;
    const connection = await RawConnection.open(s.server);
    try {
      connection.send(`POST /v1/payment_methods HTTP/1.1\r\nHost: ${s.server.url.host}\r\nAuthorization: Bearer ${s.server.secretKey}\r\n`
        + `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length + 10}\r\n\r\n${body}`);
      await until('the number is in memory', () => find([REAL]).length > 0);
      connection.send('1234567890');
      assert.equal((await connection.answers(1))[0].status, 400);
    } finally {
      connection.destroy();
    }
    await none([REAL]);
  });

  s.test('cards that were taken, declined and refused', async () => {
    const cvc = unusedCvc();
    const numbers = [cards.VISA, AMEX, '4000000000000002', REAL, spaced];
    let taken = 0;
    for (const number of numbers) {
      const method = await s.post('/v1/payment_methods', card(number, number === AMEX ? cvc : '737'));
      assert.ok([200, 402].includes(method.status), method.text);
      taken += method.status === 200;
      if (method.status === 200) {
        await s.post('/v1/payment_intents', { amount: 100, currency: 'usd', payment_method: method.json.id, confirm: true, return_url: 'https://example.com' });
      }
      await s.post('/v1/tokens', { 'card[number]': number, 'card[exp_month]': '12', 'card[exp_year]': '2034', 'card[cvc]': number === AMEX ? cvc : '737' });
      await s.post('/customers', { name: 'Ann', email: 'ann@example.com', payment_info: number });
    }
    assert.ok(taken >= 2, `${taken} cards were taken`);
    await none([...numbers, cvc]);
  });

  s.test('cards in the wrong place', async () => {
    for (const number of [REAL, spaced]) {
      await s.get(`/v1/customers/${encodeURIComponent(number)}`);
      await s.get('/v1/customers', { query: { starting_after: number } });
      await s.get('/v1/customers/search', { query: { query: `email:'${number}'` } });
      await s.post('/v1/customers', { [number]: '1' });
      await s.post('/v1/payment_intents', { amount: 100, currency: 'usd', payment_method: number });
      await s.post('/payments/create_charge', { customer_id: { number }, amount: number, payment_method: [number] });
      await s.request('POST', '/customers', { body: `{"number": "${number}"`, headers: { 'content-type': 'application/json' } });
      await s.get('/v1/customers', { key: number });
      await s.get('/v1/customers', { headers: { 'user-agent': number, 'x-stripe-client-user-agent': number } });
    }
    await none([REAL, spaced, encodeURIComponent(spaced), spaced.replaceAll(' ', '+')]);
  });

  s.test('many cards at once, each in a fiber of its own', async () => {
    await s.post('/v1/test_helpers/simulator', { latency_ms: 200 });
    const method = (number) => s.post('/v1/payment_intents', {
      amount: 100, currency: 'usd', confirm: true, return_url: 'https://example.com',
      'payment_method_data[type]': 'card', 'payment_method_data[card][number]': number, 'payment_method_data[card][exp_month]': '12',
      'payment_method_data[card][exp_year]': '2034', 'payment_method_data[card][cvc]': '737',
    });
    const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => method(i % 3 ? cards.VISA : REAL)));
    assert.ok(answers.some(({ status }) => status === 200), answers[1].text);
    assert.ok(answers.some(({ status }) => status === 402), answers[0].text);
    await s.post('/v1/test_helpers/simulator', { latency_ms: 0 });
    await none([cards.VISA, REAL]);
  });

  s.test('a large body with a card in it', async () => {
    const filler = Array.from({ length: 200 }, (_, i) => `&metadata[k${i}]=${'v'.repeat(200)}`).join('');
    await s.request('POST', '/v1/payment_methods', {
      body: `card[number]=${REAL}${filler}&card[number]=${REAL}`, headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    await none([REAL]);
  });
});
