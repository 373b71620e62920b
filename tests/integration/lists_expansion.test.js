/*
 * lists_expansion.test.js: every list pages alike, every id that may be expanded is.
 *
 * The lists are found in the route table, so a list added tomorrow is walked tomorrow.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered, refused } = require('./support/expect');
const { suite } = require('./support/suite');

suite('lists and expansion', {}, (s) => {
  let customer;
  let intent;

  s.test('something of each kind', async () => {
    customer = await s.stripe.customers.create({ name: 'Lists', payment_method: 'pm_card_visa' });
    const [method] = (await s.stripe.customers.listPaymentMethods(customer.id)).data;
    for (let i = 0; i < 4; i += 1) {
      intent = await s.stripe.paymentIntents.create({
        amount: 1000 + i, currency: 'usd', customer: customer.id, payment_method: method.id, confirm: true, off_session: true,
      });
      await s.stripe.refunds.create({ payment_intent: intent.id, amount: 100 });
      await s.stripe.setupIntents.create({ customer: customer.id });
      await s.stripe.customers.create({ name: `Lists ${i}` });
      await s.stripe.customers.createBalanceTransaction(customer.id, { amount: 100, currency: 'usd' });
    }
  });

  /* Pages through a list by `limit`, forwards; the ids in their order. */
  async function walk(path, limit) {
    const ids = [];
    for (let after; ;) {
      const page = answered(await s.get(path, { query: { limit, ...(after && { starting_after: after }) } }), 200);
      ids.push(...page.data.map(({ id }) => id));
      if (!page.has_more) return ids;
      assert.equal(page.data.length, limit, `${path} says there is more on a page that is not full`);
      after = ids.at(-1);
    }
  }

  s.test('each list of the route table: shape, total order, exact has_more, both directions', async () => {
    const paths = (await s.server.routes())
      .filter(({ method, path }) => method === 'GET' && path.startsWith('/v1/') && !path.endsWith('/search'))
      .map(({ path }) => path.replace(/^\/v1\/customers\/\{[^}]+\}/, `/v1/customers/${customer.id}`))
      .filter((path) => !path.includes('{'));
    let walked = 0;
    for (const path of paths) {
      const answer = await s.get(path, { query: { limit: 100 } });
      if (answer.status !== 200 || answer.json.object !== 'list') continue;
      const { data, url, has_more: more } = answer.json;
      assert.equal(url, path);
      assert.equal(more, false);
      const ids = data.map(({ id }) => id);
      if (ids.length < 2 || ids.some((id) => id === undefined)) continue;
      walked += 1;
      assert.equal(new Set(ids).size, ids.length, `${path} repeats`);
      if (data[0].created !== undefined) data.slice(1).forEach((one, i) => assert.ok(one.created <= data[i].created, `${path} newest first`));
      for (const limit of [1, 3]) assert.deepEqual(await walk(path, limit), ids, `${path} by ${limit}`);
      const back = answered(await s.get(path, { query: { limit: 2, ending_before: ids.at(-1) } }), 200);
      assert.deepEqual(back.data.map(({ id }) => id), ids.slice(0, -1).slice(-2), `${path} backwards`);
      assert.equal(back.has_more, ids.length > 3, `${path} backwards says more`);
      const first = answered(await s.get(path, { query: { ending_before: ids[0] } }), 200);
      assert.deepEqual([first.data, first.has_more], [[], false]);
      refused(await s.get(path, { query: { starting_after: 'nothing_1' } }), 400);
      refused(await s.get(path, { query: { limit: 0 } }), 400, { param: 'limit' });
    }
    assert.ok(walked >= 6, `${walked} lists were walked`);
  });

  const LEVELS = {
    customer: (one) => one.customer.object === 'customer',
    payment_method: (one) => one.payment_method.object === 'payment_method',
    latest_charge: (one) => one.latest_charge.object === 'charge',
    'latest_charge.customer': (one) => one.latest_charge.customer.object === 'customer',
    'latest_charge.balance_transaction': (one) => one.latest_charge.balance_transaction.object === 'balance_transaction',
    'latest_charge.balance_transaction.source': (one) => one.latest_charge.balance_transaction.source.object === 'charge',
    'latest_charge.refunds': (one) => one.latest_charge.refunds.data[0].object === 'refund',
    'latest_charge.payment_intent.customer': (one) => one.latest_charge.payment_intent.customer.object === 'customer',
  };
  for (const [path, fits] of Object.entries(LEVELS)) {
    s.test(`expand[]=${path}`, async () => {
      assert.ok(fits(await s.stripe.paymentIntents.retrieve(intent.id, { expand: [path] })));
    });
  }

  s.test('without expand all of them are ids', async () => {
    const bare = await s.stripe.paymentIntents.retrieve(intent.id);
    for (const name of ['customer', 'payment_method', 'latest_charge']) assert.equal(typeof bare[name], 'string', name);
  });

  s.test('expansion on create, on update and on lists', async () => {
    const refund = await s.stripe.refunds.create({ payment_intent: intent.id, amount: 1, expand: ['charge', 'payment_intent.customer'] });
    assert.equal(refund.charge.object, 'charge');
    assert.equal(refund.payment_intent.customer.object, 'customer');
    const changed = await s.stripe.paymentIntents.update(intent.id, { description: 'x', expand: ['customer'] });
    assert.equal(changed.customer.id, customer.id);
    const list = await s.stripe.charges.list({ customer: customer.id, expand: ['data.customer', 'data.balance_transaction.source', 'data.payment_intent.payment_method'] });
    assert.equal(list.data.length, 4);
    list.data.forEach((one) => {
      assert.equal(one.customer.id, customer.id);
      assert.equal(one.balance_transaction.source.id, one.id);
      assert.equal(one.payment_intent.payment_method.object, 'payment_method');
    });
  });

  s.test('null expands to null', async () => {
    const made = await s.stripe.paymentIntents.create({ amount: 100, currency: 'usd', expand: ['customer', 'latest_charge'] });
    assert.deepEqual([made.customer, made.latest_charge], [null, null]);
  });

  s.test('a deleted customer expands to its tombstone', async () => {
    const gone = await s.stripe.customers.create({});
    const made = await s.stripe.paymentIntents.create({ amount: 100, currency: 'usd', customer: gone.id });
    await s.stripe.customers.del(gone.id);
    const seen = await s.stripe.paymentIntents.retrieve(made.id, { expand: ['customer'] });
    assert.deepEqual([seen.customer.id, seen.customer.deleted], [gone.id, true]);
  });

  for (const path of ['amount', 'nothing', 'customer.nothing', 'data.customer', 'latest_charge.payment_intent.latest_charge.payment_intent.customer', '', '.', 'customer..']) {
    s.test(`expand[]=${path || '(empty)'} is refused`, async () => {
      refused(await s.get(`/v1/payment_intents/${intent.id}`, { query: { expand: [path] } }), 400, { type: 'invalid_request_error' });
    });
  }

  s.test('a payment with a property that cannot be expanded is refused before it moves money, or recorded', async () => {
    const body = { amount: 700, currency: 'usd', confirm: true, payment_method: 'pm_card_visa', return_url: 'https://example.com/back' };
    const before = (await s.stripe.charges.list({ limit: 100 })).data.length;
    for (const path of ['a.b.c.d.e', 'customer.', '']) {
      refused(await s.post('/v1/payment_intents', { ...body, expand: [path] }), 400, { type: 'invalid_request_error' });
    }
    assert.equal((await s.stripe.charges.list({ limit: 100 })).data.length, before);
    const paid = answered(await s.post('/v1/payment_intents', { ...body, expand: ['nothing'] }), 200);
    assert.equal(paid.status, 'succeeded');
    assert.equal((await s.stripe.paymentIntents.retrieve(paid.id)).status, 'succeeded');
  });

  s.test('a weaker key expands no more than it may retrieve', async () => {
    const key = await s.server.makeKey({ scope: ['payment_intents:read', 'charges:read'] });
    const seen = answered(await s.get(`/v1/payment_intents/${intent.id}`, { key, query: { expand: ['latest_charge'] } }), 200);
    assert.equal(seen.latest_charge.object, 'charge');
    refused(await s.get(`/v1/payment_intents/${intent.id}`, { key, query: { expand: ['latest_charge.customer'] } }), 403);
    const page = { key: s.server.publishableKey, query: { client_secret: intent.client_secret, expand: ['customer'] } };
    refused(await s.get(`/v1/payment_intents/${intent.id}`, page), 403, { code: 'secret_key_required' });
    assert.equal(answered(await s.get(`/v1/payment_intents/${intent.id}`, { ...page, query: { ...page.query, expand: [] } }), 200).id, intent.id);
  });
});
