/*
 * orders_payments.test.js: an order is paid: the intent, the browser's part by Stripe's SDK, the record, refunds; and every refusal.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered, invalid, refused } = require('./support/expect');
const { until } = require('./support/poll');
const { suite } = require('./support/suite');
const { authenticate, redirectOf } = require('./support/three_d_secure');

const PAY = '/api/v1/payments/stripe';
const YEAR = new Date().getUTCFullYear();

suite('orders and their payments', {}, (s) => {
  let paid;
  let numbers = 0;

  const order = async (values) => answered(await s.post('/api/v1/orders', {
    currency: 'usd', lines: [{ description: 'A book', quantity: 1, unit_price: 100 }], ...values,
  }), 200);
  const read = async ({ id }) => answered(await s.get(`/api/v1/orders/${id}`), 200);
  const intend = async (values) => answered(await s.post(`${PAY}/create-intent`, values), 200);
  /* What the browser does: the publishable key and the client secret, nothing else. */
  const browser = () => s.stripeWith(s.server.publishableKey);
  const confirmAs = (intent, method = 'pm_card_visa') => browser().paymentIntents.confirm(intent.payment_intent_id, {
    client_secret: intent.client_secret, payment_method: method, return_url: 'https://example.com/back',
  });
  const record = (intent, { id }) => s.post(`${PAY}/confirm`, { payment_intent_id: intent.payment_intent_id, order_id: id });
  const recorded = async (intent, one) => {
    numbers += 1;
    return answered(await record(intent, one), 200);
  };
  /* An order and its payment, both as they are afterwards. */
  const payOrder = async (values) => {
    const one = await order(values);
    const intent = await intend({ order_id: one.id });
    await confirmAs(intent);
    const payment = await recorded(intent, one);
    return { order: await read(one), intent, payment };
  };
  const refund = (payment, values = {}) => s.post(`${PAY}/refund/${payment.id}`, values);

  s.test('the key for browsers is told to everyone', async () => {
    assert.deepEqual(answered(await s.get(`${PAY}/config`, { key: null }), 200), { publishable_key: s.server.publishableKey });
  });

  s.test('the life of an order', async () => {
    const customer = await s.stripe.customers.create({ name: 'Ada', email: 'ada@example.com' });
    const one = await order({ customer_id: customer.id, lines: [{ description: 'A book', quantity: 3, unit_price: 33.33 }] });
    const intent = await intend({ order_id: one.id, amount: 99.99, currency: 'usd', receipt_email: 'ada@example.com', metadata: { shop: '7', order_id: 'ord_other' } });
    assert.deepEqual(intent, {
      client_secret: intent.client_secret, payment_intent_id: intent.payment_intent_id, publishable_key: s.server.publishableKey,
      amount: 99.99, currency: 'usd',
    });
    assert.ok(intent.client_secret.startsWith(`${intent.payment_intent_id}_secret_`));
    const seen = await s.stripe.paymentIntents.retrieve(intent.payment_intent_id);
    assert.equal(seen.amount, 9999);
    assert.equal(seen.customer, customer.id);
    assert.equal(seen.receipt_email, 'ada@example.com');
    assert.match(seen.description, new RegExp(one.order_number));
    assert.deepEqual(seen.metadata, { shop: '7', order_id: one.id, order_number: one.order_number });

    const early = answered(await record(intent, one), 400);
    assert.equal(early.detail, 'Payment not successful. Status: requires_payment_method');
    assert.equal((await confirmAs(intent)).status, 'succeeded');
    const payment = await recorded(intent, one);
    assert.match(payment.id, /^opay_/);
    assert.equal(payment.payment_number, `PAY-${YEAR}-001`);
    const charge = (await s.stripe.paymentIntents.retrieve(intent.payment_intent_id)).latest_charge;
    const expected = {
      order_id: one.id, order_number: one.order_number, customer_id: customer.id, amount: 99.99, currency: 'usd', status: 'completed',
      method: 'stripe', amount_refunded: 0,
    };
    for (const [name, value] of Object.entries(expected)) assert.equal(payment[name], value, name);
    const details = { gateway: 'simulator', payment_intent_id: intent.payment_intent_id, charge_id: charge, status: 'succeeded' };
    for (const [name, value] of Object.entries(details)) assert.equal(payment.gateway_details[name], value, name);
    assert.equal(typeof payment.gateway_details.reference, 'string');
    const after = await read(one);
    assert.deepEqual([after.status, after.payment_status, after.amount_paid], ['completed', 'paid', 99.99]);
    assert.deepEqual(answered(await record(intent, one), 200), payment, 'the second time it is the same record');
    paid = { order: after, intent, payment };
  });

  s.test('refunds: a part, too much, the rest, once more', async () => {
    const part = answered(await refund(paid.payment, { amount: 40, reason: 'requested_by_customer' }), 200);
    assert.equal(part.status, 'success');
    assert.deepEqual([part.payment.id, part.payment.status, part.payment.amount_refunded], [paid.payment.id, 'partially_refunded', 40]);
    assert.match(part.refund.id, /^re_/);
    assert.deepEqual([part.refund.amount, part.refund.currency, part.refund.status, part.refund.reason], [40, 'usd', 'succeeded', 'requested_by_customer']);
    let seen = await read(paid.order);
    assert.deepEqual([seen.payment_status, seen.amount_refunded], ['partially_refunded', 40]);
    refused(await refund(paid.payment, { amount: 60 }), 400, { code: 'amount_too_large' });
    invalid(await refund(paid.payment, { reason: 'whim' }), ['body.reason']);
    for (const amount of [0, -1, 1.001, '5']) assert.equal((await refund(paid.payment, { amount })).status, 422, `${amount}`);
    const rest = answered(await refund(paid.payment), 200);
    assert.deepEqual([rest.payment.status, rest.payment.amount_refunded, rest.refund.amount], ['refunded', 99.99, 59.99]);
    seen = await read(paid.order);
    assert.deepEqual([seen.payment_status, seen.amount_refunded, seen.status], ['refunded', 99.99, 'completed']);
    refused(await refund(paid.payment), 400, { code: 'charge_already_refunded' });
    assert.equal(answered(await refund({ id: 'opay_nothing' }), 404).detail, 'Payment not found');
    assert.equal(answered(await record(paid.intent, paid.order), 200).status, 'refunded');
  });

  s.test('an intent without an order', async () => {
    const intent = await intend({ amount: 12.34, currency: 'eur', description: 'A gift' });
    assert.deepEqual([intent.amount, intent.currency], [12.34, 'eur']);
    invalid(await s.post(`${PAY}/create-intent`, { currency: 'eur' }), ['body.amount']);
    await confirmAs(intent);
    const one = await order({ currency: 'eur', lines: [{ description: 'x', unit_price: 12.34 }] });
    refused(await record(intent, one), 400, { code: 'payment_intent_mismatch', param: 'payment_intent_id' });
  });

  s.test('an amount, currency or customer that is not the order\'s', async () => {
    const [ada, bob] = await Promise.all([s.stripe.customers.create({}), s.stripe.customers.create({})]);
    const one = await order({ customer_id: ada.id });
    const create = (values) => s.post(`${PAY}/create-intent`, { order_id: one.id, ...values });
    refused(await create({ amount: 99.99 }), 400, { param: 'amount' });
    refused(await create({ amount: 100.01, currency: 'usd' }), 400, { param: 'amount' });
    refused(await create({ amount: 100, currency: 'eur' }), 400, { param: 'currency' });
    refused(await create({ customer_id: bob.id }), 400, { param: 'customer_id' });
    invalid(await create({ amount: 100.001 }), ['body.amount']);
    invalid(await create({ amount: 'all', receipt_email: 'nowhere' }), ['body.receipt_email']);
    assert.equal(answered(await s.post(`${PAY}/create-intent`, { order_id: 'ord_nothing', amount: 1 }), 404).detail, 'Order not found');
    refused(await s.post(`${PAY}/create-intent`, { amount: 10, customer_id: 'cus_nobody' }), 400, { code: 'resource_missing', param: 'customer_id' });
    refused(await s.post(`${PAY}/create-intent`, { amount: 0.1, currency: 'usd' }), 400, { code: 'amount_too_small' });
    assert.equal((await read(one)).payment_status, 'unpaid');
  });

  s.test('what confirm refuses', async () => {
    const [one, other] = [await order({}), await order({})];
    const intent = await intend({ order_id: one.id });
    await confirmAs(intent);
    refused(await record(intent, other), 400, { code: 'payment_intent_mismatch' });
    assert.equal(answered(await record(intent, { id: 'ord_nothing' }), 404).detail, 'Order not found');
    refused(await record({ payment_intent_id: 'pi_nothing' }, one), 400, { code: 'resource_missing', param: 'payment_intent_id' });
    invalid(await s.post(`${PAY}/confirm`, {}), ['body.payment_intent_id', 'body.order_id']);
    const stranger = await s.server.makeKey({ account: 'acct_2', role: 'admin' });
    assert.ok([400, 404].includes((await s.post(`${PAY}/confirm`, { payment_intent_id: intent.payment_intent_id, order_id: one.id }, { key: stranger })).status));
    const payment = await recorded(intent, one);
    assert.equal((await s.post(`${PAY}/refund/${payment.id}`, {}, { key: stranger })).status, 404);
    assert.equal((await read(other)).payment_status, 'unpaid');
    refused(await s.post(`${PAY}/create-intent`, { order_id: one.id }), 400, { code: 'order_already_paid' });
  });

  s.test('an intent over another amount pays no order, whatever its metadata say', async () => {
    const one = await order({});
    const intent = await s.stripe.paymentIntents.create({
      amount: 50, currency: 'usd', confirm: true, payment_method: 'pm_card_visa', return_url: 'https://example.com/back', metadata: { order_id: one.id },
    });
    refused(await record({ payment_intent_id: intent.id }, one), 400, { code: 'payment_intent_mismatch' });
    assert.equal((await read(one)).payment_status, 'unpaid');
  });

  s.test('a declined card leaves the order unpaid, the next one pays it', async () => {
    const one = await order({});
    const intent = await intend({ order_id: one.id });
    await assert.rejects(confirmAs(intent, 'pm_card_chargeDeclined'), { code: 'card_declined' });
    assert.equal(answered(await record(intent, one), 400).detail, 'Payment not successful. Status: requires_payment_method');
    assert.equal((await read(one)).payment_status, 'unpaid');
    await confirmAs(intent);
    assert.equal((await recorded(intent, one)).status, 'completed');
  });

  s.test('3-D Secure: not successful before, successful after', async () => {
    const one = await order({});
    const intent = await intend({ order_id: one.id });
    const asked = await confirmAs(intent, 'pm_card_threeDSecure2Required');
    assert.equal(answered(await record(intent, one), 400).detail, 'Payment not successful. Status: requires_action');
    await authenticate(s, redirectOf(asked), 'complete');
    assert.equal((await recorded(intent, one)).status, 'completed');
    assert.equal((await read(one)).payment_status, 'paid');
  });

  s.test('nobody confirms: the order is paid all the same', async () => {
    const one = await order({});
    const intent = await intend({ order_id: one.id });
    await confirmAs(intent);
    const seen = await until('the order is paid', async () => {
      const now = await read(one);
      return now.payment_status === 'paid' && now;
    });
    assert.equal(seen.amount_paid, 100);
    const payment = await recorded(intent, one);
    assert.equal(payment.payment_number, `PAY-${YEAR}-${String(numbers).padStart(3, '0')}`);
  });

  s.test('the gateway\'s answer was lost: confirm asks it', async () => {
    const faults = (rate) => s.post('/v1/test_helpers/simulator', { drop_answer_rate: rate });
    const one = await order({});
    const intent = await intend({ order_id: one.id });
    answered(await faults(1), 200);
    assert.equal((await confirmAs(intent)).status, 'processing');
    answered(await faults(0), 200);
    const payment = await recorded(intent, one);
    assert.deepEqual([payment.status, payment.gateway_details.status], ['completed', 'succeeded']);
    assert.equal((await read(one)).payment_status, 'paid');
  });

  s.test('a refund that fails later gives the order its money back', async () => {
    const one = await order({});
    const intent = await intend({ order_id: one.id });
    await confirmAs(intent, 'pm_card_refundFail');
    const payment = await recorded(intent, one);
    const answer = answered(await refund(payment, { amount: 30 }), 200);
    assert.deepEqual([answer.status, answer.refund.status, answer.payment.amount_refunded], ['pending', 'pending', 30]);
    assert.equal((await read(one)).payment_status, 'partially_refunded');
    const seen = await until('the refund has failed', async () => {
      const now = await read(one);
      return now.payment_status === 'paid' && now;
    });
    assert.equal(seen.amount_refunded, 0);
    assert.equal(answered(await record(intent, one), 200).status, 'completed');
  });

  s.test('refunds made elsewhere reach the order', async () => {
    const { order: one, intent } = await payOrder({});
    await s.stripe.refunds.create({ payment_intent: intent.payment_intent_id, amount: 2500 });
    await until('the order is refunded in part', async () => (await read(one)).payment_status === 'partially_refunded');
    const charge = answered(await record(intent, one), 200).gateway_details.charge_id;
    answered(await s.post('/payments/refund_charge', { charge_id: charge }), 200);
    await until('the order is refunded', async () => (await read(one)).payment_status === 'refunded');
    assert.equal((await read(one)).amount_refunded, 100);
  });

  s.test('POST /stripe/refunds: by charge, by intent, bounded', async () => {
    const { order: one, intent, payment } = await payOrder({});
    const charge = payment.gateway_details.charge_id;
    const create = (values) => s.post('/stripe/refunds', values);
    const first = answered(await create({ charge, amount: 30.5, reason: 'duplicate', metadata: { why: 'twice' } }), 200);
    assert.deepEqual([first.amount, first.currency, first.status, first.charge_id, first.payment_intent_id, first.reason],
      [30.5, 'usd', 'succeeded', charge, intent.payment_intent_id, 'duplicate']);
    assert.deepEqual((await s.stripe.refunds.retrieve(first.id)).metadata, { why: 'twice' });
    assert.equal((await read(one)).amount_refunded, 30.5, 'the order knows at once');
    refused(await create({ payment_intent: intent.payment_intent_id, amount: 69.51 }), 400, { code: 'amount_too_large' });
    assert.equal(answered(await create({ payment_intent: intent.payment_intent_id }), 200).amount, 69.5);
    assert.equal((await read(one)).payment_status, 'refunded');
    refused(await create({ charge }), 400, { code: 'charge_already_refunded' });
    refused(await create({ charge, payment_intent: intent.payment_intent_id }), 400, { code: 'parameters_exclusive' });
    refused(await create({ charge: 'ch_nothing' }), 400, { code: 'resource_missing', param: 'charge' });
    refused(await create({ payment_intent: 'pi_nothing' }), 400, { code: 'resource_missing', param: 'payment_intent' });
    invalid(await create({}), ['body.charge']);
    const open = await intend({ amount: 10 });
    refused(await create({ payment_intent: open.payment_intent_id }), 400, { code: 'payment_intent_unexpected_state' });
  });

  const CURRENCIES = [['jpy', '500', 3, 1500, 700], ['kwd', '1.234', 2, 2.468, 1.001], ['usd', '0.25', 2, 0.5, 0.01]];
  for (const [currency, price, quantity, total, part] of CURRENCIES) {
    s.test(`an order in ${currency}: paid, refunded in part`, async () => {
      const { order: one, intent, payment } = await payOrder({ currency, lines: [{ description: 'x', quantity, unit_price: Number(price) }] });
      assert.deepEqual([one.total, intent.amount, payment.amount, payment.currency, one.amount_paid], [total, total, total, currency, total]);
      const { refund: back } = answered(await refund(payment, { amount: part }), 200);
      assert.deepEqual([back.amount, back.currency], [part, currency]);
      assert.equal((await read(one)).amount_refunded, part);
    });
  }

  s.test('who may', async () => {
    const one = await order({});
    const writes = await s.server.makeKey({ scope: ['sales:write'] });
    const reads = await s.server.makeKey({ scope: ['sales:read'] });
    const create = (key) => s.post(`${PAY}/create-intent`, { order_id: one.id }, { key });
    assert.equal((await create(reads)).status, 403);
    assert.equal((await create(s.server.publishableKey)).status, 403);
    assert.equal((await create(null)).status, 401);
    const intent = answered(await create(writes), 200);
    await confirmAs(intent);
    const confirm = (key) => s.post(`${PAY}/confirm`, { payment_intent_id: intent.payment_intent_id, order_id: one.id }, { key });
    assert.equal((await confirm(reads)).status, 403);
    numbers += 1;
    const payment = answered(await confirm(writes), 200);
    assert.equal((await s.post(`${PAY}/refund/${payment.id}`, {}, { key: writes })).status, 403, 'refunds are a permission of their own');
  });
});
