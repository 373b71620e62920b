/*
 * payment_intents.test.js: every state an intent can be in, every way between them, every refusal.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { rejectsWith } = require('./support/expect');
const { suite } = require('./support/suite');
const { authenticate, redirectOf } = require('./support/three_d_secure');

const BACK = 'https://example.com/back';

suite('payment intents', {}, (s) => {
  const create = (values = {}) => s.stripe.paymentIntents.create({ amount: 1000, currency: 'usd', ...values });
  const pay = (values = {}) => create({ payment_method: 'pm_card_visa', confirm: true, return_url: BACK, ...values });
  const unexpected = { statusCode: 400, type: 'invalid_request_error', code: 'payment_intent_unexpected_state' };

  /* One intent in each state. */
  const states = {
    requires_payment_method: () => create(),
    requires_confirmation: () => create({ payment_method: 'pm_card_visa' }),
    requires_action: () => pay({ payment_method: 'pm_card_threeDSecure2Required' }),
    requires_capture: () => pay({ capture_method: 'manual' }),
    succeeded: () => pay(),
    canceled: async () => s.stripe.paymentIntents.cancel((await create()).id),
  };

  for (const [status, make] of Object.entries(states)) {
    s.test(`an intent can be ${status}`, async () => {
      const intent = await make();
      assert.equal(intent.status, status);
      assert.equal((await s.stripe.paymentIntents.retrieve(intent.id)).status, status);
      assert.ok(intent.client_secret.startsWith(`${intent.id}_secret_`));
      assert.equal(intent.amount_capturable, status === 'requires_capture' ? 1000 : 0);
      assert.equal(intent.amount_received, status === 'succeeded' ? 1000 : 0);
    });

    const cancelable = !['succeeded', 'canceled'].includes(status);
    s.test(`cancel of ${status} is ${cancelable ? 'done' : 'refused'}`, async () => {
      const intent = await make();
      if (!cancelable) {
        await rejectsWith(s.stripe.paymentIntents.cancel(intent.id), unexpected);
        return;
      }
      const canceled = await s.stripe.paymentIntents.cancel(intent.id, { cancellation_reason: 'duplicate' });
      assert.equal(canceled.status, 'canceled');
      assert.equal(canceled.cancellation_reason, 'duplicate');
      assert.ok(canceled.canceled_at >= intent.created);
      assert.equal(canceled.amount_capturable, 0);
    });

    if (status !== 'requires_capture') {
      s.test(`capture of ${status} is refused`, async () => {
        await rejectsWith(s.stripe.paymentIntents.capture((await make()).id), unexpected);
      });
    }

    if (['requires_capture', 'succeeded', 'canceled'].includes(status)) {
      s.test(`confirm of ${status} is refused`, async () => {
        const error = await rejectsWith(
          s.stripe.paymentIntents.confirm((await make()).id, { payment_method: 'pm_card_visa', return_url: BACK }), unexpected);
        assert.equal(error.payment_intent.status, status);
      });
    }

    if (['succeeded', 'canceled'].includes(status)) {
      s.test(`the amount of ${status} is settled, its metadata and description are not`, async () => {
        const { id } = await make();
        await rejectsWith(s.stripe.paymentIntents.update(id, { amount: 5 * 100 }), { statusCode: 400 });
        const changed = await s.stripe.paymentIntents.update(id, { metadata: { a: '1' }, description: 'later' });
        assert.equal(changed.metadata.a, '1');
        assert.equal(changed.description, 'later');
      });
    }
  }

  s.test('create without confirm, update, then confirm', async () => {
    const intent = await create({ description: 'first', metadata: { a: '1' }, receipt_email: 'r@example.com', statement_descriptor_suffix: 'BOOK' });
    assert.equal(intent.latest_charge, null);
    const changed = await s.stripe.paymentIntents.update(intent.id, { amount: 2000, description: 'second', metadata: { b: '2' } });
    assert.deepEqual([changed.amount, changed.description], [2000, 'second']);
    assert.deepEqual({ ...changed.metadata }, { a: '1', b: '2' });
    const done = await s.stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa', return_url: BACK });
    assert.equal(done.amount_received, 2000);
    const charge = await s.stripe.charges.retrieve(done.latest_charge);
    assert.deepEqual([charge.description, charge.receipt_email, charge.amount], ['second', 'r@example.com', 2000]);
    assert.deepEqual({ ...charge.metadata }, { a: '1', b: '2' });
  });

  s.test('confirm without a payment method is refused', async () => {
    const { id } = await create();
    await rejectsWith(s.stripe.paymentIntents.confirm(id, { return_url: BACK }), { statusCode: 400, code: 'payment_intent_unexpected_state' });
  });

  s.test('capture: all, a part, more than there is, twice', async () => {
    const whole = await s.stripe.paymentIntents.capture((await states.requires_capture()).id);
    assert.deepEqual([whole.status, whole.amount_received], ['succeeded', 1000]);
    const { id } = await states.requires_capture();
    await rejectsWith(s.stripe.paymentIntents.capture(id, { amount_to_capture: 1001 }), { statusCode: 400, code: 'amount_too_large' });
    await rejectsWith(s.stripe.paymentIntents.capture(id, { amount_to_capture: 0 }), { statusCode: 400 });
    const part = await s.stripe.paymentIntents.capture(id, { amount_to_capture: 1 * 250 });
    assert.deepEqual([part.amount, part.amount_received, part.amount_capturable], [1000, 250, 0]);
    await rejectsWith(s.stripe.paymentIntents.capture(id), unexpected);
  });

  s.test('an authorized charge is not captured, and not refunded but canceled', async () => {
    const intent = await states.requires_capture();
    const charge = await s.stripe.charges.retrieve(intent.latest_charge);
    assert.deepEqual([charge.captured, charge.status, charge.amount_captured, charge.balance_transaction], [false, 'succeeded', 0, null]);
    await s.stripe.paymentIntents.cancel(intent.id);
    const voided = await s.stripe.charges.retrieve(charge.id);
    assert.deepEqual([voided.captured, voided.amount_captured], [false, 0]);
    await rejectsWith(s.stripe.refunds.create({ charge: charge.id }), { statusCode: 400 });
  });

  s.test('off_session with a card that needs authentication is declined', async () => {
    const customer = await s.stripe.customers.create({ name: 'Off' });
    const method = await s.stripe.paymentMethods.attach('pm_card_authenticationRequired', { customer: customer.id });
    await rejectsWith(create({ customer: customer.id, payment_method: method.id, confirm: true, off_session: true }), {
      statusCode: 402, type: 'card_error', code: 'authentication_required',
    });
  });

  s.test('error_on_requires_action turns the authentication into a decline', async () => {
    await rejectsWith(pay({ payment_method: 'pm_card_threeDSecure2Required', error_on_requires_action: true }), { statusCode: 402, type: 'card_error' });
  });

  s.test('a manual capture after 3-D Secure', async () => {
    const intent = await pay({ payment_method: 'pm_card_threeDSecure2Required', capture_method: 'manual' });
    await authenticate(s, redirectOf(intent), 'complete');
    assert.equal((await s.stripe.paymentIntents.retrieve(intent.id)).status, 'requires_capture');
    assert.equal((await s.stripe.paymentIntents.capture(intent.id)).status, 'succeeded');
  });

  s.test('setup_future_usage attaches the payment method to the customer', async () => {
    const customer = await s.stripe.customers.create({ name: 'Future' });
    const intent = await pay({ customer: customer.id, setup_future_usage: 'off_session' });
    assert.equal(intent.setup_future_usage, 'off_session');
    const methods = await s.stripe.customers.listPaymentMethods(customer.id);
    assert.deepEqual(methods.data.map(({ id }) => id), [intent.payment_method]);
    const again = await create({ customer: customer.id, payment_method: intent.payment_method, confirm: true, off_session: true });
    assert.equal(again.status, 'succeeded');
  });

  s.test('somebody else\'s payment method is refused', async () => {
    const [a, b] = await Promise.all([s.stripe.customers.create({}), s.stripe.customers.create({})]);
    const method = await s.stripe.paymentMethods.attach('pm_card_visa', { customer: a.id });
    await rejectsWith(pay({ customer: b.id, payment_method: method.id }), { statusCode: 400, type: 'invalid_request_error' });
  });

  s.test('metadata and shipping are kept, an unknown customer refused', async () => {
    const shipping = { name: 'Ada', phone: '1', carrier: 'UPS', tracking_number: '7', address: { line1: '1 Main St', city: 'X', country: 'US', line2: null, postal_code: null, state: null } };
    const made = await create({ shipping: { ...shipping, address: { line1: '1 Main St', city: 'X', country: 'US' } } });
    assert.deepEqual(JSON.parse(JSON.stringify(made.shipping)), shipping);
    await rejectsWith(create({ customer: 'cus_nobody' }), { statusCode: 400, code: 'resource_missing', param: 'customer' });
  });

  const AMOUNTS = [
    [{ amount: 49 }, { code: 'amount_too_small', param: 'amount' }],
    [{ amount: 100000000 }, { code: 'amount_too_large', param: 'amount' }],
    [{ amount: 49, currency: 'jpy' }, { code: 'amount_too_small', param: 'amount' }],
    [{ amount: 0 }, { param: 'amount' }],
    [{ amount: -100 }, { param: 'amount' }],
    [{ amount: 10.5 }, { code: 'parameter_invalid_integer', param: 'amount' }],
    [{ amount: 'ten' }, { code: 'parameter_invalid_integer', param: 'amount' }],
    [{ amount: '9223372036854775808' }, { param: 'amount' }],
    [{ amount: '-9223372036854775809' }, { param: 'amount' }],
    [{ amount: '0x10' }, { code: 'parameter_invalid_integer', param: 'amount' }],
    [{ amount: ' 1000' }, { code: 'parameter_invalid_integer', param: 'amount' }],
    [{ currency: 'zzz' }, { param: 'currency' }],
    [{ currency: '' }, { param: 'currency' }],
    [{ capture_method: 'sometimes' }, { param: 'capture_method' }],
    [{ setup_future_usage: 'never' }, { param: 'setup_future_usage' }],
  ];
  for (const [values, wanted] of AMOUNTS) {
    s.test(`${JSON.stringify(values)} is refused`, async () => {
      await rejectsWith(create(values), { statusCode: 400, type: 'invalid_request_error', ...wanted });
    });
  }

  s.test('amount and currency are required', async () => {
    await rejectsWith(s.stripe.paymentIntents.create({ currency: 'usd' }), { statusCode: 400, code: 'parameter_missing', param: 'amount' });
    await rejectsWith(s.stripe.paymentIntents.create({ amount: 100 }), { statusCode: 400, code: 'parameter_missing', param: 'currency' });
  });

  s.test('the least and the largest amount pass; currencies of 0 and 3 decimals; capitals', async () => {
    for (const [amount, currency] of [[50, 'usd'], [99999999, 'usd'], [50, 'jpy'], [1230, 'kwd'], [1000, 'EUR']]) {
      const intent = await pay({ amount, currency });
      assert.deepEqual([intent.status, intent.amount_received, intent.currency], ['succeeded', amount, currency.toLowerCase()]);
    }
  });

  s.test('the list filters by customer and created', async () => {
    const customer = await s.stripe.customers.create({});
    const mine = [await create({ customer: customer.id }), await create({ customer: customer.id })];
    const list = await s.stripe.paymentIntents.list({ customer: customer.id });
    assert.deepEqual(list.data.map(({ id }) => id), mine.map(({ id }) => id).reverse());
    assert.equal((await s.stripe.paymentIntents.list({ customer: customer.id, created: { lt: mine[0].created } })).data.length, 0);
  });

  s.test('one that never was is resource_missing', async () => {
    for (const call of ['retrieve', 'confirm', 'capture', 'cancel']) {
      await rejectsWith(s.stripe.paymentIntents[call]('pi_nothing'), { statusCode: 404, code: 'resource_missing' });
    }
  });
});
