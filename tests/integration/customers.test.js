/*
 * customers.test.js: customers of /v1: every parameter, metadata, balance, deletion, lists.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { rejectsWith } = require('./support/expect');
const { suite } = require('./support/suite');

const plain = (value) => JSON.parse(JSON.stringify(value));

suite('customers', {}, (s) => {
  const ADDRESS = { city: 'London', country: 'GB', line1: '1 Main St', line2: 'Flat 2', postal_code: 'N1', state: 'LDN' };

  s.test('every parameter comes back', async () => {
    const values = {
      name: 'Ada Lovelace', email: 'ada@example.com', phone: '+44 20 0000', description: 'First', address: ADDRESS, balance: -500,
      shipping: { name: 'Ada', phone: '123', address: ADDRESS }, metadata: { a: '1', b: '2' }, preferred_locales: ['en', 'fr'],
      tax_exempt: 'reverse', invoice_prefix: 'ADA1',
      invoice_settings: { footer: 'Thanks', custom_fields: [{ name: 'PO', value: '77' }] },
    };
    const made = plain(await s.stripe.customers.create(values));
    for (const name of ['name', 'email', 'phone', 'description', 'address', 'balance', 'metadata', 'preferred_locales', 'tax_exempt', 'invoice_prefix']) {
      assert.deepEqual(made[name], values[name], name);
    }
    assert.deepEqual(made.shipping, values.shipping);
    assert.equal(made.invoice_settings.footer, 'Thanks');
    assert.deepEqual(made.invoice_settings.custom_fields, [{ name: 'PO', value: '77' }]);
    assert.deepEqual(plain(await s.stripe.customers.retrieve(made.id)), made);
  });

  s.test('an update changes what it names, merges metadata, and unsets with an empty text', async () => {
    const made = await s.stripe.customers.create({ name: 'A', description: 'kept', metadata: { a: '1', b: '2' }, address: ADDRESS });
    const changed = plain(await s.stripe.customers.update(made.id, { name: 'B', metadata: { b: '', c: '3' } }));
    assert.equal(changed.name, 'B');
    assert.equal(changed.description, 'kept');
    assert.deepEqual(changed.metadata, { a: '1', c: '3' });
    assert.deepEqual(changed.address, ADDRESS);
    const unset = plain(await s.stripe.customers.update(made.id, { description: '', address: '', metadata: '' }));
    assert.equal(unset.description, null);
    assert.equal(unset.address, null);
    assert.deepEqual(unset.metadata, {});
  });

  s.test('wrong values are refused with the parameter\'s name', async () => {
    await rejectsWith(s.stripe.customers.create({ email: 'nothing' }), { statusCode: 400, code: 'email_invalid', param: 'email' });
    await rejectsWith(s.stripe.customers.create({ tax_exempt: 'sometimes' }), { statusCode: 400, param: 'tax_exempt' });
    await rejectsWith(s.stripe.customers.create({ balance: 'ten' }), { statusCode: 400, code: 'parameter_invalid_integer', param: 'balance' });
    await rejectsWith(s.stripe.customers.create({ address: 'London' }), { statusCode: 400, param: 'address' });
    await rejectsWith(s.stripe.customers.create({ payment_method: 'pm_nothing' }), { statusCode: 400, code: 'resource_missing', param: 'payment_method' });
  });

  s.test('metadata: 50 keys of 40 characters with values of 500, and no more', async () => {
    const full = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`.padEnd(40, 'x'), 'v'.repeat(500)]));
    const made = await s.stripe.customers.create({ metadata: full });
    assert.deepEqual(plain(made.metadata), full);
    await rejectsWith(s.stripe.customers.update(made.id, { metadata: { onemore: '1' } }), { statusCode: 400 });
    await rejectsWith(s.stripe.customers.create({ metadata: { ['k'.repeat(41)]: '1' } }), { statusCode: 400 });
    await rejectsWith(s.stripe.customers.create({ metadata: { k: 'v'.repeat(501) } }), { statusCode: 400 });
  });

  s.test('a deleted customer is an id with deleted: true, and takes no more', async () => {
    const made = await s.stripe.customers.create({ name: 'Gone' });
    assert.deepEqual(plain(await s.stripe.customers.del(made.id)), { id: made.id, object: 'customer', deleted: true });
    assert.deepEqual(plain(await s.stripe.customers.retrieve(made.id)), { id: made.id, object: 'customer', deleted: true });
    await rejectsWith(s.stripe.customers.update(made.id, { name: 'Back' }), { statusCode: 404, code: 'resource_missing' });
    await rejectsWith(s.stripe.customers.del(made.id), { statusCode: 404, code: 'resource_missing' });
    await rejectsWith(s.stripe.paymentIntents.create({ amount: 100, currency: 'usd', customer: made.id }), { statusCode: 400, code: 'resource_missing', param: 'customer' });
    const listed = await s.stripe.customers.list({ limit: 100 });
    assert.ok(!listed.data.some(({ id }) => id === made.id));
  });

  s.test('one that never was is resource_missing with param id', async () => {
    await rejectsWith(s.stripe.customers.retrieve('cus_nobody'), {
      statusCode: 404, type: 'invalid_request_error', code: 'resource_missing', param: 'id', message: /No such customer: 'cus_nobody'/,
    });
  });

  s.test('balance transactions move the balance and remember its end', async () => {
    const made = await s.stripe.customers.create({ name: 'Balance' });
    const credit = await s.stripe.customers.createBalanceTransaction(made.id, { amount: -1000, currency: 'usd', description: 'Sorry' });
    assert.equal(credit.type, 'adjustment');
    assert.equal(credit.ending_balance, -1000);
    const debit = await s.stripe.customers.createBalanceTransaction(made.id, { amount: 300, currency: 'usd', metadata: { why: 'x' } });
    assert.equal(debit.ending_balance, -700);
    assert.equal((await s.stripe.customers.retrieve(made.id)).balance, -700);
    const list = await s.stripe.customers.listBalanceTransactions(made.id);
    assert.deepEqual(list.data.map(({ id }) => id), [debit.id, credit.id]);
    const changed = await s.stripe.customers.updateBalanceTransaction(made.id, debit.id, { description: 'Fee' });
    assert.equal(changed.description, 'Fee');
    assert.equal((await s.stripe.customers.retrieveBalanceTransaction(made.id, credit.id)).amount, -1000);
  });

  s.test('twenty balance transactions at once all count', async () => {
    const made = await s.stripe.customers.create({ name: 'Crowd' });
    const all = await Promise.all(Array.from({ length: 20 }, () =>
      s.stripe.customers.createBalanceTransaction(made.id, { amount: 5, currency: 'usd' })));
    assert.equal((await s.stripe.customers.retrieve(made.id)).balance, 100);
    assert.deepEqual(all.map(({ ending_balance: end }) => end).sort((a, b) => a - b), Array.from({ length: 20 }, (_, i) => (i + 1) * 5));
  });

  s.test('created filters the list', async () => {
    const made = await s.stripe.customers.create({ email: 'created@example.com' });
    const count = async (created) => (await s.stripe.customers.list({ email: 'created@example.com', created })).data.length;
    assert.equal(await count(made.created), 1);
    assert.equal(await count({ gte: made.created, lte: made.created }), 1);
    assert.equal(await count({ gt: made.created }), 0);
    assert.equal(await count({ lt: made.created }), 0);
  });
});
