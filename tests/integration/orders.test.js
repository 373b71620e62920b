/*
 * orders.test.js: sales orders: their shape, their totals in every currency, their numbers, lists, refusals.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered, invalid, refused } = require('./support/expect');
const { suite } = require('./support/suite');

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const YEAR = new Date().getUTCFullYear();

suite('orders', {}, (s) => {
  let customer;
  let count = 0;

  const create = (values, options) => s.post('/api/v1/orders', {
    currency: 'usd', lines: [{ description: 'A book', quantity: 2, unit_price: 12.5 }], ...values,
  }, options);
  const created = async (values, options) => {
    const order = answered(await create(values, options), 200);
    count += 1;
    return order;
  };
  /* Lines whose numbers are written as they stand. */
  const createText = (currency, ...lines) => s.request('POST', '/api/v1/orders', {
    body: `{"currency":"${currency}","lines":[${lines.map(([price, quantity = '1']) => `{"description":"x","quantity":${quantity},"unit_price":${price}}`)}]}`,
    headers: { 'content-type': 'application/json' },
  });

  s.test('the bare order, whole', async () => {
    ({ customer } = answered(await s.post('/customers', { name: 'Ada', email: 'ada@example.com' }), 200));
    const order = await created({
      customer_id: customer.id, metadata: { shop: '7' },
      lines: [{ description: 'A book', quantity: 2, unit_price: 12.5 }, { description: 'A pen', unit_price: 0.99 }],
    });
    assert.match(order.id, /^ord_[0-9A-Za-z]{24}$/);
    assert.match(order.created_at, ISO);
    const { id, created_at: at, ...rest } = order;
    assert.deepEqual(rest, {
      order_number: `ORD-${YEAR}-001`, customer_id: customer.id, status: 'open', payment_status: 'unpaid', currency: 'usd',
      total: 25.99, amount_paid: 0, amount_refunded: 0,
      lines: [
        { description: 'A book', quantity: 2, unit_price: 12.5, amount: 25 },
        { description: 'A pen', quantity: 1, unit_price: 0.99, amount: 0.99 },
      ],
      metadata: { shop: '7' }, livemode: false,
    });
    assert.deepEqual(answered(await s.get(`/api/v1/orders/${id}`), 200), order, at);
  });

  s.test('the next order has the next number', async () => {
    assert.equal((await created({})).order_number, `ORD-${YEAR}-002`);
  });

  s.test('what is refused takes no number', async () => {
    refused(await create({ customer_id: 'cus_nobody' }), 400, { code: 'resource_missing', param: 'customer_id' });
    refused(await createText('usd', ['999999.99', '2']), 400, { code: 'amount_too_large' });
    assert.equal((await created({})).order_number, `ORD-${YEAR}-00${count}`);
  });

  s.test('a deleted customer buys nothing', async () => {
    const gone = await s.stripe.customers.create({});
    await s.stripe.customers.del(gone.id);
    refused(await create({ customer_id: gone.id }), 400, { code: 'resource_missing' });
  });

  s.test('the same key gives the same order, byte for byte', async () => {
    const options = { headers: { 'Idempotency-Key': 'order-1' } };
    const first = await create({}, options);
    count += 1;
    const again = await create({}, options);
    assert.equal(answered(first, 200).order_number, `ORD-${YEAR}-00${count}`);
    assert.equal(again.text, first.text);
    assert.equal(again.headers['idempotent-replayed'], 'true');
  });

  s.test('all faults of a body are told at once', async () => {
    invalid(await s.post('/api/v1/orders', {}), ['body.lines']);
    invalid(await create({ currency: 'zzz', colour: 1, lines: [{ quantity: 0, unit_price: 1 }, { description: '', quantity: 1.5 }] }),
      ['body.currency', 'body.colour', 'body.lines.0.description', 'body.lines.0.quantity', 'body.lines.1.description',
        'body.lines.1.quantity', 'body.lines.1.unit_price']);
    for (const lines of [[], Array.from({ length: 101 }, () => ({ description: 'x', unit_price: 1 })), 'x', {}, null]) {
      assert.equal((await create({ lines })).status, 422);
    }
  });

  const TOTALS = [['usd', [['0.1', '3']], 0.3], ['usd', [['19.990']], 19.99], ['jpy', [['500', '3'], ['1e2']], 1600], ['kwd', [['1.234', '2']], 2.468],
    ['usd', [['0.01', '99999999']], 999999.99], ['usd', [['0']], 0], ['jpy', [['500.0']], 500]];
  for (const [currency, lines, total] of TOTALS) {
    s.test(`lines of ${JSON.stringify(lines)} ${currency} are ${total}`, async () => {
      const order = answered(await createText(currency, ...lines), 200);
      count += 1;
      assert.equal(order.total, total);
      assert.equal(order.currency, currency);
      assert.deepEqual(answered(await s.get(`/api/v1/orders/${order.id}`), 200), order);
    });
  }

  const REFUSED = [['usd', '19.999'], ['jpy', '1.5'], ['kwd', '1.2345'], ['usd', '-1'], ['usd', '"10"'], ['usd', 'null'], ['usd', '1e30'], ['usd', '92233720368547758.08']];
  for (const [currency, price] of REFUSED) {
    s.test(`a price of ${price} ${currency} is refused, never rounded`, async () => {
      invalid(await createText(currency, [price]), ['body.lines.0.unit_price']);
    });
  }

  s.test('a total past 64 bits is refused', async () => {
    refused(await createText('usd', ['90000000000000000.00', '1000000000']), 400, { code: 'amount_too_large', param: 'lines' });
    refused(await createText('usd', ...Array(3).fill(['90000000000000000.00'])), 400, { code: 'amount_too_large' });
  });

  s.test('without a currency it is the configured one', async () => {
    assert.equal((await created({ currency: undefined })).currency, 'usd');
  });

  s.test('an unknown order', async () => {
    const body = answered(await s.get('/api/v1/orders/ord_nothing'), 404);
    assert.equal(body.detail, 'Order not found');
  });

  s.test('lists: newest first, pages, filters', async () => {
    const all = [];
    for (let after; ;) {
      const query = { limit: 3, ...(after && { starting_after: after }) };
      const page = answered(await s.get('/api/v1/orders', { query }), 200);
      assert.deepEqual(Object.keys(page).sort(), ['has_more', 'orders']);
      all.push(...page.orders);
      if (!page.has_more) break;
      after = page.orders.at(-1).id;
    }
    assert.equal(all.length, count);
    const numbers = all.map(({ order_number: number }) => Number(number.split('-')[2]));
    assert.deepEqual(numbers.toSorted((a, b) => b - a), Array.from({ length: count }, (_, i) => count - i));
    all.forEach((order) => assert.ok(order.lines.length > 0, order.id));
    const of = async (query) => answered(await s.get('/api/v1/orders', { query: { limit: 100, ...query } }), 200).orders;
    assert.deepEqual((await of({ customer_id: customer.id })).map(({ customer_id: id }) => id), [customer.id]);
    assert.equal((await of({ payment_status: 'unpaid' })).length, count);
    assert.equal((await of({ payment_status: 'paid' })).length, 0);
    assert.equal((await of({ status: 'open' })).length, count);
    assert.deepEqual((await of({ order_number: `ORD-${YEAR}-002` })).map(({ order_number: number }) => number), [`ORD-${YEAR}-002`]);
    assert.equal((await of({ 'created[gt]': 4102444800 })).length, 0);
    invalid(await s.get('/api/v1/orders', { query: { payment_status: 'lost', colour: 1 } }), ['query.payment_status', 'query.colour']);
  });

  s.test('who may', async () => {
    const writes = await s.server.makeKey({ scope: ['sales:write'] });
    const reads = await s.server.makeKey({ scope: ['sales:read'] });
    const order = await created({}, { key: writes });
    answered(await s.get(`/api/v1/orders/${order.id}`, { key: reads }), 200);
    assert.equal((await create({}, { key: reads })).status, 403);
    assert.equal((await create({}, { key: s.server.publishableKey })).status, 403);
    assert.equal((await create({}, { key: null })).status, 401);
  });

  s.test('another account has numbers of its own', async () => {
    const stranger = await s.server.makeKey({ account: 'acct_2', role: 'admin' });
    const theirs = answered(await create({}, { key: stranger }), 200);
    assert.equal(theirs.order_number, `ORD-${YEAR}-001`);
    assert.equal((await s.get(`/api/v1/orders/${theirs.id}`)).status, 404);
    refused(await create({ customer_id: customer.id }, { key: stranger }), 400, { code: 'resource_missing' });
  });
});
