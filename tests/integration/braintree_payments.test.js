/*
 * braintree_payments.test.js: the routes of both faces with Braintree as their gateway.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered, refused, rejectsWith } = require('./support/expect');
const { braintreeSuite, booksAgree } = require('./support/braintree_suite');
const { suite } = require('./support/suite');

const RETURN = { return_url: 'https://shop.example.com/back' };

braintreeSuite('payments at Braintree', {}, (s, upstream) => {
  const pay = (more) => s.stripe.paymentIntents.create({ amount: 1999, currency: 'usd', payment_method: `tok_${upstream.objects.nonce()}`, confirm: true, ...RETURN, ...more });
  const asked = (field) => upstream.requests.filter((one) => one.field === field).at(-1);
  const settle = () => upstream.objects.settle(upstream.objects.last());

  s.test('a payment: what Braintree is asked, and what comes of it', async () => {
    const nonce = upstream.objects.nonce();
    const intent = await pay({ payment_method: `tok_${nonce}`, description: 'Two books', metadata: { order: '17' } });
    assert.equal(intent.status, 'succeeded');
    const { query, variables: { input }, headers } = asked('chargePaymentMethod');
    const attempt = input.clientMutationId;
    assert.match(attempt, /^pay_\w+$/);
    assert.deepEqual(input, { clientMutationId: attempt, paymentMethodId: nonce, transaction: { amount: '19.99', orderId: attempt } });
    assert.ok(query.startsWith(`mutation ${attempt}(`), query);
    assert.equal(headers['braintree-version'], '2019-01-01');
    const charge = await s.stripe.charges.retrieve(intent.latest_charge);
    assert.equal(charge.payment_method_details.card.last4, '4242');
    assert.equal(charge.payment_method_details.card.brand, 'visa');
    await booksAgree(s, upstream);
  });

  s.test('authorized now, captured in part later, refunded in parts once it settled', async () => {
    const { id } = await pay({ capture_method: 'manual' });
    const captured = await s.stripe.paymentIntents.capture(id, { amount_to_capture: 1500 });
    assert.deepEqual([captured.status, captured.amount_received], ['succeeded', 1500]);
    await rejectsWith(s.stripe.refunds.create({ payment_intent: id, amount: 500 }), { statusCode: 400, code: '91506', message: /once the payment has settled/ });
    settle();
    assert.equal((await s.stripe.refunds.create({ payment_intent: id, amount: 500 })).status, 'succeeded');
    await rejectsWith(s.stripe.refunds.create({ payment_intent: id, amount: 1001 }), { statusCode: 400 });
    await s.stripe.refunds.create({ payment_intent: id });
    assert.equal((await s.stripe.charges.retrieve(captured.latest_charge)).refunded, true);
    await booksAgree(s, upstream);
  });

  s.test('given back whole before it settled: voided; afterwards: refunded', async () => {
    for (const settled of [false, true]) {
      const intent = await pay();
      if (settled) settle();
      assert.equal((await s.stripe.refunds.create({ payment_intent: intent.id })).status, 'succeeded');
      assert.equal(upstream.objects.last().status, settled ? 'SETTLED' : 'VOIDED');
      assert.equal((await s.stripe.charges.retrieve(intent.latest_charge)).refunded, true);
    }
    await booksAgree(s, upstream);
  });

  s.test('authorized and canceled', async () => {
    const { id } = await pay({ capture_method: 'manual' });
    assert.equal((await s.stripe.paymentIntents.cancel(id)).status, 'canceled');
    assert.equal(upstream.objects.last().status, 'VOIDED');
    await rejectsWith(s.stripe.paymentIntents.capture(id), { statusCode: 400, code: 'payment_intent_unexpected_state' });
    await booksAgree(s, upstream);
  });

  s.test('a decline has the codes of Stripe', async () => {
    for (const [amount, code, decline_code] of [
      [200100, 'card_declined', 'insufficient_funds'],
      [200400, 'expired_card', 'expired_card'],
      [201000, 'incorrect_cvc', 'incorrect_cvc'],
      [299800, 'card_declined', 'generic_decline'],
    ]) {
      const error = await rejectsWith(pay({ amount }), { statusCode: 402, type: 'card_error', code, decline_code });
      assert.equal(error.payment_intent.status, 'requires_payment_method');
    }
    await booksAgree(s, upstream);
  });

  s.test('a card is kept for a customer, pays again, and is deleted', async () => {
    const nonce = upstream.objects.nonce();
    const customer = await s.stripe.customers.create({ name: 'Ada', email: 'ada@example.com', payment_method: `tok_${nonce}` });
    const [method] = (await s.stripe.customers.listPaymentMethods(customer.id)).data;
    for (let i = 0; i < 2; i += 1) {
      const intent = await pay({ customer: customer.id, payment_method: method.id, off_session: true });
      assert.equal(intent.status, 'succeeded');
    }
    const { paymentMethodId, transaction } = asked('chargePaymentMethod').variables.input;
    assert.equal(upstream.objects.methods.get(paymentMethodId).usage, 'MULTI_USE');
    assert.equal(transaction.paymentInitiator, 'UNSCHEDULED');
    await s.stripe.paymentMethods.detach(method.id);
    assert.equal(upstream.objects.methods.has(paymentMethodId), false);
    await rejectsWith(s.stripe.customers.create({ email: 'no@example.com', payment_method: 'pm_card_chargeDeclined' }), { statusCode: 402, code: 'card_declined' });
    await booksAgree(s, upstream);
  });

  s.test('a card is kept by paying with it, and by a setup', async () => {
    const customer = await s.stripe.customers.create({ email: 'kept@example.com' });
    const first = await pay({ customer: customer.id, setup_future_usage: 'off_session' });
    const again = await pay({ customer: customer.id, payment_method: first.payment_method, off_session: true });
    assert.equal(again.status, 'succeeded');
    const setup = await s.stripe.setupIntents.create({ customer: customer.id, payment_method: `tok_${upstream.objects.nonce()}`, confirm: true, ...RETURN });
    assert.equal(setup.status, 'succeeded');
    assert.equal((await pay({ customer: customer.id, payment_method: setup.payment_method, off_session: true })).status, 'succeeded');
    await rejectsWith(s.stripe.setupIntents.create({ customer: customer.id, payment_method: 'pm_card_chargeDeclined', confirm: true, ...RETURN }), { statusCode: 402, code: 'card_declined' });
    await booksAgree(s, upstream);
  });

  s.test('a single-use card pays once, and one that nobody knows not at all', async () => {
    const { payment_method: method } = await pay();
    await rejectsWith(pay({ payment_method: method }), { statusCode: 400, type: 'invalid_request_error', code: '93107', message: /more than once/ });
    await rejectsWith(pay({ payment_method: 'tok_tokencc_bc_nobody_knows' }), { statusCode: 400, code: 'resource_missing' });
    await booksAgree(s, upstream);
  });

  s.test("a browser may not name a kept card, whose id can be guessed", async () => {
    const kept = `pm_${upstream.objects.methodAdd({ brandCode: 'VISA', last4: '9999' }, 'MULTI_USE').id}`;
    const intent = await s.stripe.paymentIntents.create({ amount: 1999, currency: 'usd' });
    const browser = s.stripeWith(s.server.publishableKey);
    const confirm = (stripe, payment_method) => stripe.paymentIntents.confirm(intent.id, { client_secret: stripe === s.stripe ? undefined : intent.client_secret, payment_method, ...RETURN });
    await rejectsWith(confirm(browser, kept), { statusCode: 400, code: 'resource_missing' });
    assert.equal((await confirm(s.stripe, kept)).status, 'succeeded');
    await booksAgree(s, upstream);
  });

  s.test('charges and the routes of the other face', async () => {
    const charge = await s.stripe.charges.create({ amount: 700, currency: 'usd', source: 'tok_visa' });
    assert.equal(charge.status, 'succeeded');
    const { customer } = answered(await s.post('/customers', { name: 'Bea', email: 'bea@example.com', payment_info: 'card_4242' }), 200);
    for (let i = 0; i < 2; i += 1) {
      const paid = answered(await s.post('/payments/create_charge', { customer_id: customer.id, amount: 12.5, payment_method: 'default' }), 200);
      assert.deepEqual([paid.status, paid.charge.gateway], ['success', 'braintree']);
      settle();
      answered(await s.post('/payments/refund_charge', { charge_id: paid.charge.id, amount: 2 }), 200);
    }
    refused(await s.post('/payments/create_charge', { customer_id: customer.id, amount: 12.5, payment_method: 'card_0002' }), 402, { code: 'card_declined' });
    await booksAgree(s, upstream);
  });

  s.test('amounts are decimals with the digits of their currency, at the account of it', async () => {
    for (const [currency, amount, wanted, account] of [['jpy', 500, '500', 'books_jp'], ['kwd', 5120, '5.120', 'books_kw'], ['eur', 1001, '10.01', 'books_eu']]) {
      assert.equal((await pay({ currency, amount })).status, 'succeeded');
      const { transaction } = asked('chargePaymentMethod').variables.input;
      assert.deepEqual([transaction.amount, transaction.merchantAccountId], [wanted, account]);
    }
    await rejectsWith(pay({ currency: 'gbp' }), { statusCode: 400, code: 'currency_not_supported', message: /braintree\.merchant_accounts/ });
    await booksAgree(s, upstream);
  });

  s.test('an account of another currency than was said: what it took is given back', async () => {
    upstream.objects.accounts.books_eu = 'USD';
    try {
      await rejectsWith(pay({ currency: 'eur' }), { statusCode: 402, code: 'processing_error' });
    } finally {
      upstream.objects.accounts.books_eu = 'EUR';
    }
    assert.equal(upstream.objects.last().status, 'VOIDED');
    upstream.objects.books.splice(-2);
    await booksAgree(s, upstream);
  });

  s.test("a card's number goes to Braintree, and its refusal comes back", async () => {
    const card = (number) => ({ card: { number, exp_month: '12', exp_year: '2040', cvc: '123' } });
    const token = await s.stripe.tokens.create(card('4111111111111111'));
    assert.equal(token.card.last4, '1111');
    assert.equal((await s.stripe.charges.create({ amount: 700, currency: 'usd', source: token.id })).status, 'succeeded');
    await rejectsWith(s.stripe.tokens.create(card('4000056655665556')), { statusCode: 402, type: 'card_error', message: /number is invalid/ });
    upstream.requests.length = 0;
    await booksAgree(s, upstream);
  });

  s.test('other keys are no decline: nothing moved, and it may be tried again', async () => {
    const nonce = upstream.objects.nonce();
    const intent = await s.stripe.paymentIntents.create({ amount: 1999, currency: 'usd', payment_method: `tok_${nonce}` });
    const right = upstream.privateKey;
    const confirm = () => s.post(`/v1/payment_intents/${intent.id}/confirm`, RETURN, { mayFail: true });
    upstream.privateKey = 'f00dfeed';
    try {
      const answer = await confirm();
      assert.ok(answer.status === 502 || answer.status === 503, answer.text);
      assert.ok(!answer.text.includes(right));
    } finally {
      upstream.privateKey = right;
    }
    assert.equal(answered(await confirm(), 200).status, 'succeeded');
    assert.match(s.server.log, /braintree refuses the keys/);
    await booksAgree(s, upstream);
  });

  s.test("what was done at Braintree's own pages shows when it is asked for here", async () => {
    const theirs = () => upstream.objects.last();
    const elsewhere = (run) => { run(); upstream.objects.books.pop(); };
    const gone = await pay({ capture_method: 'manual' });
    elsewhere(() => upstream.objects.reverse({ transactionId: theirs().id }));
    await rejectsWith(s.stripe.paymentIntents.capture(gone.id), { statusCode: 400, code: 'charge_expired_for_capture' });
    const taken = await pay({ capture_method: 'manual' });
    elsewhere(() => upstream.objects.capture({ transactionId: theirs().id, transaction: { amount: '5.00' } }));
    await rejectsWith(s.stripe.paymentIntents.capture(taken.id), { statusCode: 400, code: 'charge_already_captured' });
    await booksAgree(s, upstream);
  });
});

/* Without keys the plugin has nothing to do, and the simulator takes the payments. */
suite('no keys of Braintree', {}, (s) => {
  s.test('the simulator pays', async () => {
    const { customer } = answered(await s.post('/customers', { name: 'Dan', email: 'dan@example.com', payment_info: 'pm_card_visa' }), 200);
    const { charge } = answered(await s.post('/payments/create_charge', { customer_id: customer.id, amount: 3, payment_method: 'default' }), 200);
    assert.equal(charge.gateway, 'simulator');
    refused(await s.post('/payments/create_charge', { customer_id: customer.id, amount: 3, payment_method: 'pm_card_visa', gateway: 'braintree' }), 400, { param: 'gateway' });
  });
});

suite("Braintree's production address in the test mode", { env: { BRAINTREE_MERCHANT_ID: 'm', BRAINTREE_PUBLIC_KEY: 'p', BRAINTREE_PRIVATE_KEY: 'private_1234567', BRAINTREE_API_BASE: 'https://payments.braintree-api.com' } }, (s) => {
  s.test('moves no money for tests', async () => {
    const intent = await s.stripe.paymentIntents.create({ amount: 1000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, ...RETURN });
    assert.equal(intent.status, 'succeeded');
    const [attempt] = await s.server.database.rows('SELECT gateway FROM payment_attempts');
    assert.equal(attempt.gateway, 'simulator');
  });
});
