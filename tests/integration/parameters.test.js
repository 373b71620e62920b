/*
 * parameters.test.js: what Stripe's clients may send is taken and shown, or refused by name; nothing they know is "unknown".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { rejectsWith, refused } = require('./support/expect');
const { suite } = require('./support/suite');
const { Spec } = require('./support/spec');

const BACK = 'https://example.com/back';
const CARD = { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' };

/* The operations of these resources, with the parameters of each that the document has, as names for a form. */
const ROOTS = ['customers', 'tokens', 'payment_methods', 'payment_intents', 'setup_intents', 'charges', 'refunds', 'disputes',
  'balance_transactions', 'events'];

function operations() {
  const { paths } = JSON.parse(fs.readFileSync(Spec.file(), 'utf8'));
  return Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods)
    .filter(([method]) => ROOTS.includes(path.split('/')[2]) && (method === 'post' || method === 'get'))
    .map(([method, operation]) => ({ method: method.toUpperCase(), path, names: [...namesOf(operation)] })));
}

function namesOf(operation) {
  const found = new Set();
  const walk = (schema, name) => {
    for (const branch of schema.anyOf || []) walk(branch, name);
    if (schema.items) walk(schema.items, `${name}[0]`);
    const members = Object.entries(schema.properties || {});
    for (const [member, inner] of members) walk(inner, name ? `${name}[${member}]` : member);
    if (name && members.length === 0 && !schema.items && !schema.anyOf) found.add(name);
  };
  for (const parameter of operation.parameters || []) {
    if (parameter.in === 'query') walk(parameter.schema, parameter.name);
  }
  for (const { schema } of Object.values(operation.requestBody?.content || {})) walk(schema, '');
  return found;
}

