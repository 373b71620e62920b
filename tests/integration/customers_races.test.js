/*
 * customers_races.test.js: what must hold of customers when requests meet, and what their events say.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const cards = require('./support/cards');
const { answered, refused, rejectsWith, tally } = require('./support/expect');
const jwt = require('./support/jwt');
const { suite } = require('./support/suite');

const plain = (value) => JSON.parse(JSON.stringify(value));

suite('customers when requests meet', { env: { STRIPE_LITE_CUSTOMERS_UNIQUE_EMAIL: 'true' } }, (s) => {
  const token = () => s.stripe.tokens.create({ card: { number: cards.VISA, exp_month: '12', exp_year: '34', cvc: '314' } });
  const times = (count, body) => Promise.allSettled(Array.from({ length: count }, body));

  s.test('a token used ten times at once makes one method', async () => {
    const { id } = await token();
    const { fulfilled, rejected } = tally(await times(10, () => s.stripe.paymentMethods.create({ type: 'card', card: { token: id } })));
    assert.equal(fulfilled.length, 1);
    assert.deepEqual([...new Set(rejected.map(({ code }) => code))], ['token_already_used']);
  });

  s.test('an invoice prefix asked for eight times at once is given once', async () => {
    const { fulfilled, rejected } = tally(await times(8, () => s.stripe.customers.create({ invoice_prefix: 'RACE1' })));
    assert.equal(fulfilled.length, 1);
    for (const error of rejected) assert.deepEqual([error.statusCode, error.param], [400, 'invoice_prefix']);
  });

  s.test('an email is held across both faces, in any case of letters, until it is changed or its customer deleted', async () => {
    const first = await s.stripe.customers.create({ email: 'Held@example.com' });
    await rejectsWith(s.stripe.customers.create({ email: 'held@EXAMPLE.com' }), { statusCode: 409 });
    answered(await s.post('/customers', { name: 'A', email: 'held@example.com' }), 409);
    const second = await s.stripe.customers.create({ email: 'second@example.com' });
    await rejectsWith(s.stripe.customers.update(second.id, { email: 'held@example.com' }), { statusCode: 409 });
    await s.stripe.customers.update(first.id, { email: 'moved@example.com' });
    await s.stripe.customers.update(second.id, { email: 'held@example.com' });
    await s.stripe.customers.del(second.id);
    await s.stripe.customers.create({ email: 'held@example.com' });
    await s.stripe.customers.update(first.id, { email: '' });
    await s.stripe.customers.create({ email: 'moved@example.com' });
  });

  s.test('made default, detached and deleted at once: no default is left without its method', async () => {
    for (let i = 0; i < 10; i += 1) {
      const { id } = await s.stripe.customers.create({ payment_method: 'pm_card_visa' });
      const [method] = (await s.stripe.customers.listPaymentMethods(id)).data;
      await Promise.allSettled([
        s.stripe.customers.update(id, { invoice_settings: { default_payment_method: method.id } }),
        s.stripe.paymentMethods.detach(method.id),
        ...(i % 2 ? [s.stripe.customers.del(id)] : []),
      ]);
      const customer = await s.stripe.customers.retrieve(id);
      const wanted = customer.deleted ? null : customer.invoice_settings.default_payment_method;
      if (wanted) assert.equal((await s.stripe.paymentMethods.retrieve(wanted)).customer, id);
    }
  });

  s.test('attached while its customer is deleted: no method is left with a deleted customer', async () => {
    for (let i = 0; i < 10; i += 1) {
      const { id } = await s.stripe.customers.create({});
      const [attached] = await Promise.allSettled([s.stripe.paymentMethods.attach('pm_card_visa', { customer: id }), s.stripe.customers.del(id)]);
      if (attached.status === 'fulfilled') assert.equal((await s.stripe.paymentMethods.retrieve(attached.value.id)).customer, null);
    }
  });

  s.test('events: what changed is told with its value before; the last one shows the whole customer', async () => {
    const { id } = await s.stripe.customers.create({ name: 'A', metadata: { a: '1' }, balance: 5 });
    await s.stripe.customers.update(id, { name: 'B', metadata: { a: '2', b: '3' }, balance: 9 });
    await s.stripe.customers.update(id, { name: 'B' });
    await s.stripe.customers.del(id);
    const events = await s.server.database.rows(`SELECT type, data, previous FROM events WHERE object_id = '${id}' ORDER BY created, id`);
    const value = (text) => (typeof text === 'string' ? JSON.parse(text) : text);
    assert.deepEqual(events.map(({ type }) => type), ['customer.created', 'customer.updated', 'customer.deleted']);
    assert.deepEqual(value(events[1].previous), { name: 'A', metadata: { a: '1', b: null }, balance: 5 });
    assert.deepEqual([value(events[2].data).name, value(events[2].data).deleted], ['B', undefined]);
  });
});

suite('customers and what they bring', {}, (s) => {
  s.test('a new customer may bring its default along by name', async () => {
    const made = await s.stripe.customers.create({ payment_method: 'pm_card_visa', invoice_settings: { default_payment_method: 'pm_card_visa' } });
    const [method] = (await s.stripe.customers.listPaymentMethods(made.id)).data;
    assert.equal(made.invoice_settings.default_payment_method, method.id);
    const other = await s.stripe.customers.create({});
    await rejectsWith(s.stripe.customers.update(other.id, { invoice_settings: { default_payment_method: method.id } }), {
      statusCode: 400, code: 'resource_missing', param: 'invoice_settings[default_payment_method]',
    });
  });

  s.test('a card that declines when it is kept is not kept, and there is no customer', async () => {
    await rejectsWith(s.stripe.customers.create({ email: 'decline@example.com', payment_method: 'pm_card_chargeDeclined' }), {
      statusCode: 402, type: 'card_error', code: 'card_declined', decline_code: 'generic_decline',
    });
    assert.equal((await s.stripe.customers.list({ email: 'decline@example.com' })).data.length, 0);
  });

  s.test('a source becomes the default source; the next one takes its place', async () => {
    const made = await s.stripe.customers.create({ source: 'tok_visa' });
    const changed = await s.stripe.customers.update(made.id, { source: 'tok_mastercard' });
    const methods = (await s.stripe.customers.listPaymentMethods(made.id)).data;
    assert.deepEqual(methods.map(({ id }) => id), [changed.default_source, made.default_source]);
  });

  s.test('the balance: its changes are transactions of one currency', async () => {
    const made = await s.stripe.customers.create({ balance: 5 });
    await s.stripe.customers.update(made.id, { balance: -5 });
    const { data } = await s.stripe.customers.listBalanceTransactions(made.id);
    assert.deepEqual(data.map(({ type, amount, ending_balance: end }) => [type, amount, end]), [['adjustment', -10, -5], ['initial', 5, 5]]);
    await rejectsWith(s.stripe.customers.createBalanceTransaction(made.id, { amount: 5, currency: 'eur' }), { statusCode: 400, param: 'currency' });
    await rejectsWith(s.stripe.customers.createBalanceTransaction(made.id, { amount: 0, currency: 'usd' }), { statusCode: 400, param: 'amount' });
    const other = await s.stripe.customers.create({});
    await rejectsWith(s.stripe.customers.retrieveBalanceTransaction(other.id, data[0].id), { statusCode: 404 });
  });

  s.test('search finds by name, phone, metadata and time', async () => {
    const made = await s.stripe.customers.create({ name: 'Needle', phone: '+1 555 7', metadata: { k: 'hay' } });
    for (const query of ["name:'needle'", "phone~'555 7'", "metadata['k']:'hay'", `created>=${made.created} AND name~'eedl'`]) {
      assert.deepEqual((await s.stripe.customers.search({ query })).data.map(({ id }) => id), [made.id], query);
    }
  });

  s.test('a publishable key makes tokens and methods of cards, and is told what is missing', async () => {
    const key = s.server.publishableKey;
    assert.match(answered(await s.post('/v1/tokens', { card: cards.card(cards.VISA).card }, { key }), 200).id, /^tok_/);
    answered(await s.post('/v1/payment_methods', cards.card(cards.VISA), { key }), 200);
    refused(await s.post('/v1/tokens', {}, { key }), 400, { code: 'parameter_missing', param: 'card' });
    refused(await s.post('/v1/payment_methods', { type: 'card' }, { key }), 400, { code: 'parameter_missing', param: 'card' });
    refused(await s.post('/v1/payment_methods', { type: 'card', card: { token: 'tok_nothing' } }, { key }), 400, { code: 'resource_missing' });
  });

  s.test('a customer reads its own records, and nobody else\'s', async () => {
    const [own, other] = [await s.stripe.customers.create({ payment_method: 'pm_card_visa' }), await s.stripe.customers.create({ payment_method: 'pm_card_visa' })];
    const key = jwt.hs256(s.server.jwtSecret, jwt.claims(`customer:${own.id}`));
    for (const path of ['/v1/customers/ID', '/customers/ID', '/v1/customers/ID/payment_methods', '/v1/customers/ID/balance_transactions']) {
      answered(await s.get(path.replace('ID', own.id), { key }), 200);
      answered(await s.get(path.replace('ID', other.id), { key }), 404);
    }
    assert.deepEqual(answered(await s.get('/v1/payment_methods', { key }), 200).data.map(({ customer }) => customer), [own.id]);
    assert.deepEqual(plain(answered(await s.get('/v1/customers', { key }), 200).data.map(({ id }) => id)), [own.id]);
  });
});
