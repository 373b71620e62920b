/*
 * lite_payments.test.js: the short payment routes, each alias and each refusal, and money read exactly.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const cards = require('./support/cards');
const { answered, invalid } = require('./support/expect');
const { suite } = require('./support/suite');
const { authenticate } = require('./support/three_d_secure');

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

suite('the payment routes', {}, (s) => {
  let customer;

  const create = (values, options) => s.post('/payments/create_charge', {
    customer_id: customer.id, amount: 100, payment_method: 'pm_card_visa', ...values,
  }, options);
  const charged = async (values) => answered(await create(values), 200).charge;
  /* A body whose amount is written as it stands, for decimal texts JSON.stringify would change. */
  const createText = (amount, currency) => s.request('POST', '/payments/create_charge', {
    body: `{"customer_id":"${customer.id}","payment_method":"pm_card_visa","amount":${amount},"currency":"${currency}"}`,
    headers: { 'content-type': 'application/json' },
  });

  s.test('a customer to charge', async () => {
    ({ customer } = answered(await s.post('/customers', { name: 'Ada', email: 'ada@example.com', payment_info: 'pm_card_visa' }), 200));
  });

  for (const path of ['/payments/create_charge', '/payments/create']) {
    s.test(`POST ${path} charges`, async () => {
      const body = answered(await s.post(path, {
        customer_id: customer.id, amount: 19.99, payment_method: 'pm_card_visa', description: 'A book', metadata: { order: '7' },
      }), 200);
      assert.equal(body.status, 'success');
      const { charge } = body;
      assert.match(charge.id, /^ch_/);
      assert.match(charge.created_at, ISO);
      assert.equal(typeof charge.gateway_reference, 'string');
      const expected = {
        customer_id: customer.id, amount: 19.99, currency: 'usd', status: 'succeeded', amount_refunded: 0, refunds: [],
        failure_code: null, failure_message: null, gateway: 'simulator', description: 'A book', metadata: { order: '7' },
      };
      for (const [name, value] of Object.entries(expected)) assert.deepEqual(charge[name], value, name);
      assert.deepEqual(answered(await s.get(`/payments/${charge.id}`), 200), charge);
    });
  }

  s.test('both faces see one charge', async () => {
    const charge = await charged({ amount: 12.34 });
    const same = await s.stripe.charges.retrieve(charge.id);
    assert.equal(same.amount, 1234);
    assert.equal(same.customer, customer.id);
    assert.equal(same.status, 'succeeded');
  });

  s.test('payment_method default is the customer\'s own', async () => {
    assert.equal((await charged({ payment_method: 'default' })).status, 'succeeded');
    const { customer: bare } = answered(await s.post('/customers', { name: 'No card', email: 'none@example.com' }), 200);
    const answer = await create({ customer_id: bare.id, payment_method: 'default' });
    assert.ok([400, 402].includes(answer.status), answer.text);
    assert.equal(typeof answer.json.error.code, 'string');
  });

  for (const card of cards.DECLINES) {
    s.test(`card_${card.number.slice(-4)} is declined with ${card.code}`, async () => {
      const body = answered(await create({ payment_method: `card_${card.number.slice(-4)}` }), 402);
      assert.equal(body.error.type, 'card_error');
      assert.equal(body.error.code, card.code);
      if (card.decline_code !== card.code) assert.equal(body.error.decline_code, card.decline_code);
      assert.equal(body.error.charge.status, 'failed');
      assert.equal(body.error.charge.failure_code, card.code);
      assert.equal(body.detail, body.error.message);
      const kept = answered(await s.get(`/payments/${body.error.charge.id}`), 200);
      assert.equal(kept.status, 'failed');
      assert.equal(typeof kept.failure_message, 'string');
    });
  }

  s.test('a card that needs authentication: requires_action, then the page', async () => {
    const body = answered(await create({ payment_method: 'card_3220' }), 200);
    assert.equal(body.status, 'requires_action');
    assert.equal(body.charge.status, 'requires_action');
    await authenticate(s, body.next_action.redirect_to_url.url, 'complete');
    assert.equal(answered(await s.get(`/payments/${body.charge.id}`), 200).status, 'succeeded');
  });

  s.test('an unknown customer is 400 resource_missing', async () => {
    const body = answered(await create({ customer_id: 'cus_nobody' }), 400);
    assert.equal(body.error.code, 'resource_missing');
    assert.equal(typeof body.detail, 'string');
  });

  s.test('all faults of a body are told at once', async () => {
    invalid(await s.post('/payments/create_charge', {}), ['body.customer_id', 'body.amount', 'body.payment_method']);
    invalid(await create({ amount: 'ten', currency: 'zzz', colour: 1 }), ['body.amount', 'body.currency', 'body.colour']);
  });

  const REFUSED = [['19.999', 'usd'], ['0', 'usd'], ['-1', 'usd'], ['0.001', 'usd'], ['1.5', 'jpy'], ['1.2345', 'kwd'], ['1e-3', 'usd'],
    ['true', 'usd'], ['"10"', 'usd'], ['null', 'usd'], ['[1]', 'usd'], ['1e30', 'usd'], ['92233720368547758.08', 'usd']];
  for (const [text, currency] of REFUSED) {
    s.test(`amount ${text} ${currency} is refused, never rounded`, async () => {
      const answer = await createText(text, currency);
      assert.ok([400, 422].includes(answer.status), `${answer.status} ${answer.text.slice(0, 300)}`);
      if (/^(19|1\.5|1\.2|-1|0\.001|true|"|null|\[|1e-3)/.test(text)) invalid(answer, ['body.amount']);
    });
  }

  const READ = [['19.990', 'usd', 1999], ['1e2', 'usd', 10000], ['1E+2', 'usd', 10000], ['1234e-2', 'usd', 1234], ['100.00', 'usd', 10000],
    ['0.50', 'usd', 50], ['500', 'jpy', 500], ['500.0', 'jpy', 500], ['1.234', 'kwd', 1234], ['4503599627370.49', 'usd', null], ['999999.99', 'usd', 99999999]];
  for (const [text, currency, minor] of READ) {
    s.test(`amount ${text} ${currency} is ${minor === null ? 'too large, and said so' : `${minor} minor units`}`, async () => {
      const answer = await createText(text, currency);
      if (minor === null) {
        assert.equal(answered(answer, 400).error.code, 'amount_too_large');
        return;
      }
      const { charge } = answered(answer, 200);
      assert.equal((await s.stripe.charges.retrieve(charge.id)).amount, minor);
      assert.equal(charge.currency, currency);
    });
  }

  s.test('less than the least amount is amount_too_small', async () => {
    assert.equal(answered(await createText('0.49', 'usd'), 400).error.code, 'amount_too_small');
  });

  for (const [name, refund] of [
    ['/payments/refund_charge', (id, more) => s.post('/payments/refund_charge', { charge_id: id, ...more })],
    ['/payments/{charge_id}/refund', (id, more) => s.post(`/payments/${id}/refund`, more)],
  ]) {
    s.test(`POST ${name} refunds in parts, the rest, and no more`, async () => {
      const charge = await charged({ amount: 100.1 });
      const first = answered(await refund(charge.id, { amount: 40.05, reason: 'requested_by_customer' }), 200);
      assert.equal(first.status, 'success');
      assert.equal(first.refund_details.status, 'partially_refunded');
      assert.equal(first.refund_details.amount_refunded, 40.05);
      assert.equal(first.refund_details.refund.amount, 40.05);
      assert.match(first.refund_details.refund.id, /^re_/);
      answered(await refund(charge.id, { amount: 60.06 }), 400);
      const rest = answered(await refund(charge.id, {}), 200);
      assert.equal(rest.refund_details.status, 'refunded');
      assert.equal(rest.refund_details.refund.amount, 60.05);
      assert.equal(rest.refund_details.amount_refunded, 100.1);
      assert.deepEqual(rest.refund_details.refunds.map(({ amount }) => amount).sort(), [40.05, 60.05]);
      assert.equal(answered(await refund(charge.id, {}), 400).error.code, 'charge_already_refunded');
    });

    s.test(`POST ${name} of an unknown charge is 404, of nonsense 422`, async () => {
      answered(await refund('ch_nothing', {}), 404);
      const charge = await charged({});
      invalid(await refund(charge.id, { amount: 1.001 }), ['body.amount']);
      invalid(await refund(charge.id, { amount: 0 }), ['body.amount']);
    });
  }

  s.test('the list with its filters', async () => {
    const { customer: other } = answered(await s.post('/customers', { name: 'Lister', email: 'lister@example.com' }), 200);
    const ids = [];
    for (const amount of [1, 2, 3]) ids.unshift((await charged({ customer_id: other.id, amount })).id);
    await create({ customer_id: other.id, payment_method: 'card_0002' });
    await s.post('/payments/refund_charge', { charge_id: ids[2] });
    const list = async (query) => answered(await s.get('/payments', { query: { customer_id: other.id, ...query } }), 200);
    assert.equal((await list({})).payments.length, 4);
    assert.deepEqual((await list({ status: 'succeeded' })).payments.map(({ id }) => id), ids.slice(0, 2));
    assert.deepEqual((await list({ status: 'refunded' })).payments.map(({ id }) => id), [ids[2]]);
    assert.equal((await list({ status: 'failed' })).payments.length, 1);
    const page = await list({ limit: 3 });
    assert.equal(page.has_more, true);
    assert.equal((await list({ limit: 3, starting_after: page.payments[2].id })).payments.length, 1);
    assert.equal((await list({ created: { gt: Math.floor(Date.now() / 1000) + 60 } })).payments.length, 0);
    assert.equal((await list({ created: { gte: '2020-01-01T00:00:00Z' } })).payments.length, 4);
    invalid(await s.get('/payments', { query: { status: 'wonderful' } }), ['query.status']);
  });

  s.test('an unknown charge is 404', async () => {
    const body = answered(await s.get('/payments/ch_nothing'), 404);
    assert.equal(typeof body.detail, 'string');
    assert.equal(body.error.code, 'resource_missing');
  });

  s.test('a decline is replayed as it was, and charged once', async () => {
    const options = { headers: { 'Idempotency-Key': 'lite-decline' } };
    const first = await create({ payment_method: 'card_0002' }, options);
    const second = await create({ payment_method: 'card_0002' }, options);
    assert.equal(first.status, 402);
    assert.equal(second.status, 402);
    assert.equal(second.text, first.text);
    assert.equal(first.headers['idempotent-replayed'], undefined);
    assert.equal(second.headers['idempotent-replayed'], 'true');
  });

  s.test('an alias path with the same key is another request', async () => {
    const body = { customer_id: customer.id, amount: 5, payment_method: 'pm_card_visa' };
    const options = { headers: { 'Idempotency-Key': 'lite-alias' } };
    answered(await s.post('/payments/create_charge', body, options), 200);
    assert.equal(answered(await s.post('/payments/create', body, options), 400).error.type, 'idempotency_error');
  });
});