suite('parameters', {}, (s) => {
  const pay = (values = {}) => s.stripe.paymentIntents.create({
    amount: 1000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, return_url: BACK, ...values,
  });
  const unsupported = (param) => ({ statusCode: 400, type: 'invalid_request_error', code: 'parameter_unsupported', param });

  s.test('no parameter of the document is unknown to a route that is served', async () => {
    const served = (await s.server.routes()).map(({ method, path }) => `${method} ${path.replace(/\{[^}]*\}/g, '{}')}`);
    const strangers = [];
    let asked = 0;
    for (const { method, path, names } of operations()) {
      if (!served.includes(`${method} ${path.replace(/\{[^}]*\}/g, '{}')}`)) continue;
      for (const name of names) {
        if (name.startsWith('expand')) continue;
        const form = new URLSearchParams([[name, '1']]).toString();
        const where = path.replace(/\{[^}]*\}/g, 'none_1');
        const answer = await s.request(method, method === 'GET' ? `${where}?${form}` : where,
          method === 'GET' ? {} : { body: form, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
        if (answer.json?.error?.code === 'parameter_unknown') strangers.push(`${method} ${path} ${name}`);
        asked += 1;
      }
    }
    assert.deepEqual(strangers, []);
    assert.ok(asked > 1000, `${asked} asked`);
  });

  s.test('what is not here is refused by name, before anything else is looked at', async () => {
    const intents = s.stripe.paymentIntents;
    await rejectsWith(pay({ application_fee_amount: 10 }), unsupported('application_fee_amount'));
    await rejectsWith(pay({ transfer_data: { destination: 'acct_2' } }), unsupported('transfer_data'));
    await rejectsWith(pay({ on_behalf_of: 'acct_2' }), unsupported('on_behalf_of'));
    await rejectsWith(pay({ confirmation_token: 'ctoken_1' }), unsupported('confirmation_token'));
    await rejectsWith(pay({ payment_method: undefined, payment_method_data: { type: 'klarna', klarna: { dob: { day: 1, month: 1, year: 2000 } } } }),
      unsupported('payment_method_data[klarna]'));
    await rejectsWith(pay({ payment_method_options: { card: { moto: true } } }), unsupported('payment_method_options[card][moto]'));
    await rejectsWith(intents.confirm('pi_none', { amount_to_confirm: 10 }), unsupported('amount_to_confirm'));
    await rejectsWith(intents.capture('pi_none', { application_fee_amount: 10 }), unsupported('application_fee_amount'));
    await rejectsWith(s.stripe.setupIntents.create({ attach_to_self: true }), unsupported('attach_to_self'));
    await rejectsWith(s.stripe.charges.create({ amount: 100, currency: 'usd', source: 'tok_visa', destination: { account: 'acct_2' } }),
      unsupported('destination'));
    await rejectsWith(s.stripe.refunds.create({ charge: 'ch_none', reverse_transfer: true }), unsupported('reverse_transfer'));
    await rejectsWith(s.stripe.tokens.create({ bank_account: { country: 'US', currency: 'usd', account_number: '000123456789' } }),
      unsupported('bank_account'));
    await rejectsWith(s.stripe.paymentMethods.create({ type: 'us_bank_account', us_bank_account: { account_number: '000123456789' } }),
      unsupported('us_bank_account'));
    await rejectsWith(s.stripe.customers.create({ cash_balance: { settings: { reconciliation_mode: 'manual' } } }), unsupported('cash_balance'));
    await rejectsWith(s.stripe.paymentIntents.list({ customer_account: 'acct_2' }), unsupported('customer_account'));
    const error = await rejectsWith(pay({ transfer_data: { destination: 'acct_2' } }), {});
    assert.equal(error.message, 'This server does not support transfer_data: the money of a payment stays in the account that takes it.');
  });

  s.test('what asks for nothing is no wish', async () => {
    const intent = await pay({ payment_method_options: { card: { moto: false } } });
    const refund = await s.stripe.refunds.create({
      payment_intent: intent.id, amount: 100, reverse_transfer: false, refund_application_fee: false, instructions_email: 'a@example.com', currency: 'usd',
    });
    assert.equal(refund.status, 'succeeded');
    await rejectsWith(s.stripe.refunds.create({ payment_intent: intent.id, amount: 100, currency: 'eur' }),
      { statusCode: 400, code: 'refund_invalid_parameter', param: 'currency' });
  });

  s.test('what others would be told of a payment changes nothing here', async () => {
    const customer = await s.stripe.customers.create({ tax: { ip_address: '203.0.113.7', validate_location: 'deferred' } });
    const intent = await pay({
      customer: customer.id,
      mandate_data: { customer_acceptance: { type: 'online', online: { ip_address: '203.0.113.7', user_agent: 'test' } } },
      radar_options: { session: 'rse_1' },
      use_stripe_sdk: true,
      payment_method_options: {
        card: { installments: { enabled: true }, require_cvc_recollection: true },
        us_bank_account: { verification_method: 'instant' },
      },
    });
    assert.equal(intent.status, 'succeeded');
    const setup = await s.stripe.setupIntents.create({
      confirm: true, payment_method: 'pm_card_visa', return_url: BACK,
      mandate_data: { customer_acceptance: { type: 'offline', offline: {} } },
      payment_method_options: { card: { network: 'visa', mandate_options: {
        amount: 1000, amount_type: 'maximum', currency: 'usd', interval: 'month', interval_count: 1, reference: 'r', start_date: 1900000000 } } },
    });
    assert.equal(setup.status, 'succeeded');
    await s.stripe.charges.create({ amount: 100, currency: 'usd', source: 'tok_visa', radar_options: { session: 'rse_1' } });
  });

  s.test('details of amount and payment are kept, shown, changed and removed', async () => {
    const amount_details = {
      discount_amount: 50, shipping: { amount: 100, from_postal_code: '10115', to_postal_code: '20095' }, tax: { total_tax_amount: 70 },
    };
    const payment_details = { customer_reference: 'C-1', order_reference: 'O-1' };
    const intent = await s.stripe.paymentIntents.create({ amount: 1000, currency: 'usd', amount_details, payment_details });
    const shown = await s.stripe.paymentIntents.retrieve(intent.id);
    assert.deepEqual(shown.amount_details, { ...amount_details, tip: {} });
    assert.deepEqual(shown.payment_details, payment_details);
    const changed = await s.stripe.paymentIntents.update(intent.id, { payment_details: { order_reference: 'O-2' } });
    assert.deepEqual(changed.payment_details, { customer_reference: null, order_reference: 'O-2' });
    assert.deepEqual(changed.amount_details, shown.amount_details);
    const removed = await s.stripe.paymentIntents.update(intent.id, { payment_details: '', amount_details: '' });
    assert.equal(removed.payment_details, undefined);
    assert.equal(removed.amount_details, undefined);
  });

  s.test('options of the card go before the intent\'s own', async () => {
    const customer = await s.stripe.customers.create({});
    const card = { capture_method: 'manual', setup_future_usage: 'off_session', network: 'visa', request_multicapture: 'if_available' };
    const intent = await pay({ customer: customer.id, payment_method_options: { card } });
    assert.equal(intent.status, 'requires_capture');
    assert.equal(intent.capture_method, 'automatic_async');
    for (const [name, value] of Object.entries(card)) assert.equal(intent.payment_method_options.card[name], value, name);
    assert.equal((await s.stripe.paymentMethods.retrieve(intent.payment_method)).customer, customer.id);
    const captured = await s.stripe.paymentIntents.capture(intent.id, { payment_details: { order_reference: 'O-3' } });
    assert.equal(captured.status, 'succeeded');
    assert.equal(captured.payment_details.order_reference, 'O-3');

    const once = await pay({ customer: customer.id, setup_future_usage: 'off_session', payment_method_options: { card: { setup_future_usage: 'none' } } });
    assert.equal((await s.stripe.paymentMethods.retrieve(once.payment_method)).customer, null);
  });

  s.test('options of the card can be changed and taken back', async () => {
    const intent = await s.stripe.paymentIntents.create({
      amount: 1000, currency: 'usd', payment_method_options: { card: { capture_method: 'manual', request_three_d_secure: 'any', network: 'visa' } },
    });
    const changed = await s.stripe.paymentIntents.update(intent.id, { payment_method_options: { card: { capture_method: '' } } });
    assert.equal(changed.payment_method_options.card.capture_method, undefined);
    assert.equal(changed.payment_method_options.card.network, 'visa');
    assert.equal(changed.payment_method_options.card.request_three_d_secure, 'any');
    const paid = await s.stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa', return_url: BACK });
    assert.equal(paid.status, 'succeeded');
  });

  for (const word of [true, 'one_off', 'recurring']) {
    s.test(`off_session ${word}: a card that must be authenticated is declined`, async () => {
      await rejectsWith(pay({ payment_method: 'pm_card_authenticationRequired', off_session: word }),
        { statusCode: 402, code: 'authentication_required' });
    });
  }

  s.test('off_session false: it is asked to authenticate', async () => {
    assert.equal((await pay({ payment_method: 'pm_card_authenticationRequired', off_session: false })).status, 'requires_action');
  });

  s.test('a method made along the way has all that was said of it', async () => {
    const token = await s.stripe.tokens.create({ card: { ...CARD, networks: { preferred: 'visa' } } });
    const intent = await pay({
      payment_method: undefined,
      payment_method_data: {
        type: 'card', card: { token: token.id }, allow_redisplay: 'always', radar_options: { session: 'rse_1' },
        billing_details: { name: 'Ada', email: 'ada@example.com', phone: '', tax_id: '12345678', address: { line1: '1 Main', line2: '', city: 'Berlin' } },
      },
    });
    const method = await s.stripe.paymentMethods.retrieve(intent.payment_method);
    assert.equal(method.allow_redisplay, 'always');
    assert.equal(method.billing_details.tax_id, '12345678');
    assert.equal(method.billing_details.phone, null);
    assert.deepEqual(method.billing_details.address,
      { city: 'Berlin', country: null, line1: '1 Main', line2: null, postal_code: null, state: null });
  });

  s.test('shipping is set, and removed by an empty text', async () => {
    const shipping = { name: 'Ada', address: { line1: '1 Main', line2: '' } };
    const intent = await s.stripe.paymentIntents.create({ amount: 1000, currency: 'usd', shipping });
    assert.equal(intent.shipping.address.line1, '1 Main');
    assert.equal(intent.shipping.address.line2, null);
    assert.equal((await s.stripe.paymentIntents.update(intent.id, { shipping: '' })).shipping, null);
  });

  s.test('a capture may name the receipt\'s address and the transfer group', async () => {
    const charge = await s.stripe.charges.create({ amount: 500, currency: 'usd', source: 'tok_visa', capture: false });
    const captured = await s.stripe.charges.capture(charge.id, { receipt_email: 'a@example.com', transfer_group: 'group-1' });
    assert.equal(captured.captured, true);
    assert.equal(captured.receipt_email, 'a@example.com');
    assert.equal(captured.transfer_group, 'group-1');
    assert.deepEqual((await s.stripe.charges.list({ transfer_group: 'group-1' })).data.map(({ id }) => id), [charge.id]);
  });

  s.test('setup intents: lists of types are set and removed', async () => {
    const setup = await s.stripe.setupIntents.create({ excluded_payment_method_types: ['klarna'] });
    assert.deepEqual(setup.excluded_payment_method_types, ['klarna']);
    assert.equal((await s.stripe.setupIntents.update(setup.id, { excluded_payment_method_types: '' })).excluded_payment_method_types, null);
    refused(await s.post(`/v1/setup_intents/${setup.id}`, { excluded_payment_method_types: ['card'] }), 400, { param: 'excluded_payment_method_types' });
    refused(await s.post(`/v1/setup_intents/${setup.id}`, { excluded_payment_method_types: ['klarna', 'no_such'] }), 400,
      { param: 'excluded_payment_method_types[1]' });
  });
});
