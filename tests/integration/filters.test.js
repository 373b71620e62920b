/*
 * filters.test.js: each filter of each list: its own objects, all of them, and nothing else; pages of events of several types.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { refused } = require('./support/expect');
const { suite } = require('./support/suite');
const { until } = require('./support/poll');

suite('filters', {}, (s) => {
  const made = [];

  /* Two customers who each did everything once. */
  s.test('two stories', async () => {
    for (const name of ['ada', 'bob']) {
      const customer = await s.stripe.customers.create({ name, email: `${name}@example.com` });
      const method = await s.stripe.paymentMethods.attach('pm_card_createDispute', { customer: customer.id });
      await s.stripe.paymentMethods.update(method.id, { allow_redisplay: name === 'ada' ? 'always' : 'limited' });
      const setup = await s.stripe.setupIntents.create({ customer: customer.id, payment_method: method.id });
      const intent = await s.stripe.paymentIntents.create({
        amount: 1000, currency: name === 'ada' ? 'usd' : 'eur', customer: customer.id, payment_method: 'pm_card_visa', confirm: true,
        return_url: 'https://example.com/back', transfer_group: `group-${name}`,
      });
      const refund = await s.stripe.refunds.create({ payment_intent: intent.id, amount: 100 });
      const disputed = await s.stripe.paymentIntents.create({
        amount: 2000, currency: 'usd', customer: customer.id, payment_method: method.id, confirm: true, return_url: 'https://example.com/back',
      });
      const dispute = await until('the dispute arrives', async () => (await s.stripe.disputes.list({ payment_intent: disputed.id })).data[0]);
      made.push({ name, customer, method, setup, intent, refund, disputed, dispute });
    }
  });

  /* list(one of two stories' parameters) has `wanted` of it, and nothing that the other's has. */
  const told = async (resource, filter, wanted) => {
    const pages = [];
    for (const story of made) {
      const page = await s.stripe[resource].list({ limit: 100, ...filter(story) });
      const ids = page.data.map(({ id }) => id);
      const expected = wanted(story);
      for (const id of expected) assert.ok(ids.includes(id), `${resource} of ${story.name}: ${ids} has no ${id}`);
      assert.equal(page.has_more, false);
      pages.push(ids);
    }
    assert.deepEqual(pages[0].filter((id) => pages[1].includes(id)), [], `${resource}: what both filters show`);
  };

  const filters = {
    customers: [['email', ({ customer }) => customer.email, ({ customer }) => [customer.id]]],
    payment_methods: [
      ['customer', ({ customer }) => customer.id, ({ method }) => [method.id]],
      ['allow_redisplay', ({ name }) => (name === 'ada' ? 'always' : 'limited'), ({ method }) => [method.id]],
    ],
    payment_intents: [['customer', ({ customer }) => customer.id, ({ intent, disputed }) => [intent.id, disputed.id]]],
    setup_intents: [
      ['customer', ({ customer }) => customer.id, ({ setup }) => [setup.id]],
      ['payment_method', ({ method }) => method.id, ({ setup }) => [setup.id]],
    ],
    charges: [
      ['customer', ({ customer }) => customer.id, ({ intent, disputed }) => [intent.latest_charge, disputed.latest_charge]],
      ['payment_intent', ({ intent }) => intent.id, ({ intent }) => [intent.latest_charge]],
      ['transfer_group', ({ name }) => `group-${name}`, ({ intent }) => [intent.latest_charge]],
    ],
    refunds: [
      ['charge', ({ intent }) => intent.latest_charge, ({ refund }) => [refund.id]],
      ['payment_intent', ({ intent }) => intent.id, ({ refund }) => [refund.id]],
    ],
    disputes: [
      ['charge', ({ disputed }) => disputed.latest_charge, ({ dispute }) => [dispute.id]],
      ['payment_intent', ({ disputed }) => disputed.id, ({ dispute }) => [dispute.id]],
    ],
    balance_transactions: [
      ['source', ({ refund }) => refund.id, ({ refund }) => [refund.balance_transaction]],
      ['type', ({ name }) => (name === 'ada' ? 'refund' : 'adjustment'), () => []],
      ['currency', ({ name }) => (name === 'ada' ? 'usd' : 'eur'), ({ refund }) => [refund.balance_transaction]],
    ],
  };
  const sdk = (resource) => resource.replace(/_(.)/g, (all, letter) => letter.toUpperCase());
  for (const [resource, list] of Object.entries(filters)) {
    for (const [param, value, wanted] of list) {
      s.test(`${resource} by ${param}`, () => told(sdk(resource), (story) => ({ [param]: value(story) }), wanted));
    }
    s.test(`${resource} by created`, async () => {
      const all = await s.stripe[sdk(resource)].list({ limit: 100 });
      assert.ok(all.data.length >= 2);
      const { created } = all.data[0];
      assert.equal((await s.stripe[sdk(resource)].list({ created: { gt: created } })).data.length, 0);
      assert.ok((await s.stripe[sdk(resource)].list({ created })).data.every((one) => one.created === created));
      assert.equal((await s.stripe[sdk(resource)].list({ limit: 100, created: { lte: created } })).data.length, all.data.length);
    });
  }

  s.test('of nobody there is nothing', async () => {
    for (const [resource, list] of Object.entries(filters)) {
      for (const [param] of list.filter(([one]) => one !== 'allow_redisplay')) {
        assert.deepEqual((await s.stripe[sdk(resource)].list({ [param]: 'nobody' })).data, [], `${resource} ${param}`);
      }
    }
    assert.deepEqual((await s.stripe.customers.list({ test_clock: 'clock_none' })).data, []);
    assert.deepEqual((await s.stripe.balanceTransactions.list({ payout: 'po_none' })).data, []);
  });

  s.test('one event is retrieved as it is listed', async () => {
    const [event] = (await s.stripe.events.list({ type: 'refund.created', limit: 1 })).data;
    assert.equal(event.data.object.id, made[1].refund.id);
    assert.deepEqual(await s.stripe.events.retrieve(event.id), event);
    refused(await s.get('/v1/events/evt_none'), 404, { code: 'resource_missing', message: 'No such event: \'evt_none\'' });
  });

  const ids = (page) => page.data.map(({ id }) => id);

  s.test('events of several types are those of each, in the order of all', async () => {
    const types = ['charge.succeeded', 'refund.created', 'customer.created', 'refund.created'];
    const wanted = ids(await s.stripe.events.list({ limit: 100 })
      .then((page) => ({ data: page.data.filter(({ type }) => types.includes(type)) })));
    assert.ok(wanted.length >= 8, `${wanted.length} events`);
    assert.deepEqual(ids(await s.stripe.events.list({ limit: 100, types })), wanted);

    for (const limit of [1, 2, 3]) {
      const forwards = [];
      let page = await s.stripe.events.list({ limit, types });
      for (;;) {
        forwards.push(...ids(page));
        if (!page.has_more) break;
        page = await s.stripe.events.list({ limit, types, starting_after: forwards.at(-1) });
      }
      assert.deepEqual(forwards, wanted, `limit ${limit}`);
      const backwards = [wanted.at(-1)];
      do {
        page = await s.stripe.events.list({ limit, types, ending_before: backwards[0] });
        backwards.unshift(...ids(page));
      } while (page.has_more);
      assert.deepEqual(backwards, wanted, `limit ${limit}, backwards`);
    }
  });

  s.test('types go with type and created; no type is no filter; more than twenty are refused', async () => {
    const types = ['refund.created', 'customer.created'];
    const both = await s.stripe.events.list({ type: 'refund.created', types });
    assert.deepEqual([...new Set(both.data.map(({ type }) => type))], ['refund.created']);
    assert.deepEqual(ids(await s.stripe.events.list({ types, created: { lt: 1000 } })), []);
    assert.deepEqual(ids(await s.stripe.events.list({ types: ['no.such'] })), []);
    refused(await s.get(`/v1/events?${Array.from({ length: 21 }, (x, i) => `types[]=a${i}`).join('&')}`), 400, { param: 'types' });
  });
});
