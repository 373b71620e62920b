/*
 * lite_customers.test.js: the short customer routes, each alias and each refusal.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const cards = require('./support/cards');
const { answered, invalid } = require('./support/expect');
const { suite } = require('./support/suite');

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

suite('the customer routes', {}, (s) => {
  for (const path of ['/customers/', '/customers', '/customers/create']) {
    s.test(`POST ${path} creates a customer`, async () => {
      const body = answered(await s.post(path, { name: 'Ada', email: 'ada@example.com', metadata: { plan: 'gold' } }), 200);
      assert.equal(body.status, 'success');
      assert.match(body.customer.id, /^cus_/);
      assert.equal(body.customer.name, 'Ada');
      assert.equal(body.customer.email, 'ada@example.com');
      assert.deepEqual(body.customer.metadata, { plan: 'gold' });
      assert.equal(body.customer.default_payment_method, null);
      assert.match(body.customer.created_at, ISO);
      const bare = answered(await s.get(`/customers/${body.customer.id}`), 200);
      assert.deepEqual(bare, body.customer);
    });
  }

  const names = ['pm_card_visa', 'tok_visa', cards.VISA, ...cards.numbers().map((number) => `card_${number.slice(-4)}`)];
  for (const info of names) {
    const shown = /^\d+$/.test(info) ? 'a raw test number' : info;
    s.test(`payment_info ${shown} becomes the default payment method`, async () => {
      const { customer } = answered(await s.post('/customers', { name: 'Card', email: 'card@example.com', payment_info: info }), 200);
      assert.match(customer.default_payment_method, /^pm_/);
      assert.doesNotMatch(JSON.stringify(customer), /\d{13,19}/, 'a card number is never answered');
      const method = await s.stripe.paymentMethods.retrieve(customer.default_payment_method);
      assert.equal(method.customer, customer.id);
      const last4 = { pm_card_visa: '4242', tok_visa: '4242' }[info] || info.slice(-4);
      assert.equal(method.card.last4, last4);
      const seen = await s.stripe.customers.retrieve(customer.id);
      assert.equal(seen.invoice_settings.default_payment_method, method.id);
    });
  }

  s.test('a number that is no test card is refused and not echoed', async () => {
    const real = '4539578763621486';
    const answer = await s.post('/customers', { name: 'Real', email: 'real@example.com', payment_info: real });
    assert.ok(answer.status === 402 || answer.status === 422 || answer.status === 400, String(answer.status));
    assert.ok(!answer.text.includes(real));
    const list = answered(await s.get('/customers', { query: { email: 'real@example.com' } }), 200);
    assert.equal(list.customers.length, 0, 'nothing was created');
  });

  s.test('all faults of a body are told at once', async () => {
    invalid(await s.post('/customers', {}), ['body.name', 'body.email']);
    invalid(await s.post('/customers', { name: 7, email: 'nothing', metadata: 'x' }), ['body.name', 'body.email', 'body.metadata']);
    invalid(await s.post('/customers', { name: 'A', email: 'a@example.com', colour: 'red' }), ['body.colour']);
  });

  for (const email of ['', 'plain', '@example.com', 'a@', 'a b@example.com', 'a@b@c.com', 'a@exam ple.com']) {
    s.test(`${JSON.stringify(email)} is no email`, async () => {
      invalid(await s.post('/customers', { name: 'A', email }), ['body.email']);
    });
  }

  for (const email of ['first.last+tag@sub.example.co.uk', "o'hara@example.com", 'x@example.museum']) {
    s.test(`${email} is an email`, async () => {
      answered(await s.post('/customers', { name: 'A', email }), 200);
    });
  }

  s.test('a customer that does not exist: 404 with that sentence', async () => {
    const body = answered(await s.get('/customers/cus_nobody'), 404);
    assert.equal(body.detail, 'Customer not found.');
    assert.equal(body.error.type, 'invalid_request_error');
    assert.equal(body.error.code, 'resource_missing');
  });

  s.test('names and metadata come back as they were sent', async () => {
    const name = 'Zoë "Quote" \\ Ünïcode 日本 🙂 <b>&amp;';
    const metadata = { 'with space': 'line\nbreak\ttab', empty: 'x', ключ: 'значение' };
    const { customer } = answered(await s.post('/customers', { name, email: 'text@example.com', metadata }), 200);
    const bare = answered(await s.get(`/customers/${customer.id}`), 200);
    assert.equal(bare.name, name);
    assert.deepEqual(bare.metadata, metadata);
  });

  s.test('the list: limit, starting_after, email, newest first, exact has_more', async () => {
    const made = [];
    for (let i = 0; i < 5; i += 1) {
      made.unshift(answered(await s.post('/customers', { name: `L${i}`, email: 'list@example.com' }), 200).customer.id);
    }
    const page = async (query) => answered(await s.get('/customers', { query: { email: 'list@example.com', ...query } }), 200);
    const first = await page({ limit: 2 });
    assert.deepEqual(first.customers.map(({ id }) => id), made.slice(0, 2));
    assert.equal(first.has_more, true);
    const rest = await page({ limit: 3, starting_after: made[1] });
    assert.deepEqual(rest.customers.map(({ id }) => id), made.slice(2));
    assert.equal(rest.has_more, false);
    const none = await page({ starting_after: made[4] });
    assert.deepEqual(none, { customers: [], has_more: false });
  });

  for (const limit of ['0', '101', '-1', 'ten', '1.5']) {
    s.test(`limit=${limit} is refused`, async () => {
      invalid(await s.get('/customers', { query: { limit } }), ['query.limit']);
    });
  }

  s.test('an unknown query parameter is refused', async () => {
    invalid(await s.get('/customers', { query: { colour: 'red' } }), ['query.colour']);
  });
});

suite('unique_email', { env: { STRIPE_LITE_CUSTOMERS_UNIQUE_EMAIL: 'true' } }, (s) => {
  s.test('the second customer with an email is refused with 409', async () => {
    answered(await s.post('/customers', { name: 'First', email: 'same@example.com' }), 200);
    const body = answered(await s.post('/customers', { name: 'Second', email: 'same@example.com' }), 409);
    assert.equal(typeof body.detail, 'string');
    assert.equal(typeof body.error.code, 'string');
  });

  s.test('twenty at once make one', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => s.post('/customers', { name: 'Race', email: 'race@example.com' })));
    const statuses = answers.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [200, ...Array(19).fill(409)]);
  });
});
