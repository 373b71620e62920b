/*
 * sdk_life.test.js: the life of a payment, lived by the official SDK for Node with only its host changed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const cards = require('./support/cards');
const { rejectsWith, tally } = require('./support/expect');
const { suite } = require('./support/suite');
const { authenticate, redirectOf } = require('./support/three_d_secure');

suite('the official SDK for Node', {}, (s) => {
  let customer;

  const paid = (amount, more = {}) => s.stripe.paymentIntents.create({
    amount, currency: 'usd', customer: customer.id, payment_method: customer.invoice_settings.default_payment_method,
    confirm: true, off_session: true, ...more,
  });

  s.test('creates a customer and attaches a card', async () => {
    customer = await s.stripe.customers.create({ name: 'Ada Lovelace', email: 'ada@example.com', metadata: { plan: 'gold' } });
    assert.match(customer.id, /^cus_/);
    assert.equal(customer.livemode, false);
    const method = await s.stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
    assert.match(method.id, /^pm_/);
    assert.notEqual(method.id, 'pm_card_visa');
    assert.equal(method.customer, customer.id);
    assert.equal(method.card.brand, 'visa');
    assert.equal(method.card.last4, '4242');
    customer = await s.stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } });
    assert.equal(customer.invoice_settings.default_payment_method, method.id);
    assert.deepEqual({ ...customer.metadata }, { plan: 'gold' });
  });

  s.test('creates an intent and confirms it', async () => {
    const intent = await s.stripe.paymentIntents.create({ amount: 1999, currency: 'usd', customer: customer.id });
    assert.equal(intent.status, 'requires_payment_method');
    const done = await s.stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa', return_url: 'https://example.com/back' });
    assert.equal(done.status, 'succeeded');
    assert.equal(done.amount_received, 1999);
    const charge = await s.stripe.charges.retrieve(done.latest_charge);
    assert.equal(charge.paid, true);
    assert.equal(charge.captured, true);
    assert.equal(charge.payment_intent, intent.id);
    assert.equal(charge.payment_method_details.card.last4, '4242');
  });

  for (const decline of cards.DECLINES) {
    s.test(`is told ${decline.code} / ${decline.decline_code} by ${decline.payment_method}`, async () => {
      const error = await rejectsWith(s.stripe.paymentIntents.create({
        amount: 500, currency: 'usd', payment_method: decline.payment_method, confirm: true, return_url: 'https://example.com/back',
      }), { statusCode: 402, type: 'card_error', code: decline.code });
      if (decline.decline_code !== decline.code) assert.equal(error.decline_code, decline.decline_code);
      assert.equal(error.payment_intent.status, 'requires_payment_method');
      assert.equal(error.payment_intent.last_payment_error.code, decline.code);
      const charge = await s.stripe.charges.retrieve(error.charge);
      assert.equal(charge.status, 'failed');
      assert.equal(charge.failure_code, decline.code);
      assert.equal(charge.paid, false);
    });
  }

  s.test('attaches the card that declines only when charged', async () => {
    const other = await s.stripe.customers.create({ name: 'Later' });
    const method = await s.stripe.paymentMethods.attach(cards.ATTACHES_THEN_DECLINES.payment_method, { customer: other.id });
    await rejectsWith(s.stripe.paymentIntents.create({
      amount: 500, currency: 'usd', customer: other.id, payment_method: method.id, confirm: true, off_session: true,
    }), { statusCode: 402, code: 'card_declined' });
  });

  s.test('pays again with another card after a decline', async () => {
    const intent = await s.stripe.paymentIntents.create({ amount: 700, currency: 'usd' });
    const confirm = (name) => s.stripe.paymentIntents.confirm(intent.id, { payment_method: name, return_url: 'https://example.com/back' });
    await rejectsWith(confirm('pm_card_chargeDeclined'), { statusCode: 402, code: 'card_declined' });
    assert.equal((await confirm('pm_card_visa')).status, 'succeeded');
    const charges = await s.stripe.charges.list({ payment_intent: intent.id });
    assert.deepEqual(charges.data.map((charge) => charge.status), ['succeeded', 'failed']);
  });

  for (const card of cards.THREE_D_SECURE) {
    s.test(`passes 3-D Secure with the card ending in ${card.number.slice(-4)}`, async () => {
      const intent = await s.stripe.paymentIntents.create({
        amount: 3200, currency: 'usd', payment_method_data: cards.card(card.number), confirm: true, return_url: 'https://example.com/back',
      });
      await authenticate(s, redirectOf(intent), 'complete');
      const done = await s.stripe.paymentIntents.retrieve(intent.id);
      assert.equal(done.status, 'succeeded');
      assert.equal(done.next_action, null);
      assert.equal(done.amount_received, 3200);
    });
  }

  s.test('a failed 3-D Secure asks for another payment method, and the page works once', async () => {
    const intent = await s.stripe.paymentIntents.create({
      amount: 3200, currency: 'usd', payment_method: 'pm_card_threeDSecure2Required', confirm: true, return_url: 'https://example.com/back',
    });
    const page = redirectOf(intent);
    await authenticate(s, page, 'fail');
    const failed = await s.stripe.paymentIntents.retrieve(intent.id);
    assert.equal(failed.status, 'requires_payment_method');
    assert.equal(failed.last_payment_error.code, 'payment_intent_authentication_failure');
    const { pathname, search } = new URL(page);
    await s.request('POST', pathname + search, { key: null, form: { outcome: 'complete' } });
    assert.equal((await s.stripe.paymentIntents.retrieve(intent.id)).status, 'requires_payment_method');
  });

  s.test('captures a part of what was authorized', async () => {
    const intent = await paid(1000, { capture_method: 'manual' });
    assert.equal(intent.status, 'requires_capture');
    assert.equal(intent.amount_capturable, 1000);
    const captured = await s.stripe.paymentIntents.capture(intent.id, { amount_to_capture: 600 });
    assert.equal(captured.status, 'succeeded');
    assert.equal(captured.amount_received, 600);
    assert.equal(captured.amount_capturable, 0);
    assert.equal((await s.stripe.charges.retrieve(captured.latest_charge)).amount_captured, 600);
    await rejectsWith(s.stripe.refunds.create({ payment_intent: intent.id, amount: 601 }), { statusCode: 400, type: 'invalid_request_error' });
  });

  s.test('refunds in parts and is refused one cent more', async () => {
    const intent = await paid(1000);
    const first = await s.stripe.refunds.create({ payment_intent: intent.id, amount: 400, reason: 'requested_by_customer' });
    assert.equal(first.status, 'succeeded');
    assert.equal(first.amount, 400);
    await rejectsWith(s.stripe.refunds.create({ payment_intent: intent.id, amount: 601 }), { statusCode: 400, type: 'invalid_request_error' });
    const rest = await s.stripe.refunds.create({ charge: intent.latest_charge });
    assert.equal(rest.amount, 600);
    const charge = await s.stripe.charges.retrieve(intent.latest_charge);
    assert.equal(charge.amount_refunded, 1000);
    assert.equal(charge.refunded, true);
    await rejectsWith(s.stripe.refunds.create({ charge: charge.id, amount: 1 }), { statusCode: 400, code: 'charge_already_refunded' });
    const list = await s.stripe.refunds.list({ charge: charge.id });
    assert.deepEqual(list.data.map((refund) => refund.amount), [600, 400]);
  });

  s.test('walks 250 customers page by page, each once, newest first', async () => {
    const made = new Set();
    for (let i = 0; i < 10; i += 1) {
      const batch = await Promise.all(Array.from({ length: 25 }, (_, k) =>
        s.stripe.customers.create({ email: 'page@example.com', description: `${i * 25 + k}` })));
      batch.forEach(({ id }) => made.add(id));
    }
    const walked = [];
    for await (const one of s.stripe.customers.list({ email: 'page@example.com', limit: 100 })) walked.push(one);
    assert.equal(walked.length, 250);
    assert.deepEqual(new Set(walked.map(({ id }) => id)), made);
    walked.slice(1).forEach((one, i) => assert.ok(one.created <= walked[i].created, 'newest first'));
    const backwards = await s.stripe.customers.list({ email: 'page@example.com', limit: 3, ending_before: walked[10].id });
    assert.deepEqual(backwards.data.map(({ id }) => id), walked.slice(7, 10).map(({ id }) => id));
  });

  s.test('has_more is exact when the last page is full', async () => {
    const first = await s.stripe.customers.list({ email: 'page@example.com', limit: 100 });
    assert.equal(first.has_more, true);
    const second = await s.stripe.customers.list({ email: 'page@example.com', limit: 100, starting_after: first.data[99].id });
    assert.equal(second.has_more, true);
    const last = await s.stripe.customers.list({ email: 'page@example.com', limit: 50, starting_after: second.data[99].id });
    assert.equal(last.data.length, 50);
    assert.equal(last.has_more, false);
  });

  s.test('expands one level, two levels, and within lists', async () => {
    const intent = await paid(2500, { expand: ['customer', 'latest_charge.balance_transaction', 'payment_method'] });
    assert.equal(intent.customer.object, 'customer');
    assert.equal(intent.payment_method.object, 'payment_method');
    assert.equal(intent.latest_charge.balance_transaction.object, 'balance_transaction');
    assert.equal(intent.latest_charge.balance_transaction.amount, 2500);
    const list = await s.stripe.paymentIntents.list({ limit: 2, customer: customer.id, expand: ['data.customer', 'data.latest_charge'] });
    list.data.forEach((one) => {
      assert.equal(one.customer.id, customer.id);
      assert.equal(one.latest_charge.object, 'charge');
    });
    await rejectsWith(s.stripe.paymentIntents.retrieve(intent.id, { expand: ['nothing_here'] }), { statusCode: 400 });
  });

  s.test('searches', async () => {
    const found = await s.stripe.customers.search({ query: "email:'ada@example.com' AND metadata['plan']:'gold'" });
    assert.deepEqual(found.data.map(({ id }) => id), [customer.id]);
    const none = await s.stripe.customers.search({ query: "email:'nobody@example.com'" });
    assert.equal(none.data.length, 0);
    const intents = await s.stripe.paymentIntents.search({ query: `customer:'${customer.id}' AND status:'succeeded' AND amount>2000` });
    assert.ok(intents.data.length > 0);
    intents.data.forEach((one) => assert.ok(one.amount > 2000 && one.status === 'succeeded'));
    await rejectsWith(s.stripe.customers.search({ query: 'email:' }), { statusCode: 400, type: 'invalid_request_error' });
  });

  s.test('replays a request with the same idempotency key', async () => {
    const key = { idempotencyKey: 'life-replay-1' };
    const first = await s.stripe.customers.create({ name: 'Once' }, key);
    const second = await s.stripe.customers.create({ name: 'Once' }, key);
    assert.equal(second.id, first.id);
    assert.deepEqual(JSON.parse(JSON.stringify(second)), JSON.parse(JSON.stringify(first)));
    assert.equal(first.lastResponse.headers['idempotent-replayed'], undefined);
    assert.equal(second.lastResponse.headers['idempotent-replayed'], 'true');
    assert.notEqual(second.lastResponse.requestId, first.lastResponse.requestId);
    await rejectsWith(s.stripe.customers.create({ name: 'Twice' }, key), { statusCode: 400, type: 'idempotency_error' });
  });

  s.test('fifty requests at once with one key make one charge', async () => {
    const single = s.stripeWith(s.server.secretKey);
    const buyer = await s.stripe.customers.create({ name: 'Impatient', payment_method: 'pm_card_visa' });
    const request = { amount: 4200, currency: 'usd', customer: buyer.id, payment_method: 'pm_card_visa', confirm: true, return_url: 'https://example.com/back' };
    const { fulfilled, rejected } = tally(await Promise.allSettled(Array.from({ length: 50 }, () =>
      single.paymentIntents.create(request, { idempotencyKey: 'life-fifty' }))));
    rejected.forEach((error) => assert.deepEqual([error.statusCode, error.code], [409, 'idempotency_key_in_use'], error.message));
    assert.ok(fulfilled.length >= 1);
    assert.equal(new Set(fulfilled.map(({ id }) => id)).size, 1);
    assert.equal((await s.stripe.charges.list({ customer: buyer.id })).data.length, 1);
    const later = await s.stripe.paymentIntents.create(request, { idempotencyKey: 'life-fifty' });
    assert.equal(later.id, fulfilled[0].id);
    assert.equal((await s.stripe.charges.list({ customer: buyer.id })).data.length, 1);
  });

  s.test('deletes the customer', async () => {
    const gone = await s.stripe.customers.del(customer.id);
    assert.deepEqual([gone.id, gone.object, gone.deleted], [customer.id, 'customer', true]);
    assert.equal((await s.stripe.customers.retrieve(customer.id)).deleted, true);
  });
});
