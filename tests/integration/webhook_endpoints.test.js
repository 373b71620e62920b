/*
 * webhook_endpoints.test.js: endpoints made by Stripe's SDK, and what is delivered to them, verified by Stripe's SDK.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered, rejectsWith } = require('./support/expect');
const { until } = require('./support/poll');
const { Receiver } = require('./support/receiver');
const { suite } = require('./support/suite');

const SCHEDULE = { STRIPE_LITE_WEBHOOK_RETRY_SCHEDULE: '1,1,1' };
const DELIVERIES = '/api/v1/admin/webhooks/deliveries';

suite('webhook endpoints', { env: SCHEDULE }, (s) => {
  const BACK = 'https://example.com/back';
  const receivers = [];

  async function receiver() {
    const one = await new Receiver().start();
    receivers.push(one);
    return one;
  }

  const make = (url, values = {}) => s.stripe.webhookEndpoints.create({ url, enabled_events: ['*'], ...values });
  const customer = (name = 'A') => s.stripe.customers.create({ name });
  const verified = (post, secret) => s.stripe.webhooks.constructEvent(post.body, post.headers['stripe-signature'], secret);
  const deliveries = async (query) => answered(await s.get(DELIVERIES, { query }), 200).deliveries;
  const settled = (query) => until('the deliveries are over', async () => {
    const found = await deliveries(query);
    return found.length > 0 && found.every(({ status }) => status !== 'pending') && found;
  });

  /* Endpoints of a test go with it: those of the next are alone. */
  async function clear() {
    for await (const { id } of s.stripe.webhookEndpoints.list({ limit: 100 })) await s.stripe.webhookEndpoints.del(id);
    await Promise.all(receivers.splice(0).map((one) => one.stop()));
  }

  s.test('an endpoint\'s life', async () => {
    const made = await make('https://example.com/hook', {
      enabled_events: ['charge.succeeded', 'customer.*'], description: 'Mine', metadata: { a: '1' }, api_version: '2026-10-28.endive',
    });
    assert.match(made.id, /^we_/);
    assert.match(made.secret, /^whsec_[A-Za-z0-9]{32}$/);
    const { secret, lastResponse, ...rest } = made;
    assert.deepEqual({ ...rest, created: 0, id: '' }, {
      id: '', object: 'webhook_endpoint', api_version: '2026-10-28.endive', application: null, created: 0, description: 'Mine',
      enabled_events: ['charge.succeeded', 'customer.*'], livemode: false, metadata: { a: '1' }, status: 'enabled', url: 'https://example.com/hook',
    });
    const found = await s.stripe.webhookEndpoints.retrieve(made.id);
    assert.equal(found.secret, undefined);
    const changed = await s.stripe.webhookEndpoints.update(made.id, {
      url: 'https://example.com/other', enabled_events: ['*'], description: '', metadata: { a: '', b: '2' }, disabled: true,
    });
    assert.equal(changed.url, 'https://example.com/other');
    assert.deepEqual(changed.enabled_events, ['*']);
    assert.equal(changed.description, null);
    assert.deepEqual(changed.metadata, { b: '2' });
    assert.equal(changed.status, 'disabled');
    assert.equal((await s.stripe.webhookEndpoints.update(made.id, { disabled: false })).status, 'enabled');
    assert.deepEqual((await s.stripe.webhookEndpoints.list()).data.map(({ id }) => id), [made.id]);
    assert.equal((await s.stripe.webhookEndpoints.del(made.id)).deleted, true);
    await rejectsWith(s.stripe.webhookEndpoints.retrieve(made.id), { statusCode: 404, code: 'resource_missing' });
    await rejectsWith(s.stripe.webhookEndpoints.del(made.id), { statusCode: 404, code: 'resource_missing' });
  });

  s.test('what is refused', async () => {
    const no = (values, param) => rejectsWith(make('https://example.com/hook', values), { statusCode: 400, param });
    await no({ enabled_events: ['charge.nonsense'] }, 'enabled_events[0]');
    await no({ enabled_events: ['charge.succeeded', 'nonsense.*'] }, 'enabled_events[1]');
    await no({ enabled_events: ['char*'] }, 'enabled_events[0]');
    await no({ enabled_events: [] }, 'enabled_events');
    await no({ api_version: 'yesterday' }, 'api_version');
    await no({ connect: true }, 'connect');
    for (const url of ['ftp://example.com/', 'example.com', 'http://user:word@example.com/', 'http://169.254.169.254/latest', 'http://[fe80::1]/', 'javascript:alert(1)']) {
      await rejectsWith(make(url), { statusCode: 400, code: 'url_invalid', param: 'url' });
    }
    const made = await make('https://example.com/hook');
    await rejectsWith(s.stripe.webhookEndpoints.update(made.id, { url: 'http://169.254.169.254/' }), { statusCode: 400, param: 'url' });
    await rejectsWith(s.stripe.webhookEndpoints.update(made.id, { enabled_events: ['nothing'] }), { statusCode: 400, param: 'enabled_events[0]' });
    await clear();
  });

  s.test('the secret is stored sealed, also in the answer that an Idempotency-Key keeps', async () => {
    const options = { idempotencyKey: 'endpoint-once' };
    const first = await s.stripe.webhookEndpoints.create({ url: 'https://example.com/once', enabled_events: ['*'] }, options);
    const again = await s.stripe.webhookEndpoints.create({ url: 'https://example.com/once', enabled_events: ['*'] }, options);
    assert.equal(again.secret, first.secret);
    assert.equal(again.id, first.id);
    const stored = await s.server.database.dump();
    assert.ok(!stored.includes(first.secret));
    await clear();
  });

  s.test('every event of a payment\'s life arrives, signed, as /v1/events shows it', async () => {
    const to = await receiver();
    const { secret, id } = await make(to.url('/life'));
    const before = new Set((await s.stripe.events.list({ limit: 100 })).data.map((event) => event.id));
    const payer = await customer();
    await s.stripe.paymentMethods.attach('pm_card_visa', { customer: payer.id });
    const pay = (values) => s.stripe.paymentIntents.create({
      amount: 1000, currency: 'usd', customer: payer.id, payment_method: 'pm_card_visa', confirm: true, return_url: BACK, ...values,
    });
    const paid = await pay();
    await s.stripe.refunds.create({ payment_intent: paid.id, amount: 100 });
    await rejectsWith(pay({ payment_method: 'pm_card_chargeDeclined' }), { statusCode: 402 });
    const held = await pay({ capture_method: 'manual' });
    await s.stripe.paymentIntents.capture(held.id);
    const happened = (await s.stripe.events.list({ limit: 100 })).data.filter((event) => !before.has(event.id));
    assert.ok(happened.length > 10, `${happened.length} events`);
    await until('all events arrived', () => to.posts.length >= happened.length);
    for (const post of to.posts) {
      const event = verified(post, secret);
      const shown = await s.stripe.events.retrieve(event.id);
      assert.equal(event.pending_webhooks, 1);
      assert.deepEqual({ ...event, pending_webhooks: 0 }, { ...JSON.parse(JSON.stringify(shown)), pending_webhooks: 0 });
      assert.equal(post.method, 'POST');
      assert.equal(post.headers['content-type'], 'application/json; charset=utf-8');
      assert.match(post.headers['user-agent'], /^Stripe_lite\//);
      assert.throws(() => verified(post, `${secret}x`));
    }
    assert.deepEqual(new Set(to.posts.map(({ json }) => json.id)), new Set(happened.map((event) => event.id)));
    const log = await settled({ endpoint: id, limit: 100 });
    assert.equal(log.length, happened.length);
    for (const one of log) {
      assert.equal(one.status, 'succeeded');
      assert.equal(one.response_status, 200);
      assert.equal(one.attempts, 1);
      assert.ok(one.latency_ms >= 0);
    }
    assert.equal((await s.stripe.events.retrieve(happened[0].id)).pending_webhooks, 0);
    await clear();
  });

  s.test('only what an endpoint asks for', async () => {
    const to = await receiver();
    await make(to.url('/created'), { enabled_events: ['customer.created'] });
    await make(to.url('/group'), { enabled_events: ['customer.*'] });
    const off = await make(to.url('/off'));
    await s.stripe.webhookEndpoints.update(off.id, { disabled: true });
    const payer = await customer();
    await s.stripe.customers.update(payer.id, { name: 'B' });
    await s.stripe.paymentMethods.attach('pm_card_visa', { customer: payer.id });
    await s.stripe.customers.del(payer.id);
    await until('four posts', () => to.posts.length >= 4);
    const types = (path) => to.to(path).map(({ json }) => json.type).sort();
    assert.deepEqual(types('/created'), ['customer.created']);
    assert.deepEqual(types('/group'), ['customer.created', 'customer.deleted', 'customer.updated']);
    assert.deepEqual(to.to('/off'), []);
    await clear();
  });

  s.test('what fails comes again with the same id and bytes, and is given up after the last try', async () => {
    const to = await receiver();
    const { secret, id } = await make(to.url('/fails'), { enabled_events: ['customer.created'] });
    to.answer = ({ json }) => (json.data.object.name === 'never' ? { status: 500, body: 'no 4242424242424242 today' } : [503, 302, 200][to.posts.filter((one) => one.json.id === json.id).length - 1]);
    await customer('later');
    await customer('never');
    const log = await settled({ endpoint: id });
    const by = Object.fromEntries(log.map((one) => [to.posts.find(({ json }) => json.id === one.event).json.data.object.name, one]));
    assert.equal(by.later.status, 'succeeded');
    assert.equal(by.later.attempts, 3);
    assert.equal(by.never.status, 'failed');
    assert.equal(by.never.attempts, 4);
    assert.equal(by.never.response_status, 500);
    assert.equal(by.never.response_body, 'no ****4242 today');
    assert.equal(by.never.next_attempt_at, null);
    for (const { event } of log) {
      const posts = to.posts.filter(({ json }) => json.id === event);
      assert.equal(new Set(posts.map(({ body }) => body)).size, 1);
      posts.forEach((post) => verified(post, secret));
    }
    assert.equal((await deliveries({ status: 'failed', endpoint: id })).length, 1);
    assert.equal((await deliveries({ event: by.never.event })).length, 1);
    await clear();
  });

  s.test('410 ends an endpoint', async () => {
    const to = await receiver();
    const { id } = await make(to.url('/gone'), { enabled_events: ['customer.created'] });
    to.answer = () => 410;
    await customer();
    await until('it is disabled', async () => (await s.stripe.webhookEndpoints.retrieve(id)).status === 'disabled');
    assert.equal((await settled({ endpoint: id }))[0].status, 'failed');
    await customer();
    assert.equal((await deliveries({ endpoint: id })).length, 1);
    assert.equal(to.posts.length, 1);
    await clear();
  });

  s.test('a rolled secret: both sign for a while, or the new one alone', async () => {
    const to = await receiver();
    const { id, secret } = await make(to.url('/roll'), { enabled_events: ['customer.created'] });
    const roll = async (values) => answered(await s.post(`/v1/webhook_endpoints/${id}/roll_secret`, values), 200).secret;
    const second = await roll({ expires_in: 3600 });
    assert.notEqual(second, secret);
    await customer();
    const [post] = await until('a post', () => to.posts.length === 1 && to.posts);
    assert.equal(post.headers['stripe-signature'].match(/v1=/g).length, 2);
    verified(post, secret);
    verified(post, second);
    const third = await roll({ expires_in: 0 });
    await customer();
    await until('another post', () => to.posts.length === 2);
    verified(to.posts[1], third);
    assert.throws(() => verified(to.posts[1], second));
    await clear();
  });

  s.test('sent again: an event, and a delivery', async () => {
    const to = await receiver();
    const { id } = await make(to.url('/again'), { enabled_events: ['customer.created'] });
    const other = await make(to.url('/other'), { enabled_events: ['charge.succeeded'] });
    await customer();
    const [first] = await settled({ endpoint: id });
    const retried = answered(await s.post(`/v1/events/${first.event}/retry`, { account: 'acct_1', for_stripecli: true }), 200);
    assert.equal(retried.id, first.event);
    assert.equal(retried.pending_webhooks, 1);
    await until('two posts', () => to.to('/again').length === 2);
    await settled({ endpoint: id });
    answered(await s.post(`${DELIVERIES}/${first.id}/resend`, {}), 200);
    await until('three posts', () => to.to('/again').length === 3);
    assert.equal(to.to('/other').length, 0);
    answered(await s.post(`/v1/events/${first.event}/retry`, { webhook_endpoint: other.id }), 200);
    await until('one to the other', () => to.to('/other').length === 1);
    assert.equal(new Set(to.posts.map(({ body }) => body)).size, 1);
    answered(await s.post(`/v1/events/${first.event}/retry`, { webhook_endpoint: 'we_none' }), 400);
    answered(await s.post('/v1/events/evt_none/retry', {}), 404);
    answered(await s.post(`${DELIVERIES}/whd_none/resend`, {}), 404);
    await clear();
  });

  s.test('a receiver that is away, a server that is killed meanwhile: all arrives', async () => {
    const to = await receiver();
    const { secret } = await make(to.url('/away'), { enabled_events: ['customer.*'] });
    const { port } = to;
    await to.stop();
    const made = await Promise.all(Array.from({ length: 5 }, (_, i) => customer(`away ${i}`)));
    await s.server.kill9();
    await s.server.start();
    s.reconnect();
    await customer('after');
    const back = await new Receiver().start(port);
    receivers.splice(0, receivers.length, back);
    await until('all arrived', () => new Set(back.posts.map(({ json }) => json.data.object.id)).size === made.length + 1, 20);
    back.posts.forEach((post) => verified(post, secret));
    await clear();
  });

  s.test('more endpoints than one commit takes, each gets its one', async () => {
    const to = await receiver();
    await Promise.all(Array.from({ length: 40 }, (_, i) => make(to.url(`/many/${i}`), { enabled_events: ['customer.created'] })));
    const { id } = await customer();
    await until('forty posts', () => to.posts.length >= 40);
    const [event] = (await s.stripe.events.list({ type: 'customer.created', limit: 1 })).data;
    assert.equal(event.data.object.id, id);
    assert.equal((await settled({ event: event.id, limit: 100 })).length, 40);
    assert.equal(new Set(to.posts.map(({ path }) => path)).size, 40);
    assert.equal(to.posts.length, 40);
    await clear();
  });
});

suite('webhook endpoints without private addresses', { env: { STRIPE_LITE_WEBHOOK_ALLOW_PRIVATE: 'false' } }, (s) => {
  s.test('are refused when they say so, and at the connection when their name leads there', async () => {
    for (const url of ['http://127.0.0.1:9/', 'http://10.0.0.1/', 'http://localhost:9/', 'http://[::1]:9/', 'http://0x7f000001:9/']) {
      await rejectsWith(s.stripe.webhookEndpoints.create({ url, enabled_events: ['*'] }), { statusCode: 400, param: 'url' });
    }
  });
});
