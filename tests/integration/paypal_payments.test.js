/*
 * paypal_payments.test.js: the routes of both faces with PayPal as their gateway, by Stripe's own client.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered, refused, rejectsWith } = require('./support/expect');
const { paypalSuite, booksAgree } = require('./support/paypal_suite');
const { suite } = require('./support/suite');

const NO_REDIRECTS = { automatic_payment_methods: { enabled: true, allow_redirects: 'never' } };
const CARD = { card: { brand: 'VISA', last_digits: '1881', expiry: '2031-07' } };

paypalSuite('payments at PayPal', {}, (s, upstream) => {
  const pay = (more) => s.stripe.paymentIntents.create({ amount: 1999, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, ...NO_REDIRECTS, ...more });
  const chargeOf = (intent) => s.stripe.charges.retrieve(intent.latest_charge, { expand: ['balance_transaction'] });
  const asked = (path) => upstream.requests.filter((one) => one.method === 'POST' && one.path.endsWith(path)).at(-1);

  s.test('a payment: what PayPal is asked, and what comes of it', async () => {
    const intent = await pay({ description: 'Two books', statement_descriptor_suffix: 'BOOKS' });
    assert.equal(intent.status, 'succeeded');
    const { body, headers, key } = asked('/orders');
    assert.match(key, /^pay_\w+$/);
    const { vault_id: vault } = body.payment_source.card;
    assert.deepEqual(body, {
      intent: 'CAPTURE',
      purchase_units: [{ custom_id: key, invoice_id: key, description: 'Two books', soft_descriptor: 'BOOKS', amount: { currency_code: 'USD', value: '19.99' } }],
      payment_source: { card: { vault_id: vault } },
    });
    assert.equal(headers.prefer, 'return=representation');
    assert.ok(upstream.objects.vault.has(vault));
    const charge = await chargeOf(intent);
    assert.equal(charge.balance_transaction.fee, 58, "PayPal's own fee");
    assert.deepEqual([charge.payment_method_details.card.brand, charge.payment_method_details.card.last4], ['visa', '1881']);
    await booksAgree(s, upstream);
  });

  s.test('one access token serves many requests, and is renewed when PayPal takes it no more', async () => {
    const tokens = () => upstream.requests.filter(({ path }) => path === '/v1/oauth2/token').length;
    const before = tokens();
    assert.ok(before > 0);
    await pay();
    const more = tokens() - before;
    assert.ok(more <= 1, `${more} more tokens for one payment: a worker has its own`);
    upstream.tokens.clear();
    assert.equal((await pay()).status, 'succeeded');
    await booksAgree(s, upstream);
  });

  s.test('authorized now, captured in part later, refunded', async () => {
    const { id } = await pay({ capture_method: 'manual' });
    assert.equal(asked('/orders').body.intent, 'AUTHORIZE');
    const captured = await s.stripe.paymentIntents.capture(id, { amount_to_capture: 1500 });
    assert.deepEqual([captured.status, captured.amount_received], ['succeeded', 1500]);
    const { body, key } = asked('/capture');
    assert.deepEqual(body, { invoice_id: key, amount: { currency_code: 'USD', value: '15.00' }, final_capture: true });
    const refund = await s.stripe.refunds.create({ payment_intent: id, amount: 500, reason: 'duplicate' });
    assert.equal(refund.status, 'succeeded');
    await rejectsWith(s.stripe.refunds.create({ payment_intent: id, amount: 1001 }), { statusCode: 400 });
    await s.stripe.refunds.create({ payment_intent: id });
    assert.equal((await s.stripe.charges.retrieve(captured.latest_charge)).refunded, true);
    await booksAgree(s, upstream);
  });

  s.test('captured at once, refunded whole', async () => {
    const { id } = await pay();
    assert.equal((await s.stripe.refunds.create({ payment_intent: id })).status, 'succeeded');
    assert.deepEqual(asked('/refund').body.amount, { currency_code: 'USD', value: '19.99' });
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
      ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', 'incorrect_cvc'],
    ]) {
      for (const capture_method of ['automatic', 'manual']) {
        const error = await rejectsWith(pay({ payment_method: method, capture_method }), { statusCode: 402, type: 'card_error', code, decline_code });
        assert.equal(error.payment_intent.status, 'requires_payment_method');
      }
    }
    await booksAgree(s, upstream);
  });

  s.test("cards and PayPal accounts in the vault, by PayPal's own ids, now and off session", async () => {
    const card = upstream.objects.vaultAdd(CARD);
    const wallet = upstream.objects.vaultAdd({ paypal: { email_address: 'ada@example.com', account_id: 'VYYFH3WJ4JPJQ' } });
    const { id: customer } = await s.stripe.customers.create({ email: 'ada@example.com' });
    for (const [kept, brand, last4] of [[card, 'visa', '1881'], [wallet, 'paypal', 'JPJQ']]) {
      const method = await s.stripe.paymentMethods.attach(`pm_paypal_${kept.id}`, { customer });
      assert.deepEqual([method.card.brand, method.card.last4], [brand, last4]);
      assert.equal((await pay({ customer, payment_method: method.id, off_session: true })).status, 'succeeded');
      await s.stripe.paymentMethods.detach(method.id);
      assert.ok(!upstream.objects.vault.has(kept.id));
    }
    const [first, second] = upstream.requests.filter(({ method, path }) => method === 'POST' && path === '/v2/checkout/orders').slice(-2);
    assert.deepEqual(first.body.payment_source, { card: { vault_id: card.id, stored_credential: { payment_initiator: 'MERCHANT', payment_type: 'UNSCHEDULED', usage: 'SUBSEQUENT' } } });
    assert.deepEqual(second.body.payment_source, { paypal: { vault_id: wallet.id } });
    await rejectsWith(pay({ payment_method: 'pm_paypal_none' }), { statusCode: 400, code: 'resource_missing' });
    await booksAgree(s, upstream);
  });

  s.test('a PayPal account that PayPal declines', async () => {
    const wallet = upstream.objects.vaultAdd({ paypal: { account_id: 'VYYFH3WJ4JPJQ' } }, 'DECLINES');
    await rejectsWith(pay({ payment_method: `pm_paypal_${wallet.id}` }), { statusCode: 402, code: 'card_declined', decline_code: 'generic_decline' });
  });

  s.test('a method that left the vault: nothing moved, and the intent as it was', async () => {
    const { id } = upstream.objects.vaultAdd(CARD);
    const intent = await s.stripe.paymentIntents.create({ amount: 1000, currency: 'usd', payment_method: `pm_paypal_${id}`, ...NO_REDIRECTS });
    upstream.objects.vault.delete(id);
    await rejectsWith(s.stripe.paymentIntents.confirm(intent.id), { statusCode: 400, code: 'resource_missing', message: /TOKEN_ID_NOT_FOUND/ });
    assert.equal((await s.stripe.paymentIntents.retrieve(intent.id)).status, 'requires_confirmation');
    await booksAgree(s, upstream);
  });

  s.test('a setup is good while the vault has the method', async () => {
    const { id: customer } = await s.stripe.customers.create({ email: 'setup@example.com' });
    const setup = await s.stripe.setupIntents.create({ customer, payment_method: 'pm_card_visa', confirm: true, ...NO_REDIRECTS });
    assert.equal(setup.status, 'succeeded');
    const paid = await pay({ customer, payment_method: setup.payment_method, off_session: true });
    assert.equal(paid.status, 'succeeded');
    const { id } = upstream.objects.vaultAdd(CARD);
    const late = await s.stripe.setupIntents.create({ customer, payment_method: `pm_paypal_${id}`, ...NO_REDIRECTS });
    upstream.objects.vault.delete(id);
    await rejectsWith(s.stripe.setupIntents.confirm(late.id), { statusCode: 402, code: 'card_declined' });
  });

  s.test('charges and the routes of the other face', async () => {
    const charge = await s.stripe.charges.create({ amount: 700, currency: 'usd', source: 'tok_visa' });
    assert.equal(charge.status, 'succeeded');
    const { customer } = answered(await s.post('/customers', { name: 'Bea', email: 'bea@example.com', payment_info: 'card_4242' }), 200);
    for (let i = 0; i < 2; i += 1) {
      const paid = answered(await s.post('/payments/create_charge', { customer_id: customer.id, amount: 12.5, payment_method: 'default' }), 200);
      assert.deepEqual([paid.status, paid.charge.gateway], ['success', 'paypal']);
      answered(await s.post('/payments/refund_charge', { charge_id: paid.charge.id, amount: 2 }), 200);
    }
    refused(await s.post('/payments/create_charge', { customer_id: customer.id, amount: 12.5, payment_method: 'card_0002' }), 402, { code: 'card_declined' });
    await booksAgree(s, upstream);
  });

  s.test("amounts are PayPal's in currencies without decimals there", async () => {
    for (const [currency, amount, value] of [['jpy', 500, '500'], ['huf', 120000, '1200'], ['twd', 50000, '500'], ['eur', 70, '0.70']]) {
      assert.equal((await pay({ currency, amount })).status, 'succeeded');
      assert.deepEqual(asked('/orders').body.purchase_units[0].amount, { currency_code: currency.toUpperCase(), value });
    }
    await rejectsWith(pay({ currency: 'huf', amount: 120001 }), { statusCode: 400, message: /no fraction of this currency/ });
    await booksAgree(s, upstream);
  });

  s.test('a currency that PayPal does not take goes to the next gateway', async () => {
    const intent = await pay({ currency: 'kwd', amount: 5120 });
    assert.equal((await chargeOf(intent)).status, 'succeeded');
    const [{ gateway }] = await s.server.database.rows(`SELECT gateway FROM payment_attempts WHERE intent = '${intent.id}'`);
    assert.equal(gateway, 'simulator');
  });

  s.test('a raw card number goes through a setup token into the vault', async () => {
    const token = await s.stripe.tokens.create({ card: { number: '4012888888881881', exp_month: '7', exp_year: '2035', cvc: '123' } });
    assert.equal(token.card.last4, '1881');
    const { body } = asked('/setup-tokens');
    assert.deepEqual(body, { payment_source: { card: { number: '4012888888881881', expiry: '2035-07', security_code: '123' } } });
    upstream.requests.length = 0;
    assert.equal((await s.stripe.charges.create({ amount: 700, currency: 'usd', source: token.id })).status, 'succeeded');
  });

  s.test('other credentials are no decline: nothing moved, and it may be tried again', async () => {
    const before = upstream.moved().length;
    const right = upstream.clientSecret;
    upstream.clientSecret = 'rolled';
    upstream.tokens.clear();
    try {
      const answer = await s.post('/v1/payment_intents', { amount: 1000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, ...NO_REDIRECTS }, { mayFail: true });
      assert.equal(answer.status, 502, answer.text);
      assert.ok(!answer.text.includes(right));
    } finally {
      upstream.clientSecret = right;
    }
    assert.equal(upstream.moved().length, before);
    assert.equal((await pay()).status, 'succeeded');
  });

  s.test("what was done at PayPal's own pages shows when it is asked for here", async () => {
    const theirs = () => [...upstream.objects.authorizations.values()].at(-1);
    const canceled = await pay({ capture_method: 'manual' });
    upstream.objects.authorizationVoid({ key: 'somebody' }, theirs().id);
    await rejectsWith(s.stripe.paymentIntents.capture(canceled.id), { statusCode: 400, code: 'charge_expired_for_capture' });
    assert.equal((await s.stripe.paymentIntents.cancel(canceled.id)).status, 'canceled');
    const captured = await pay({ capture_method: 'manual' });
    upstream.objects.authorizationCapture({ body: { final_capture: true, invoice_id: 'somebody' } }, theirs().id);
    await rejectsWith(s.stripe.paymentIntents.cancel(captured.id), { statusCode: 400, code: 'charge_already_captured' });
    await rejectsWith(s.stripe.paymentIntents.capture(captured.id), { statusCode: 400, code: 'charge_already_captured' });
  });
});

suite("PayPal's live side in the test mode", { env: { PAYPAL_CLIENT_ID: 'client', PAYPAL_CLIENT_SECRET: 'secret-of-the-live-side', PAYPAL_API_BASE: 'https://api-m.paypal.com' } }, (s) => {
  s.test('moves no money for tests', async () => {
    const intent = await s.stripe.paymentIntents.create({ amount: 1000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, ...NO_REDIRECTS });
    assert.equal(intent.status, 'succeeded');
    const [attempt] = await s.server.database.rows('SELECT gateway FROM payment_attempts');
    assert.equal(attempt.gateway, 'simulator');
    const { customer } = answered(await s.post('/customers', { name: 'Dan', email: 'dan@example.com' }), 200);
    refused(await s.post('/payments/create_charge', { customer_id: customer.id, amount: 3, payment_method: 'pm_card_visa', gateway: 'paypal' }), 400, { param: 'gateway', message: /no keys for test mode/ });
  });
});
