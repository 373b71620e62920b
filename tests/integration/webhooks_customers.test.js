/*
 * webhooks_customers.test.js: what Stripe tells of customers and payment methods is what is stored, in whatever order it comes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered } = require('./support/expect');
const { eventsOf } = require('./support/events');
const { suite } = require('./support/suite');
const { deliver, eventOf, nextId, now, untilEvent } = require('./support/webhooks');

const customerOf = (more) => ({
  id: nextId('cus'), object: 'customer', address: null, balance: 0, created: now() - 100, currency: null, default_source: null, delinquent: false,
  description: null, email: 'told@example.com', invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
  livemode: false, metadata: {}, name: 'Told', phone: null, preferred_locales: [], shipping: null, tax_exempt: 'none', ...more,
});
const methodOf = (customer, more) => ({
  id: nextId('pm'), object: 'payment_method', allow_redisplay: 'unspecified', created: now() - 50, customer, livemode: false, metadata: {}, type: 'card',
  billing_details: { address: { city: 'Bern', country: 'CH', line1: null, line2: null, postal_code: '3000', state: null }, email: null, name: 'Told', phone: null },
  card: { brand: 'visa', checks: { cvc_check: 'pass' }, country: 'US', exp_month: 8, exp_year: 2031, fingerprint: 'Xt5EWLLDS7FJjR1c', funding: 'credit', last4: '4242' }, ...more,
});

suite('what Stripe tells of customers', {}, (s) => {
  const tell = async (type, object, more = {}, outcome = 'applied') => {
    const stored = await deliver(s, eventOf(type, object, more), s.server.stripeSecret);
    assert.equal(stored.outcome, outcome, JSON.stringify(stored));
    return stored;
  };
  const replay = async (stored) => {
    answered(await s.post(`/api/v1/admin/webhooks/events/${stored.id}/replay`, {}), 200);
    return untilEvent(s, stored.id);
  };

  s.test('customer.created makes a customer of that id, once', async () => {
    const customer = customerOf({ address: { city: 'Bern', country: 'CH', line1: 'A 1', line2: null, postal_code: '3000', state: null }, metadata: { a: 'b' }, phone: '+41 31 000 00 00', balance: -500, currency: 'usd', preferred_locales: ['de'], shipping: { name: 'S', phone: null, address: { city: 'Thun' } } });
    const told = await eventsOf(s, async () => {
      const stored = await tell('customer.created', customer);
      await replay(stored);
    });
    const found = await s.stripe.customers.retrieve(customer.id);
    for (const name of ['email', 'name', 'phone', 'balance', 'metadata', 'address', 'created', 'preferred_locales', 'currency']) assert.deepEqual(found[name], customer[name], name);
    assert.equal(found.shipping.address.city, 'Thun');
    assert.deepEqual(told.map(({ type }) => type), ['customer.created']);
  });

  s.test('customer.updated changes what it names, and an older one does not', async () => {
    const customer = customerOf();
    await tell('customer.created', customer, { created: now() - 20 });
    const told = await eventsOf(s, () => tell('customer.updated', { ...customer, name: 'New', email: null, metadata: { c: 'd' } }, { created: now() - 10 }));
    assert.deepEqual(told.map(({ type }) => type), ['customer.updated']);
    await tell('customer.updated', { ...customer, name: 'Old' }, { created: now() - 15 }, 'superseded');
    const found = await s.stripe.customers.retrieve(customer.id);
    assert.equal(found.name, 'New');
    assert.equal(found.email, null);
    assert.deepEqual({ ...found.metadata }, { c: 'd' });
    await tell('customer.updated', { id: customer.id, object: 'customer', phone: '1' });
    assert.equal((await s.stripe.customers.retrieve(customer.id)).name, 'New');
  });

  s.test('an update of an unknown customer makes it; the creation that comes late changes nothing', async () => {
    const customer = customerOf();
    await tell('customer.updated', { ...customer, name: 'New' }, { created: now() - 10 });
    await tell('customer.created', customer, { created: now() - 20 }, 'superseded');
    assert.equal((await s.stripe.customers.retrieve(customer.id)).name, 'New');
  });

  s.test('within a second a creation is before a change, whatever their ids say', async () => {
    for (const [first, second] of [['evt_a', 'evt_b'], ['evt_b', 'evt_a']]) {
      const customer = customerOf();
      const created = now() - 10;
      const mark = nextId('x');
      await tell('customer.updated', { ...customer, name: 'New' }, { created, id: `${first}${mark}` });
      await tell('customer.created', customer, { created, id: `${second}${mark}` }, 'superseded');
      assert.equal((await s.stripe.customers.retrieve(customer.id)).name, 'New');
    }
  });

  s.test('a deleted customer stays deleted, also when that is the first that is heard of it', async () => {
    const customer = customerOf();
    await tell('customer.created', customer, { created: now() - 20 });
    const told = await eventsOf(s, async () => replay(await tell('customer.deleted', customer, { created: now() - 10 })));
    assert.deepEqual(told.map(({ type }) => type), ['customer.deleted']);
    await tell('customer.updated', { ...customer, name: 'Back' });
    assert.equal((await s.stripe.customers.retrieve(customer.id)).deleted, true);
    const other = customerOf();
    await tell('customer.deleted', other, { created: now() - 10 });
    await tell('customer.created', other, { created: now() - 20 }, 'superseded');
    assert.equal((await s.stripe.customers.retrieve(other.id)).deleted, true);
  });

  s.test('a customer made here is changed by its id', async () => {
    const { id } = await s.stripe.customers.create({ name: 'Here', email: 'here@example.com' });
    await tell('customer.updated', { id, object: 'customer', name: 'There' });
    const found = await s.stripe.customers.retrieve(id);
    assert.deepEqual([found.name, found.email], ['There', 'here@example.com']);
  });

  s.test('a method is attached, changed, made default and detached', async () => {
    const customer = customerOf();
    await tell('customer.created', customer, { created: now() - 40 });
    const method = methodOf(customer.id);
    const told = await eventsOf(s, async () => replay(await tell('payment_method.attached', method, { created: now() - 30 })));
    assert.deepEqual(told.map(({ type }) => type), ['payment_method.attached']);
    const found = await s.stripe.customers.retrievePaymentMethod(customer.id, method.id);
    assert.deepEqual([found.card.last4, found.card.exp_year, found.billing_details.address.city, found.billing_details.name], ['4242', 2031, 'Bern', 'Told']);
    await tell('payment_method.updated', { ...method, card: { ...method.card, exp_year: 2035 } }, { created: now() - 20 });
    assert.equal((await s.stripe.paymentMethods.retrieve(method.id)).card.exp_year, 2035);
    await tell('customer.updated', { ...customer, invoice_settings: { default_payment_method: method.id } }, { created: now() - 15 });
    assert.equal((await s.stripe.customers.retrieve(customer.id)).invoice_settings.default_payment_method, method.id);
    await tell('payment_method.detached', { ...method, customer: null }, { created: now() - 10 });
    await tell('payment_method.attached', method, { created: now() - 30 }, 'superseded');
    assert.equal((await s.stripe.paymentMethods.retrieve(method.id)).customer, null);
    assert.equal((await s.stripe.customers.retrieve(customer.id)).invoice_settings.default_payment_method, null);
    await tell('payment_method.updated', method);
    assert.equal((await s.stripe.paymentMethods.retrieve(method.id)).customer, null);
  });

  s.test('whatever is heard of first, customer and method end alike', async () => {
    const moves = (customer, method) => [
      ['customer.created', customer, { created: now() - 40 }],
      ['payment_method.attached', method, { created: now() - 30 }],
      ['customer.updated', { ...customer, name: 'New', invoice_settings: { default_payment_method: method.id } }, { created: now() - 20 }],
    ];
    const seen = [];
    for (const order of [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]) {
      const customer = customerOf({ created: 1700000000 });
      const method = methodOf(customer.id, { created: 1700000100 });
      const list = moves(customer, method);
      for (const i of order) await deliver(s, eventOf(...list[i]), s.server.stripeSecret);
      const found = await s.stripe.customers.retrieve(customer.id, { expand: ['invoice_settings.default_payment_method'] });
      seen.push(JSON.stringify(found).replaceAll(customer.id, 'CUS').replaceAll(method.id, 'PM').replaceAll(found.invoice_prefix, 'PREFIX'));
    }
    assert.equal(new Set(seen).size, 1, seen.join('\n'));
  });

  s.test('a method of a customer that was deleted is nobody\'s', async () => {
    const customer = customerOf();
    const method = methodOf(customer.id);
    await tell('payment_method.attached', method, { created: now() - 30 });
    await tell('customer.deleted', customer, { created: now() - 20 });
    assert.equal((await s.stripe.paymentMethods.retrieve(method.id)).customer, null);
    const late = methodOf(customer.id);
    await tell('payment_method.attached', late, { created: now() - 10 });
    assert.equal((await s.stripe.paymentMethods.retrieve(late.id)).customer, null);
  });
});
