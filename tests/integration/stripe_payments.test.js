/*
 * stripe_payments.test.js: the routes of both faces with Stripe as their gateway, by Stripe's own client.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered, refused, rejectsWith } = require('./support/expect');
const { until } = require('./support/poll');
const { stripeSuite, booksAgree } = require('./support/stripe_suite');
const { suite } = require('./support/suite');

const NO_REDIRECTS = { automatic_payment_methods: { enabled: true, allow_redirects: 'never' } };
const RETURN = { return_url: 'https://shop.example.com/back' };

stripeSuite('payments at Stripe', {}, (s, upstream) => {
  const pay = (more) => s.stripe.paymentIntents.create({ amount: 1999, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, ...NO_REDIRECTS, ...more });
  const chargeOf = (intent) => s.stripe.charges.retrieve(intent.latest_charge, { expand: ['balance_transaction'] });
  const asked = (path) => upstream.requests.filter((one) => one.method === 'POST' && one.path === path).at(-1);

  s.test('a payment: what Stripe is asked, and what comes of it', async () => {
    const intent = await pay({ description: 'Two books', metadata: { order: '17' }, statement_descriptor_suffix: 'BOOKS' });
    assert.equal(intent.status, 'succeeded');
    const { params, headers, key } = asked('/v1/payment_intents');
    const { metadata, payment_method: method, return_url: back, ...rest } = params;
    assert.ok(back.startsWith(`${s.server.url.origin}/gateway_stripe/return/`), back);
    assert.deepEqual(rest, {
      amount: '1999', currency: 'usd', capture_method: 'automatic', confirm: 'true', description: 'Two books', statement_descriptor_suffix: 'BOOKS',
      payment_method_types: ['card'], expand: ['latest_charge.balance_transaction'],
    });
    assert.deepEqual(metadata, { order: '17', stripe_lite_attempt: key });
    assert.match(key, /^pay_\w+$/);
    assert.match(headers['stripe-version'], /^\d{4}-\d\d-\d\d/);
    assert.ok(upstream.objects.methods.has(method));
    const charge = await chargeOf(intent);
    assert.equal(charge.balance_transaction.fee, 58, "Stripe's own fee");
    assert.equal(charge.payment_method_details.card.last4, '4242');
    await booksAgree(s, upstream);
  });

  s.test('authorized now, captured in part later, refunded', async () => {
    const { id } = await pay({ capture_method: 'manual' });
    const captured = await s.stripe.paymentIntents.capture(id, { amount_to_capture: 1500 });
    assert.deepEqual([captured.status, captured.amount_received], ['succeeded', 1500]);
    const refund = await s.stripe.refunds.create({ payment_intent: id, amount: 500, reason: 'duplicate' });
    assert.equal(refund.status, 'succeeded');
    await rejectsWith(s.stripe.refunds.create({ payment_intent: id, amount: 1001 }), { statusCode: 400 });
    await s.stripe.refunds.create({ payment_intent: id });
    assert.equal((await s.stripe.charges.retrieve(captured.latest_charge)).refunded, true);
    await booksAgree(s, upstream);
  });

  s.test('authorized and canceled', async () => {
    const { id } = await pay({ capture_method: 'manual' });
    assert.equal((await s.stripe.paymentIntents.cancel(id)).status, 'canceled');
    await rejectsWith(s.stripe.paymentIntents.capture(id), { statusCode: 400, code: 'payment_intent_unexpected_state' });
    await booksAgree(s, upstream);
  });

  s.test('a decline has the codes of Stripe', async () => {
    for (const [method, code, decline_code] of [
      ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
      ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
      ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
    ]) {
      const error = await rejectsWith(pay({ payment_method: method }), { statusCode: 402, type: 'card_error', code, decline_code });
      assert.equal(error.payment_intent.status, 'requires_payment_method');
    }
    await booksAgree(s, upstream);
  });

  s.test('a customer is made at Stripe once, keeps cards there, and pays off session', async () => {
    const customer = await s.stripe.customers.create({ name: 'Ada', email: 'ada@example.com', payment_method: 'pm_card_visa' });
    const [method] = (await s.stripe.customers.listPaymentMethods(customer.id)).data;
    for (let i = 0; i < 2; i += 1) {
      const intent = await pay({ customer: customer.id, payment_method: method.id, off_session: true });
      assert.equal(intent.status, 'succeeded');
    }
    const [theirs] = [...upstream.objects.customers.values()].filter(({ metadata }) => metadata.stripe_lite_customer === customer.id);
    assert.equal(asked('/v1/payment_intents').params.customer, theirs.id);
    assert.equal(asked('/v1/payment_intents').params.off_session, 'true');
    assert.equal(upstream.objects.customers.size, 1);
    assert.deepEqual([theirs.name, theirs.email], ['Ada', 'ada@example.com']);
    await s.stripe.customers.update(customer.id, { name: 'Ada L.' });
    await pay({ customer: customer.id, payment_method: method.id });
    assert.equal(theirs.name, 'Ada L.');
    await s.stripe.paymentMethods.detach(method.id);
    assert.equal(upstream.objects.methods.get(asked('/v1/payment_intents').params.payment_method).customer, null);
    await booksAgree(s, upstream);
  });

  s.test('a card used once may not be used again, and is told so', async () => {
    const { payment_method: method } = await pay();
    await rejectsWith(pay({ payment_method: method }), { statusCode: 400, type: 'invalid_request_error', message: /previously used/ });
    await booksAgree(s, upstream);
  });

  s.test('a card is kept by paying with it', async () => {
    const customer = await s.stripe.customers.create({ email: 'kept@example.com' });
    const first = await pay({ customer: customer.id, setup_future_usage: 'off_session' });
    const again = await pay({ customer: customer.id, payment_method: first.payment_method, off_session: true });
    assert.equal(again.status, 'succeeded');
  });

  s.test('a setup keeps a card; one that Stripe refuses is refused', async () => {
    const customer = await s.stripe.customers.create({ email: 'setup@example.com' });
    const setup = await s.stripe.setupIntents.create({ customer: customer.id, payment_method: 'pm_card_visa', confirm: true, ...NO_REDIRECTS });
    assert.equal(setup.status, 'succeeded');
    const paid = await pay({ customer: customer.id, payment_method: setup.payment_method, off_session: true });
    assert.equal(paid.status, 'succeeded');
    await rejectsWith(s.stripe.setupIntents.create({ customer: customer.id, payment_method: 'pm_card_chargeDeclined', confirm: true, ...NO_REDIRECTS }),
      { statusCode: 402, code: 'card_declined' });
    await rejectsWith(s.stripe.paymentMethods.attach('pm_card_chargeDeclined', { customer: customer.id }), { statusCode: 402, code: 'card_declined' });
  });

  s.test('an authentication: the customer goes to Stripe and comes back, and the outcome is known by then', async () => {
    for (const [good, status] of [[true, 'succeeded'], [false, 'requires_payment_method']]) {
      const intent = await pay({ payment_method: 'pm_card_threeDSecure2Required', automatic_payment_methods: undefined, ...RETURN });
      assert.equal(intent.status, 'requires_action');
      const { url } = intent.next_action.redirect_to_url;
      assert.ok(url.startsWith(`${upstream.url}/authenticate/pi_`), url);
      const theirs = url.split('/').at(-1);
      upstream.objects.decide(theirs, good);
      const back = upstream.objects.intents.get(theirs).return_url;
      const answer = await s.get(`${back.slice(s.server.url.origin.length)}&payment_intent=${theirs}&redirect_status=${good ? 'succeeded' : 'failed'}`, { key: null });
      assert.equal(answer.status, 303, answer.text);
      const onwards = new URL(answer.headers.location);
      assert.equal(onwards.origin + onwards.pathname, RETURN.return_url);
      assert.equal(onwards.searchParams.get('payment_intent'), intent.id);
      const settled = await s.stripe.paymentIntents.retrieve(intent.id);
      assert.equal(settled.status, status);
      assert.equal(settled.last_payment_error?.code, good ? undefined : 'payment_intent_authentication_failure');
      const { pathname } = new URL(back);
      for (const forged of [`${pathname}?to=https%3A%2F%2Fevil.example`, `${pathname}x`, '/gateway_stripe/return/acct_1.test.pay_1.00']) {
        assert.equal((await s.get(forged, { key: null })).status, 404, forged);
      }
    }
    await rejectsWith(pay({ payment_method: 'pm_card_authenticationRequired', off_session: true }), { statusCode: 402, code: 'authentication_required' });
    await booksAgree(s, upstream);
  });

  s.test('an authentication that is given up is canceled at Stripe', async () => {
    const intent = await pay({ payment_method: 'pm_card_threeDSecure2Required', automatic_payment_methods: undefined, ...RETURN });
    const theirs = upstream.objects.intents.get(intent.next_action.redirect_to_url.url.split('/').at(-1));
    assert.equal((await s.stripe.paymentIntents.cancel(intent.id)).status, 'canceled');
    assert.equal(theirs.status, 'canceled');
  });

  s.test('an authentication that only a script of theirs could do is given up, as if the card needed one', async () => {
    upstream.objects.scriptOnly = true;
    await rejectsWith(pay({ payment_method: 'pm_card_threeDSecure2Required' }), { statusCode: 402, code: 'authentication_required' });
    upstream.objects.scriptOnly = false;
    assert.equal([...upstream.objects.intents.values()].at(-1).status, 'canceled');
  });

  s.test('charges and the routes of the other face', async () => {
    const charge = await s.stripe.charges.create({ amount: 700, currency: 'usd', source: 'tok_visa' });
    assert.equal(charge.status, 'succeeded');
    const { customer } = answered(await s.post('/customers', { name: 'Bea', email: 'bea@example.com', payment_info: 'card_4242' }), 200);
    for (let i = 0; i < 2; i += 1) {
      const paid = answered(await s.post('/payments/create_charge', { customer_id: customer.id, amount: 12.5, payment_method: 'default' }), 200);
      assert.deepEqual([paid.status, paid.charge.gateway], ['success', 'stripe']);
      answered(await s.post('/payments/refund_charge', { charge_id: paid.charge.id, amount: 2 }), 200);
    }
    refused(await s.post('/payments/create_charge', { customer_id: customer.id, amount: 12.5, payment_method: 'card_0002' }), 402, { code: 'card_declined' });
    refused(await s.post('/payments/create_charge', { customer_id: customer.id, amount: 12.5, payment_method: 'pm_none' }), 400, { code: 'resource_missing' });
    await booksAgree(s, upstream);
  });

  s.test("amounts are Stripe's in currencies that it counts otherwise", async () => {
    for (const [currency, amount, wanted] of [['jpy', 500, '500'], ['isk', 500, '50000'], ['kwd', 5120, '5120'], ['ugx', 9000, '900000']]) {
      assert.equal((await pay({ currency, amount })).status, 'succeeded');
      assert.equal(asked('/v1/payment_intents').params.amount, wanted);
    }
    await rejectsWith(pay({ currency: 'kwd', amount: 5124 }), { statusCode: 400, message: /fraction that Stripe does not take/ });
  });

  s.test('a refund that takes its time', async () => {
    for (const [method, end] of [['pm_card_refundPending', 'succeeded'], ['pm_card_refundFail', 'failed']]) {
      const intent = await pay({ payment_method: method });
      const refund = await s.stripe.refunds.create({ payment_intent: intent.id });
      assert.equal(refund.status, 'pending');
      const { value } = [...upstream.objects.refunds.values()].filter((one) => one.status === 'pending').values().next();
      upstream.objects.refundDecide(value.id, end);
      await until('the refund ends', async () => (await s.stripe.refunds.retrieve(refund.id)).status === end, 30);
    }
  });

  s.test('a raw card number goes to Stripe, and its refusal comes back', async () => {
    await rejectsWith(s.stripe.tokens.create({ card: { number: '4242424242424242', exp_month: '12', exp_year: '2035', cvc: '123' } }),
      { statusCode: 402, type: 'card_error', message: /generally unsafe/ });
    assert.equal(asked('/v1/payment_methods').params.card.number, '4242424242424242');
    upstream.requests.length = 0;
  });

  s.test('the simulator takes a payment when it is asked for by name', async () => {
    const { customer } = answered(await s.post('/customers', { name: 'Cyd', email: 'cyd@example.com' }), 200);
    const { charge } = answered(await s.post('/payments/create_charge', { customer_id: customer.id, amount: 3, payment_method: 'pm_card_visa', gateway: 'simulator' }), 200);
    assert.equal(charge.gateway, 'simulator');
  });

  s.test('another key is no decline: nothing moved, and it may be tried again', async () => {
    const before = upstream.moved().length;
    const right = upstream.secretKey;
    upstream.secretKey = 'sk_test_rolled';
    try {
      const customer = await s.stripe.customers.list({ limit: 1 });
      assert.ok(customer.data.length > 0);
      const answer = await s.post('/v1/payment_intents', { amount: 1000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, ...RETURN }, { mayFail: true });
      assert.equal(answer.status, 502, answer.text);
      assert.doesNotMatch(answer.text, /sk_test/);
    } finally {
      upstream.secretKey = right;
    }
    assert.equal(upstream.moved().length, before);
  });

  s.test("what was done at Stripe's own pages shows when it is asked for here", async () => {
    const theirs = () => [...upstream.objects.intents.values()].at(-1);
    const canceled = await pay({ capture_method: 'manual' });
    upstream.objects.cancel({ key: 'somebody' }, theirs(), 'payment_intent');
    await rejectsWith(s.stripe.paymentIntents.capture(canceled.id), { statusCode: 400, code: 'charge_expired_for_capture' });
    assert.equal((await s.stripe.paymentIntents.cancel(canceled.id)).status, 'canceled');
    const captured = await pay({ capture_method: 'manual' });
    upstream.objects.intentCapture({ key: 'somebody', params: { amount_to_capture: '500' } }, theirs().id);
    await rejectsWith(s.stripe.paymentIntents.cancel(captured.id), { statusCode: 400, code: 'charge_already_captured' });
    await rejectsWith(s.stripe.paymentIntents.capture(captured.id), { statusCode: 400, code: 'charge_already_captured' });
    await rejectsWith(pay({ metadata: { stripe_lite_attempt: 'pay_mine' }, payment_method: 'pm_card_chargeDeclined' }), { statusCode: 402 });
    assert.notEqual(theirs().metadata.stripe_lite_attempt, 'pay_mine');
  });
});

/* Without keys the plugin has nothing to do, and the simulator takes the payments. */
suite('no key of Stripe', {}, (s) => {
  s.test('the simulator pays', async () => {
    const { customer } = answered(await s.post('/customers', { name: 'Dan', email: 'dan@example.com', payment_info: 'pm_card_visa' }), 200);
    const { charge } = answered(await s.post('/payments/create_charge', { customer_id: customer.id, amount: 3, payment_method: 'default' }), 200);
    assert.equal(charge.gateway, 'simulator');
    refused(await s.post('/payments/create_charge', { customer_id: customer.id, amount: 3, payment_method: 'pm_card_visa', gateway: 'stripe' }), 400, { param: 'gateway', message: /no keys for test mode/ });
    assert.doesNotMatch(s.server.log, /refused/);
  });
});

suite("a live key of Stripe's in the test mode", { env: { STRIPE_SECRET_KEY: 'sk_live_0123456789', STRIPE_API_BASE: 'http://127.0.0.1:9' } }, (s) => {
  s.test('moves no money for tests', async () => {
    const intent = await s.stripe.paymentIntents.create({ amount: 1000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, ...NO_REDIRECTS });
    assert.equal(intent.status, 'succeeded');
    const [attempt] = await s.server.database.rows('SELECT gateway FROM payment_attempts');
    assert.equal(attempt.gateway, 'simulator');
  });
});
