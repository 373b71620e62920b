/*
 * payment_methods.test.js: tokens and payment methods: made from cards, attached, changed, detached, listed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const cards = require('./support/cards');
const { rejectsWith } = require('./support/expect');
const { suite } = require('./support/suite');

suite('payment methods and tokens', {}, (s) => {
  const make = (number = cards.VISA, card = {}) => s.stripe.paymentMethods.create({ type: 'card', card: { ...cards.card(number).card, ...card } });

  s.test('a card becomes a payment method that never tells its number', async () => {
    const method = await s.stripe.paymentMethods.create({
      ...cards.card(cards.VISA), billing_details: { name: 'Ada', email: 'ada@example.com', address: { country: 'GB' } }, metadata: { a: '1' },
    });
    assert.deepEqual([method.type, method.card.brand, method.card.last4, method.card.exp_month, method.customer], ['card', 'visa', '4242', 12, null]);
    assert.deepEqual([method.billing_details.name, method.billing_details.address.country, method.metadata.a], ['Ada', 'GB', '1']);
    assert.ok(!JSON.stringify(method).includes(cards.VISA));
  });

  s.test('the same card has the same fingerprint, another has another', async () => {
    const [a, b, c] = await Promise.all([make(), make(), make(cards.DISPUTED.number)]);
    assert.equal(a.card.fingerprint, b.card.fingerprint);
    assert.notEqual(a.card.fingerprint, c.card.fingerprint);
  });

  const year = new Date().getUTCFullYear();
  const WRONG = [
    ['a number that fails the check digit', '4242424242424241', {}, { statusCode: 402, code: 'incorrect_number' }],
    ['a number that is no test card', '4539578763621486', {}, { statusCode: 402, type: 'card_error' }],
    ['a number of letters', 'visa', {}, { statusCode: 402, code: 'invalid_number' }],
    ['month 13', cards.VISA, { exp_month: 13 }, { statusCode: 402, code: 'invalid_expiry_month' }],
    ['a year that is over', cards.VISA, { exp_year: year - 1 }, { statusCode: 402, code: 'invalid_expiry_year' }],
    ['a cvc of two digits', cards.VISA, { cvc: '12' }, { statusCode: 402, code: 'invalid_cvc' }],
  ];
  for (const [name, number, card, wanted] of WRONG) {
    s.test(`${name} is refused and not echoed`, async () => {
      const error = await rejectsWith(make(number, card), wanted);
      if (/^\d{16}$/.test(number)) assert.ok(!JSON.stringify(error.raw.message).includes(number));
    });
  }

  s.test('attach, list, update, detach', async () => {
    const customer = await s.stripe.customers.create({});
    const [first, second] = [await make(), await make()];
    for (const { id } of [first, second]) assert.equal((await s.stripe.paymentMethods.attach(id, { customer: customer.id })).customer, customer.id);
    const ids = async () => (await s.stripe.customers.listPaymentMethods(customer.id, { type: 'card' })).data.map(({ id }) => id);
    assert.deepEqual(await ids(), [second.id, first.id]);
    assert.deepEqual((await s.stripe.paymentMethods.list({ customer: customer.id, type: 'card' })).data.map(({ id }) => id), [second.id, first.id]);
    const changed = await s.stripe.paymentMethods.update(first.id, {
      billing_details: { phone: '123' }, card: { exp_month: 1, exp_year: year + 5 }, metadata: { b: '2' },
    });
    assert.deepEqual([changed.billing_details.phone, changed.card.exp_month, changed.card.exp_year, changed.metadata.b], ['123', 1, year + 5, '2']);
    assert.equal((await s.stripe.customers.retrievePaymentMethod(customer.id, first.id)).id, first.id);
    const detached = await s.stripe.paymentMethods.detach(first.id);
    assert.equal(detached.customer, null);
    assert.deepEqual(await ids(), [second.id]);
    await rejectsWith(s.stripe.paymentMethods.attach(first.id, { customer: customer.id }), { statusCode: 400, type: 'invalid_request_error' });
    await rejectsWith(s.stripe.paymentMethods.detach(first.id), { statusCode: 400 });
  });

  s.test('detaching the default leaves the customer without one', async () => {
    const customer = await s.stripe.customers.create({ payment_method: 'pm_card_visa' });
    const [method] = (await s.stripe.customers.listPaymentMethods(customer.id)).data;
    await s.stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } });
    await s.stripe.paymentMethods.detach(method.id);
    assert.equal((await s.stripe.customers.retrieve(customer.id)).invoice_settings.default_payment_method, null);
  });

  s.test('attaching to another customer while attached is refused', async () => {
    const [a, b] = await Promise.all([s.stripe.customers.create({}), s.stripe.customers.create({})]);
    const method = await s.stripe.paymentMethods.attach('pm_card_visa', { customer: a.id });
    await rejectsWith(s.stripe.paymentMethods.attach(method.id, { customer: b.id }), { statusCode: 400 });
    await rejectsWith(s.stripe.paymentMethods.attach('pm_card_visa', { customer: 'cus_nobody' }), { statusCode: /^40[04]$/, code: 'resource_missing' });
    await rejectsWith(s.stripe.paymentMethods.attach('pm_nothing', { customer: b.id }), { code: 'resource_missing' });
  });

  s.test('a token is made once, used once', async () => {
    const token = await s.stripe.tokens.create({ card: { number: cards.VISA, exp_month: '12', exp_year: String(year + 2), cvc: '314', name: 'Ada' } });
    assert.match(token.id, /^tok_/);
    assert.deepEqual([token.type, token.used, token.card.last4, token.card.brand], ['card', false, '4242', 'Visa']);
    const method = await s.stripe.paymentMethods.create({ type: 'card', card: { token: token.id } });
    assert.equal(method.card.last4, '4242');
    assert.equal((await s.stripe.tokens.retrieve(token.id)).used, true);
    await rejectsWith(s.stripe.paymentMethods.create({ type: 'card', card: { token: token.id } }), { statusCode: 400, code: 'token_already_used' });
  });

  s.test('a test token may be used again and again', async () => {
    for (let i = 0; i < 2; i += 1) assert.equal((await s.stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } })).card.last4, '4242');
    const mastercard = await s.stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_mastercard' } });
    assert.equal(mastercard.card.brand, 'mastercard');
  });

  s.test('type is required, and only a known one', async () => {
    await rejectsWith(s.stripe.paymentMethods.create({ card: cards.card(cards.VISA).card }), { statusCode: 400, param: 'type' });
    await rejectsWith(s.stripe.paymentMethods.create({ type: 'seashells' }), { statusCode: 400, param: 'type' });
  });
});
